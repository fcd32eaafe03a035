package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.sleepForever;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LoopPortal;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.Feature;
import io.gyre.net.ServerGroup;
import io.gyre.net.ServerOptions;
import io.gyre.net.ServerState;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals that cancel a task or end a server; to this process as {@link SignalsTest} sends them, and to children. */
final class SignalUsesTest {
    private static final Duration SOON = Duration.ofMillis(1);

    @LoopTest
    void firstSignalCancelsTheTask() throws IOException {
        Task<?> task = createTask(() -> EventLoop.current().createFuture().await());
        try (Signals.Registration onSignal = Signals.cancelOn(task, "WINCH")) {
            SignalsTest.send("WINCH");

            assertThatThrownBy(task::await)
                    .hasMessageContaining("was cancelled: the process was told to end by SIGWINCH");
            assertThat(onSignal).isNotNull();
        }
    }

    /** TERM instead of INT: a shell may have started these tests with INT ignored. */
    @Test
    @Feature("Keyboard interrupt: Ctrl-C ends a program quietly, with exit code 130")
    void signalEndsTheMainTaskAndChoosesTheExitCode() throws Exception {
        var cleanedUp = new AtomicInteger();

        int exitCode = Signals.runMain(() -> {
            Task<?> other = createTask(() -> sleepForever());
            other.whenDone(done -> cleanedUp.incrementAndGet());
            SignalsTest.send("TERM");
            sleepForever();
        });

        assertThat(exitCode).isEqualTo(128 + 15);
        assertThat(cleanedUp).hasValue(1);
    }

    @Test
    void programThatNoSignalEndsHasItsOwnExitCode() throws Exception {
        assertThat(Signals.runMain(() -> {})).isZero();
        assertThat(Signals.runMain(() -> 7)).isEqualTo(7);
        assertThat(Signals.runMain(LoopOptions.defaults().withName("main"), () -> 8))
                .isEqualTo(8);
        assertThat(Signals.runMain(LoopOptions.defaults(), () -> {})).isZero();
        assertThatThrownBy(() -> Signals.runMain(() -> {
                    throw new IOException("no network");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("no network");
    }

    @Test
    void cancellationThatIsNoSignalIsNotTakenForOne() {
        assertThatThrownBy(() -> Signals.runMain(() -> {
                    currentTask().cancel("by itself");
                    sleepForever();
                }))
                .isInstanceOf(CancelledException.class);
    }

    @Test
    void programThatIgnoresTheCancellationHasItsOwnExitCode() throws Exception {
        int exitCode = Signals.runMain(() -> {
            try {
                SignalsTest.send("TERM");
                sleepForever();
            } catch (CancelledException told) {
                return 3;
            }
            return 4;
        });

        assertThat(exitCode).isEqualTo(3);
    }

    @LoopTest
    void signalsDoAsBeforeWhenTheTaskIsDone() throws IOException {
        var handled = new AtomicInteger();
        JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);
        try {
            Task<?> task = createTask(() -> {});
            Signals.cancelOn(task, "WINCH");
            task.await();

            SignalsTest.send("WINCH");

            Traces.until(() -> handled.get() == 1);
        } finally {
            before.restore();
        }
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @LoopTest(time = Time.MANUAL)
    void firstSignalDrainsTheServer() throws IOException {
        var ended = new ArrayList<String>();
        try (TcpServer server = TcpServer.serve(loopback(), client -> {
                    client.write(ByteBuffer.wrap(new byte[1]));
                    ended.add("read " + client.read(ByteBuffer.allocate(1)));
                });
                TcpStream client = TcpStream.connect(server.address())) {
            client.readExactly(1);
            Signals.drainOn(server, Duration.ofDays(1), "WINCH");

            SignalsTest.send("WINCH");

            server.awaitClosed();
            assertThat(ended).isEqualTo(List.of("read -1"));
        }
    }

    @LoopTest(time = Time.MANUAL)
    void secondSignalClosesTheServer() throws IOException {
        try (TcpServer server = TcpServer.serve(loopback(), client -> {
                    client.write(ByteBuffer.wrap(new byte[1]));
                    sleep(Duration.ofDays(1));
                });
                TcpStream client = TcpStream.connect(server.address())) {
            client.readExactly(1);
            Signals.drainOn(server, Duration.ofHours(1), "WINCH");

            JdkSignals.raise("WINCH");
            Traces.until(() -> server.state() == ServerState.DRAINING);
            JdkSignals.raise("WINCH");

            server.awaitClosed();
            assertThat(server.state()).isEqualTo(ServerState.CLOSED);
        }
    }

    @Test
    @Timeout(60)
    void serversOfSeveralLoopsAreDrained() throws Exception {
        try (LoopGroup loops = LoopGroup.start(2);
                ServerGroup servers = ServerGroup.serve(loops, ServerOptions.defaults(), loopback(), client -> {
                    client.write(ByteBuffer.wrap(new byte[1]));
                    client.read(ByteBuffer.allocate(1)); // the end of the stream, when it is drained
                });
                var client = new Socket(
                        InetAddress.getLoopbackAddress(), servers.address().getPort())) {
            assertThat(client.getInputStream().read()).isZero();
            Signals.drainOn(servers, Duration.ofDays(1), "WINCH");

            JdkSignals.raise("WINCH");

            servers.awaitClosed();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @LoopTest
    void serverOfAnotherLoopIsRefused() throws Exception {
        try (TcpServer server = TcpServer.serve(loopback(), client -> {});
                LoopPortal other = LoopPortal.start()) {
            var refused = offload(
                    () -> catchThrowable(() -> other.call(() -> Signals.drainOn(server, Duration.ofDays(1), "WINCH"))));

            assertThat(refused)
                    .isInstanceOf(WrongLoopException.class)
                    .hasMessageContaining("A server belongs to the loop that created it");
        }
    }

    @LoopTest
    void signalsDoAsBeforeWhenTheServerIsClosedOrItIsTakenBack() throws IOException {
        var handled = new AtomicInteger();
        JdkSignals.Handler before = JdkSignals.handle("WINCH", handled::incrementAndGet);
        try {
            try (TcpServer server = TcpServer.serve(loopback(), client -> {})) {
                Signals.drainOn(server, SOON, "WINCH").close();
                SignalsTest.send("WINCH");
                Traces.until(() -> handled.get() == 1);
                assertThat(server.state()).isEqualTo(ServerState.SERVING);

                Signals.drainOn(server, SOON, "WINCH");
            }

            SignalsTest.send("WINCH");

            Traces.until(() -> handled.get() == 2);
        } finally {
            before.restore();
        }
    }

    /** Cannot be cancelled. */
    static final class Stubborn {
        private Stubborn() {}

        public static void main(String[] arguments) {
            EventLoop.run(() -> {
                Signals.cancelOn(io.gyre.loop.Async.currentTask(), "INT", "TERM");
                System.out.println("ready");
                try {
                    sleep(Duration.ofDays(1));
                } catch (io.gyre.loop.CancelledException told) {
                    System.out.println("cancelled");
                }
                for (; ; ) {
                    Thread.onSpinWait(); // the loop hangs
                }
            });
        }
    }

    @Test
    void secondSignalEndsTheProcessAtOnce() throws Exception {
        try (Child child = Child.start(Stubborn.class)) {
            assertThat(child.line()).isEqualTo("ready");
            child.send("INT");
            assertThat(child.line()).isEqualTo("cancelled");
            child.send("TERM");
            assertThat(child.exitCode()).isEqualTo(128 + 15);
        }
    }

    /** Has a handler that does not end. */
    static final class StubbornServer {
        private StubbornServer() {}

        public static void main(String[] arguments) throws IOException {
            EventLoop.run(() -> {
                try (TcpServer server = TcpServer.serve(loopback(), client -> {
                            for (; ; ) {
                                try {
                                    sleep(Duration.ofDays(1));
                                } catch (io.gyre.loop.CancelledException told) {
                                    System.out.println("cancelled");
                                    io.gyre.loop.Async.shield(Duration.ofDays(1), () -> sleep(Duration.ofDays(1)));
                                }
                            }
                        });
                        TcpStream client = TcpStream.connect(server.address())) {
                    client.write(new byte[1]);
                    Signals.drainOn(server, Duration.ofDays(1), "TERM", "INT");
                    System.out.println("ready");
                    Traces.until(() -> server.state() == ServerState.DRAINING);
                    System.out.println("draining");
                    server.awaitClosed();
                }
            });
        }
    }

    @Test
    void thirdSignalEndsTheProcessOfAServer() throws Exception {
        try (Child child = Child.start(StubbornServer.class)) {
            assertThat(child.line()).isEqualTo("ready");
            child.send("TERM");
            assertThat(child.line()).isEqualTo("draining");
            child.send("TERM");
            assertThat(child.line()).isEqualTo("cancelled");
            child.send("TERM");
            assertThat(child.exitCode()).isEqualTo(128 + 15);
        }
    }
}
