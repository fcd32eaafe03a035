package io.gyre.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.net.ServerGroup.Sharing;
import io.gyre.net.dns.Resolver;
import io.gyre.net.os.Signals;
import io.gyre.net.os.Subprocess;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever creates a task for a user, its messages name the line of this test. The class lives in a package of the library. */
class CreationSiteTest {
    private static final Pattern HERE = Pattern.compile(
            Pattern.quote(CreationSiteTest.class.getName()) + "\\..*\\(CreationSiteTest\\.java:(\\d+)\\)");

    private final List<String> noted = new CopyOnWriteArrayList<>();
    private int from;

    /** Serves a connection: notes where the task was created. */
    private void note(ByteStream stream) throws IOException {
        noted.add(String.valueOf(Async.currentTask().createdAt()));
        stream.write(ByteBuffer.wrap(new byte[] {1}));
    }

    /** A handler that is no lambda: one class for all servers. */
    private final class Notes implements StreamHandler<ByteStream> {
        @Override
        public void handle(ByteStream stream) throws IOException {
            note(stream);
        }
    }

    private static final class Failing implements StreamHandler<ByteStream> {
        @Override
        public void handle(ByteStream stream) {
            throw new IllegalStateException("boom");
        }
    }

    private void begin() {
        from = lineOfCaller();
    }

    private void end(int count) {
        assertHere(noted, count, lineOfCaller());
    }

    private void assertHere(List<String> places, int count, int to) {
        assertThat(places).hasSize(count).allSatisfy(place -> {
            Matcher here = HERE.matcher(place);
            assertThat(here.matches()).as(place).isTrue();
            assertThat(Integer.parseInt(here.group(1))).as(place).isBetween(from, to);
        });
    }

    private static int line() {
        return line(2);
    }

    private static int lineOfCaller() {
        return line(3);
    }

    private static int line(int depth) {
        return StackWalker.getInstance()
                .walk(frames -> frames.skip(depth).findFirst())
                .orElseThrow()
                .getLineNumber();
    }

    /** Notes where the tasks were created that have a name like that. */
    private void noteTasks(Predicate<String> name) {
        for (Task<?> task : EventLoop.current().tasks()) {
            if (name.test(task.name())) {
                noted.add("" + task.createdAt());
            }
        }
    }

    private static void readAll(ByteStream stream) throws IOException {
        try (stream) {
            while (stream.read(ByteBuffer.allocate(8)) >= 0) {}
        }
    }

    @Test
    void serversAndConnections(@TempDir Path directory) throws Exception {
        TcpPair.runLoop(() -> {
            var named = new Notes();
            begin();
            TcpServer lambda = TcpServer.serve(TcpPair.loopback(), this::note);
            TcpServer object = TcpServer.serve(TcpPair.loopback(), named);
            UnixServer unix = UnixServer.serve(directory.resolve("socket"), named);
            int to = line();
            try (lambda;
                    object;
                    unix) {
                noteTasks(name -> name.startsWith("accept on"));
                for (int i = 0; i < 2; i++) {
                    readAll(TcpStream.connect(lambda.address()));
                    readAll(TcpStream.connect(object.address()));
                    readAll(UnixStream.connect(directory.resolve("socket")));
                }
            }
            assertHere(noted, 3 + 6, to);
        });
    }

    @Test
    void handlerThatFails() throws Exception {
        List<Failure> failures = TcpPair.runLoopForFailures(() -> {
            begin();
            TcpServer server = TcpServer.serve(TcpPair.loopback(), new Failing());
            int to = line();
            try (server) {
                readAll(TcpStream.connect(server.address()));
            }
            noted.add("" + to);
        });
        int to = Integer.parseInt(noted.getFirst());
        assertHere(failures.stream().map(each -> "" + each.createdAt()).toList(), 1, to);
        assertThat(failures.getFirst().message()).contains("(created at " + CreationSiteTest.class.getName());
    }

    @ParameterizedTest
    @EnumSource
    void serversOfSeveralLoops(Sharing sharing) throws Exception {
        try (LoopGroup loops = LoopGroup.start(2, LoopOptions.defaults())) {
            begin();
            ServerGroup servers =
                    ServerGroup.serve(loops, sharing, ServerOptions.defaults(), TcpPair.loopback(), new Notes());
            int to = line();
            try (servers) {
                for (int i = 0; i < 8; i++) {
                    try (var client = new Socket(
                            servers.address().getAddress(), servers.address().getPort())) {
                        assertThat(client.getInputStream().readAllBytes()).hasSize(1);
                    }
                }
            }
            assertHere(noted, 8, to);
        }
    }

    @Test
    void relay() throws Exception {
        TcpPair.runLoop(() -> {
            StreamPair<MemoryStream> outer = MemoryStream.pair();
            StreamPair<MemoryStream> inner = MemoryStream.pair();
            begin();
            Task<?> relay = Async.createTask(() -> Streams.relay(outer.right(), inner.left()));
            Async.yieldNow();
            noteTasks(name -> name.startsWith("relay from"));
            outer.left().close();
            inner.right().close();
            relay.await();
            end(1);
        });
    }

    @Test
    void datagramsThatTasksServe() throws Exception {
        TcpPair.runLoop(() -> {
            try (UdpSocket server = UdpSocket.bind(TcpPair.loopback());
                    UdpSocket client = UdpSocket.connect(server.local())) {
                client.send(ByteBuffer.wrap("abc".getBytes(US_ASCII)));
                Packet packet = server.receive();
                begin();
                Stream.of(packet).forEach(each -> Async.createTask(() -> {
                            noted.add("" + Async.currentTask().createdAt());
                        })
                        .await());
                end(1);
            }
        });
    }

    @Test
    void tasksOfPrograms() throws Exception {
        TcpPair.runLoop(() -> {
            begin();
            Subprocess program = Subprocess.exec("cat");
            Task<?> talk = Async.createTask(() -> program.communicate(new byte[1], 100));
            Async.yieldNow();
            noteTasks(name -> name.contains("process " + program.pid()));
            end(3);
            talk.await();
        });
    }

    @Test
    void tasksOfSignals() throws Exception {
        TcpPair.runLoop(() -> {
            TcpServer server = TcpServer.serve(TcpPair.loopback(), this::note);
            try (server) {
                begin();
                Signals.Registration registration = Signals.drainOn(server, Duration.ofSeconds(1), "URG");
                noteTasks(name -> name.startsWith("signals until"));
                end(1);
                registration.close();
            }
        });
    }

    @Test
    void lookUps() throws Exception {
        TcpPair.runLoop(() -> {
            var resolver = Resolver.caching(
                    host -> {
                        noted.add("" + Async.currentTask().createdAt());
                        return List.of(TcpPair.loopback().getAddress());
                    },
                    Duration.ofSeconds(1),
                    1);
            begin();
            resolver.resolve("example");
            end(1);
        });
    }
}
