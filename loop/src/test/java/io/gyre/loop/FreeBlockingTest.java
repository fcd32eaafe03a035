package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.h2.tools.Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Blocking calls of the JDK park the task and not the loop.
 *
 * <p>Each call can only end after another task of the loop has made progress: that task opens the gate. If the call
 * blocked the loop, the gate would stay shut and the test would time out.
 */
class FreeBlockingTest {
    private static final int TICKS = 10;

    /** Static, because the database calls a static function. */
    private static CountDownLatch gate = new CountDownLatch(1);

    private static CountDownLatch arrived = new CountDownLatch(1);

    private final ScopedValue<String> scoped = ScopedValue.newInstance();

    @BeforeEach
    void shutTheGate() {
        gate = new CountDownLatch(1);
        arrived = new CountDownLatch(1);
    }

    /** What the database calls by name. */
    public static final class DatabaseFunctions {
        private DatabaseFunctions() {}

        public static int awaitGate() throws InterruptedException {
            return FreeBlockingTest.awaitGate();
        }
    }

    /** What the other side of a blocking call does before it answers. Any thread. */
    private static int awaitGate() throws InterruptedException {
        arrived.countDown();
        gate.await();
        return 42;
    }

    /** Runs a blocking call beside a task that ticks until the call blocks, and then opens the gate. */
    private static <T extends @Nullable Object> T besideATickingTask(Callable<T> blocking) throws Exception {
        return EventLoop.run(() -> {
            Task<T> blocked = createTask("blocked", blocking);
            Task<?> ticking = createTask("ticking", () -> {
                while ((arrived.getCount() > 0 || blocked.waitsFor() == null) && !blocked.isDone()) {
                    yieldNow();
                }
                for (int tick = 0; tick < TICKS; tick++) {
                    yieldNow();
                }
                assertThat(blocked.isDone()).isFalse();
                gate.countDown();
            });
            T value = blocked.await();
            ticking.await();
            return value;
        });
    }

    @Test
    void threadSleepParksTheTask() {
        EventLoop.run(() -> {
            Task<?> sleeping = createTask(() -> {
                while (gate.getCount() > 0) {
                    Thread.sleep(1);
                }
            });
            createTask(() -> {
                for (int tick = 0; tick < TICKS; tick++) {
                    yieldNow();
                }
                gate.countDown();
            });
            sleeping.await();
        });

        assertThat(gate.getCount()).isZero();
    }

    @Test
    void latchParksTheTask() throws Exception {
        assertThat(besideATickingTask(FreeBlockingTest::awaitGate)).isEqualTo(42);
    }

    @Test
    void contendedMonitorParksTheTask() throws Exception {
        var monitor = new Object();
        var held = new CountDownLatch(1);
        FutureTask<?> holder = OtherThread.run(() -> {
            synchronized (monitor) {
                held.countDown();
                awaitGate();
            }
        });
        held.await();

        String value = besideATickingTask(() -> {
            synchronized (monitor) {
                return "got the monitor";
            }
        });

        assertThat(value).isEqualTo("got the monitor");
        holder.get();
    }

    @Test
    void monitorHeldByAParkedTaskParksTheOthers() {
        var monitor = new Object();
        int[] inside = {0};

        EventLoop.run(() -> {
            Task<?> holder = createTask(() -> {
                synchronized (monitor) {
                    awaitGate();
                    inside[0]++;
                }
            });
            Task<?> contender = createTask(() -> {
                synchronized (monitor) {
                    inside[0]++;
                }
            });
            createTask(() -> gate.countDown());
            holder.await();
            contender.await();
        });

        assertThat(inside[0]).isEqualTo(2);
    }

    @Test
    void contendedLockParksTheTask() throws Exception {
        var lock = new ReentrantLock();
        var held = new CountDownLatch(1);
        FutureTask<?> holder = OtherThread.run(() -> {
            lock.lock();
            try {
                held.countDown();
                awaitGate();
            } finally {
                lock.unlock();
            }
        });
        held.await();

        String value = besideATickingTask(() -> {
            lock.lock();
            try {
                return "got the lock";
            } finally {
                lock.unlock();
            }
        });

        assertThat(value).isEqualTo("got the lock");
        holder.get();
    }

    @Test
    void joinOfAFutureParksTheTask() throws Exception {
        var future = new CompletableFuture<String>();
        FutureTask<?> completer = OtherThread.run(() -> future.complete("joined " + awaitGate()));

        assertThat(besideATickingTask(future::join)).isEqualTo("joined 42");
        completer.get();
    }

    @Test
    void blockingSocketParksTheTask() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FutureTask<?> peer = OtherThread.run(() -> {
                try (Socket accepted = server.accept()) {
                    accepted.getOutputStream().write(awaitGate());
                }
            });

            int value = besideATickingTask(() -> {
                try (var socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
                    return socket.getInputStream().read();
                }
            });

            assertThat(value).isEqualTo(42);
            peer.get();
        }
    }

    @Test
    void httpClientParksTheTask() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        try (var executor = Executors.newSingleThreadExecutor();
                var client = HttpClient.newHttpClient()) {
            server.setExecutor(executor);
            server.createContext("/", exchange -> {
                byte[] body = ("answer " + awaitGateOrFail()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            var address = server.getAddress();
            var request = HttpRequest.newBuilder(
                            URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/"))
                    .build();

            String body = besideATickingTask(
                    () -> client.send(request, BodyHandlers.ofString()).body());

            assertThat(body).isEqualTo("answer 42");
            server.stop(0);
        }
    }

    private static int awaitGateOrFail() throws IOException {
        try {
            return awaitGate();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    @Feature("Transparent blocking: calls of the JDK suspend the task alone")
    void databaseQueryOverTcpParksTheTask() throws Exception {
        Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        try {
            String url = "jdbc:h2:tcp://localhost:" + server.getPort() + "/mem:free-blocking";

            int value = besideATickingTask(() -> {
                try (var connection = DriverManager.getConnection(url, "sa", "");
                        var statement = connection.createStatement()) {
                    statement.execute(
                            "CREATE ALIAS AWAIT_GATE FOR '" + DatabaseFunctions.class.getName() + ".awaitGate'");
                    try (var result = statement.executeQuery("SELECT AWAIT_GATE()")) {
                        result.next();
                        return result.getInt(1);
                    }
                }
            });

            assertThat(value).isEqualTo(42);
        } finally {
            server.stop();
        }
    }

    @Test
    void threadLocalBelongsToATask() {
        var local = ThreadLocal.withInitial(() -> "initial");

        String seen = EventLoop.run(() -> {
            Task<String> first = createTask(() -> {
                local.set("first");
                Thread.sleep(1);
                return local.get();
            });
            Task<String> second = createTask(() -> {
                yieldNow();
                return local.get();
            });
            return first.await() + ", " + second.await() + ", " + local.get();
        });

        assertThat(seen).isEqualTo("first, initial, initial");
    }

    @Test
    void scopedValueBelongsToATask() {
        String seen = EventLoop.run(() -> {
            Task<String> first =
                    createTask(() -> ScopedValue.where(scoped, "first").call(() -> {
                        Thread.sleep(1);
                        return scoped.get();
                    }));
            Task<Boolean> second = createTask(() -> {
                yieldNow();
                return scoped.isBound();
            });
            return first.await() + ", " + second.await();
        });

        assertThat(seen).isEqualTo("first, false");
    }
}
