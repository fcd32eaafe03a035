package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.Feature;
import io.gyre.net.ServerStatistics;
import io.gyre.net.StreamHandler;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.UnixServer;
import io.gyre.net.UnixStream;
import io.gyre.net.tls.TlsException.Kind;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that speak TLS. */
final class TlsServerTest {
    private static final StreamHandler<TlsStream> ECHO_LINES = stream -> {
        for (var line = stream.readLine(1000); line.isPresent(); line = stream.readLine(1000)) {
            stream.write((line.get() + "\n").getBytes(UTF_8));
        }
    };

    private static void ask(TlsStream stream) throws Exception {
        stream.write("hello\n".getBytes(UTF_8));
        assertThat(stream.readLine(100)).contains("hello");
    }

    @Test
    @Feature("TLS over any stream")
    void tcpServerAndClientSpeakTlsInOneLineEach() throws Exception {
        List<?> failures = TcpPair.runLoopForFailures(() -> {
            TlsHandler handler = TlsHandler.of(Certified.server(), ECHO_LINES);
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), handler)) {
                try (TlsStream client =
                        TlsStream.connect("localhost", server.address().getPort(), Certified.client())) {
                    ask(client);
                    assertThat(client.toString()).contains("TlsStream[TcpStream[", "TLSv1.3");
                    assertThat(((TcpStream) client.below()).peer()).isEqualTo(server.address());
                }
                assertThat(handler.statistics()).isEqualTo(new TlsStatistics(1, 0, Map.of()));
            }
        });
        assertThat(failures).isEmpty();
    }

    @Test
    void unixServerAndClientSpeakTls(@TempDir Path directory) throws Exception {
        TcpPair.runLoopForFailures(() -> {
            Path path = directory.resolve("socket");
            try (UnixServer server = UnixServer.serve(path, TlsHandler.of(Certified.server(), ECHO_LINES));
                    TlsStream client = TlsStream.client(UnixStream.connect(path), "localhost", Certified.client())) {
                ask(client);
                assertThat(server.state()).isNotNull();
            }
        });
    }

    @Test
    @Feature("Failed handshakes are counted by kind")
    void failedHandshakesAreCountedByKindAndAreNotFailuresOfTheHandler() throws Exception {
        var served = new ArrayList<TlsStream>();
        List<?> failures = TcpPair.runLoopForFailures(() -> {
            TlsHandler handler = TlsHandler.of(Certified.server(), served::add);
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), handler)) {
                InetSocketAddress address = server.address();
                try (TcpStream plain = TcpStream.connect(address)) {
                    plain.write("GET / HTTP/1.0\r\n\r\n".getBytes(UTF_8));
                    plain.readAll(1000);
                }
                try (TcpStream silent = TcpStream.connect(address)) {
                    silent.closeOutput();
                    silent.readAll(1000);
                }
                assertThatThrownBy(() -> TlsStream.connect("localhost", address.getPort(), TlsOptions.defaults()))
                        .isInstanceOf(TlsException.class);
                while (server.statistics().active() > 0) {
                    Async.yieldNow();
                }
                ServerStatistics statistics = server.statistics();
                assertThat(statistics.handshakes()).isEqualTo(3);
                assertThat(statistics.broken()).isEqualTo(3);
                assertThat(statistics.failed()).isZero();
                assertThat(handler.statistics().failed())
                        .isEqualTo(Map.of(Kind.NOT_TLS, 1L, Kind.ENDED, 1L, Kind.CERTIFICATE_REFUSED, 1L));
            }
        });
        assertThat(failures).isEmpty();
        assertThat(served).isEmpty();
    }

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    void drainEndsTheInputWithoutATruncation() throws Exception {
        TlsHandler handler = TlsHandler.of(Certified.server(), ECHO_LINES);
        TcpServer server = TcpServer.serve(TcpPair.loopback(), handler);
        TlsStream client = TlsStream.connect("localhost", server.address().getPort(), Certified.client());
        ask(client);
        Task<byte[]> rest = createTask(() -> client.readAll(100));
        awaitAllTasksParked();

        assertThat(server.drain(Duration.ofSeconds(30))).isTrue();

        assertThat(rest.await()).isEmpty();
        assertThat(server.statistics().broken()).isZero();
        client.close();
    }

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    void closedServerEndsItsConnectionsWithNotice() throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), TlsHandler.of(Certified.server(), ECHO_LINES));
        TlsStream client = TlsStream.connect("localhost", server.address().getPort(), Certified.client());
        ask(client);
        Task<byte[]> rest = createTask(() -> client.readAll(100));
        awaitAllTasksParked();

        server.close();

        assertThat(rest.await()).isEmpty();
        client.close();
    }

    @LoopTest(time = LoopTest.Time.REAL, timeoutMillis = 60_000)
    void thousandConnectionsAtOnceAreServed() throws Exception {
        int connections = 1000;
        TlsOptions options = Certified.server().withHandshakeTimeout(Duration.ofSeconds(50));
        TlsOptions client = Certified.client().withHandshakeTimeout(Duration.ofSeconds(50));
        TlsHandler handler = TlsHandler.of(options, ECHO_LINES);
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), handler)) {
            var clients = new ArrayList<Task<TlsStream>>();
            for (int i = 0; i < connections; i++) {
                clients.add(createTask(
                        () -> TlsStream.connect("localhost", server.address().getPort(), client)));
            }
            for (Task<TlsStream> each : clients) {
                each.await();
            }
            assertThat(server.statistics().active()).isEqualTo(connections);
            for (Task<TlsStream> each : clients) {
                ask(each.await());
            }
            for (Task<TlsStream> each : clients) {
                each.await().close();
            }
            assertThat(handler.statistics().completed()).isEqualTo(connections);
        }
    }

    @Test
    void delegatedTasksRunOffTheLoop() throws Exception {
        var threads = new ArrayList<Thread>();
        try (var executor = Executors.newSingleThreadExecutor()) {
            LoopOptions options = LoopOptions.defaults()
                    .withOffloadExecutor(command -> executor.execute(() -> {
                        synchronized (threads) {
                            threads.add(Thread.currentThread());
                        }
                        command.run();
                    }));
            TlsOptions server = Certified.server().withTrust(new ThreadRecordingTrust());
            EventLoop.run(options, () -> {
                try (TcpServer serving = TcpServer.serve(TcpPair.loopback(), TlsHandler.of(server, ECHO_LINES));
                        TlsStream client = TlsStream.connect(
                                "localhost",
                                serving.address().getPort(),
                                Certified.client().withTrust(new ThreadRecordingTrust()))) {
                    ask(client);
                }
            });
        }
        assertThat(ThreadRecordingTrust.THREADS).isNotEmpty();
        assertThat(threads).containsAll(ThreadRecordingTrust.THREADS);
    }
}
