package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import io.gyre.net.tls.TlsException.Kind;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;

/** OpenSSL's engine under our streams, at one end with the JDK's at the other, or at both. */
final class OpensslEngineTest {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    @BeforeAll
    static void opensslIsThere() {
        OpensslEngines.require();
    }

    /** Which engines the two ends have. */
    private enum Ends {
        OPENSSL_CLIENT,
        OPENSSL_SERVER,
        BOTH_OPENSSL
    }

    /** Two ends of one version. */
    private static final class Use {
        private final List<OpensslEngines> engines = new ArrayList<>();
        private final TlsOptions client;
        private final TlsOptions server;

        Use(Ends ends, String version, ClientAuth rule) throws SSLException {
            TlsOptions jdkClient = Certified.client()
                    .withProtocols(version)
                    .withApplicationProtocols("echo")
                    .withIdentity(Certified.file("client.pem"), Certified.file("client-key.pem"));
            TlsOptions jdkServer = Certified.server()
                    .withProtocols(version)
                    .withApplicationProtocols("echo")
                    .withTrust(Certified.file("authority.pem"))
                    .withClientCertificates(
                            switch (rule) {
                                case NONE -> ClientCertificates.NOT_ASKED;
                                case OPTIONAL -> ClientCertificates.WANTED;
                                case REQUIRE -> ClientCertificates.NEEDED;
                            });
            client = ends == Ends.OPENSSL_SERVER
                    ? jdkClient
                    : added(OpensslEngines.client(version)).in(jdkClient);
            server = ends == Ends.OPENSSL_CLIENT
                    ? jdkServer
                    : added(OpensslEngines.server(rule, version)).in(jdkServer);
        }

        private OpensslEngines added(OpensslEngines some) {
            engines.add(some);
            return some;
        }

        StreamPair<TlsStream> open() throws IOException {
            return TlsPair.over(MemoryStream.pair(), client, server);
        }

        void requireAllReleased() {
            engines.forEach(OpensslEngines::requireAllReleased);
        }
    }

    private interface Check {
        void run(Use use, String version) throws Exception;
    }

    private static void everywhere(ClientAuth rule, Check check) throws Exception {
        for (String version : VERSIONS) {
            for (Ends ends : Ends.values()) {
                var use = new Use(ends, version, rule);
                try {
                    check.run(use, version);
                    use.requireAllReleased();
                } catch (Throwable failure) {
                    failure.addSuppressed(new AssertionError(ends + ", " + version));
                    throw failure;
                }
            }
        }
    }

    private static void talk(StreamPair<TlsStream> pair) throws IOException {
        Task<?> writer = createTask(() -> pair.left().write("hello".getBytes(UTF_8)));
        assertThat(pair.right().readExactly(5)).asString(UTF_8).isEqualTo("hello");
        writer.await();
        pair.right().write("answer".getBytes(UTF_8));
        assertThat(pair.left().readExactly(6)).asString(UTF_8).isEqualTo("answer");
    }

    private static void close(StreamPair<TlsStream> pair) throws IOException {
        Task<?> closing = createTask(() -> pair.right().close());
        pair.left().close();
        closing.await();
    }

    @LoopTest(timeoutMillis = 30_000)
    void bothEndsKnowWhatTheyAgreedOn() throws Exception {
        everywhere(ClientAuth.NONE, (use, version) -> {
            StreamPair<TlsStream> pair = use.open();
            talk(pair);
            for (TlsStream each : List.of(pair.left(), pair.right())) {
                TlsSession session = each.session();
                assertThat(session.protocol()).isEqualTo(version);
                assertThat(session.cipherSuite()).startsWith("TLS_");
                assertThat(session.applicationProtocol()).isEqualTo("echo");
                assertThat(session.resumed()).isFalse();
            }
            assertThat(pair.left().session().peerCertificates()).hasSize(2);
            assertThat(pair.right().session().peerCertificates()).isEmpty();
            close(pair);
        });
    }

    @LoopTest(timeoutMillis = 30_000)
    void sessionIsResumed() throws Exception {
        everywhere(ClientAuth.NONE, (use, version) -> {
            var resumed = new ArrayList<Boolean>();
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), TlsHandler.of(use.server, stream -> {
                resumed.add(stream.session().resumed());
                stream.write(stream.readExactly(1));
            }))) {
                for (int i = 0; i < 2; i++) {
                    try (TlsStream stream =
                            TlsStream.connect("localhost", server.address().getPort(), use.client)) {
                        stream.write(new byte[1]);
                        stream.readExactly(1);
                        assertThat(stream.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                        resumed.add(stream.session().resumed());
                    }
                }
            }
            assertThat(resumed).containsExactly(false, false, true, true);
        });
    }

    @LoopTest(timeoutMillis = 30_000)
    void certificateOfTheClientIsKnownToTheServer() throws Exception {
        everywhere(ClientAuth.REQUIRE, (use, version) -> {
            StreamPair<TlsStream> pair = use.open();
            talk(pair);
            assertThat(pair.right().session().peerCertificates().getFirst().getSubjectX500Principal())
                    .hasToString("CN=client one");
            close(pair);
        });
    }

    @LoopTest(timeoutMillis = 30_000)
    void muchArrivesBothWaysAtOnce() throws Exception {
        everywhere(ClientAuth.NONE, (use, version) -> {
            StreamPair<TlsStream> pair = use.open();
            byte[] much = new byte[1_000_000];
            for (int i = 0; i < much.length; i++) {
                much[i] = (byte) (i * 7 + (i >> 10));
            }
            Task<?> forth = createTask(() -> pair.left().write(much));
            Task<?> back = createTask(() -> pair.right().write(much));
            Task<byte[]> there = createTask(() -> pair.right().readExactly(much.length));
            ByteBuffer small = ByteBuffer.allocate(1000);
            int count = 0;
            while (count < much.length) {
                pair.left().read(small.clear());
                assertThat(small.flip()).isEqualTo(ByteBuffer.wrap(much, count, small.limit()));
                count += small.limit();
            }
            assertThat(there.await()).isEqualTo(much);
            forth.await();
            back.await();
            close(pair);
        });
    }

    @LoopTest(timeoutMillis = 30_000)
    void endIsAnEndAndATruncationIsNone() throws Exception {
        everywhere(ClientAuth.NONE, (use, version) -> {
            StreamPair<TlsStream> pair = use.open();
            pair.left().write("last".getBytes(UTF_8));
            pair.left().closeOutput();
            assertThat(pair.right().readAll(100)).asString(UTF_8).isEqualTo("last");
            close(pair);

            StreamPair<MemoryStream> below = MemoryStream.pair();
            StreamPair<TlsStream> cut = TlsPair.over(below, use.client, use.server);
            below.left().closeOutput();
            assertThatThrownBy(() -> cut.right().readAll(100)).isInstanceOf(TruncatedStreamException.class);
            below.right().closeOutput();
            assertThatThrownBy(() -> cut.left().readAll(100)).isInstanceOf(TruncatedStreamException.class);
            cut.left().abort();
            cut.right().abort();
        });
    }

    /** The output of OpenSSL's end has ended, and that of the JDK's goes on; with a small buffer and with a large one. */
    @LoopTest
    void bytesAfterTheEndOfTheOwnOutputArrive() throws Exception {
        for (int room : new int[] {10, 50_000}) {
            var use = new Use(Ends.OPENSSL_CLIENT, "TLSv1.3", ClientAuth.NONE);
            StreamPair<TlsStream> pair = use.open();
            pair.left().closeOutput();
            assertThat(pair.right().readAll(100)).isEmpty();
            Task<?> writer = createTask(() -> {
                pair.right().write(new byte[40_000]);
                pair.right().write("last".getBytes(UTF_8));
                pair.right().closeOutput();
            });

            ByteBuffer buffer = ByteBuffer.allocate(room);
            int count = 0;
            while (pair.left().read(buffer.clear()) >= 0) {
                count += buffer.position();
            }
            assertThat(count).isEqualTo(40_004);
            writer.await();

            StreamPair<MemoryStream> below = MemoryStream.pair();
            StreamPair<TlsStream> cut = TlsPair.over(below, use.client, use.server);
            cut.left().closeOutput();
            below.right().closeOutput();
            assertThatThrownBy(() -> cut.left().read(buffer.clear())).isInstanceOf(TruncatedStreamException.class);
            cut.left().abort();
            close(pair);
            use.requireAllReleased();
        }
    }

    /** Of the JDK's engine the peer may go on. */
    @LoopTest
    void engineEndsBothDirectionsAndSaysSo() throws Exception {
        for (String version : VERSIONS) {
            var use = new Use(Ends.BOTH_OPENSSL, version, ClientAuth.NONE);
            StreamPair<TlsStream> pair = use.open();
            pair.left().closeOutput();
            assertThat(pair.right().readAll(100)).isEmpty();

            assertThatThrownBy(() -> pair.right().write(new byte[1]))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("both directions")
                    .hasMessageContaining(version.equals("TLSv1.3") ? "engine of io.netty" : "TLS 1.3");
            assertThat(pair.left().readAll(100)).isEmpty();
            close(pair);
            use.requireAllReleased();
        }
    }

    @LoopTest(timeoutMillis = 30_000)
    void refusalIsExplained() throws Exception {
        for (String version : VERSIONS) {
            OpensslEngines client = OpensslEngines.client(version);
            OpensslEngines server = OpensslEngines.server(ClientAuth.REQUIRE, version);
            TlsOptions jdkServer = Certified.server("self-signed").withProtocols(version);

            Refusal unknown = Refusal.of(client.in(TlsOptions.defaults()), jdkServer);
            unknown.requireClient(Kind.UNKNOWN_AUTHORITY);
            unknown.requireServer(Kind.REFUSED, "alert internal_error"); // Netty has no other for an unknown authority

            Refusal.of("wrong.test", client.in(TlsOptions.defaults()), Certified.server())
                    .requireClient(Kind.WRONG_NAME, "wrong.test");

            Refusal missing = Refusal.of(Certified.client().withProtocols(version), server.in(Certified.server()));
            missing.requireServer(Kind.NO_CERTIFICATE, "withIdentity");

            String other = version.equals("TLSv1.3") ? "TLSv1.2" : "TLSv1.3";
            Refusal.of(Certified.client().withProtocols(other), server.in(Certified.server()))
                    .requireServer(Kind.NO_COMMON_PROTOCOL);
            client.requireAllReleased();
            server.requireAllReleased();
        }
    }

    @LoopTest
    void engineIsGivenBackHoweverItsStreamEnds() throws Exception {
        for (int way = 0; way < 5; way++) {
            OpensslEngines engines = OpensslEngines.client("TLSv1.3");
            StreamPair<MemoryStream> below = MemoryStream.pair();
            TlsOptions options = engines.in(TlsOptions.defaults());
            switch (way) {
                case 0 ->
                    TlsStream.client(below.left(), "localhost", options.withLazyHandshake(true))
                            .close();
                case 1 ->
                    TlsStream.client(below.left(), "localhost", options.withLazyHandshake(true))
                            .abort();
                case 2 -> {
                    Task<?> waiting = createTask(() -> TlsStream.client(below.left(), "localhost", options));
                    waiting.whenDone(done -> {});
                    awaitAllTasksParked();
                    waiting.cancelAndJoin("no server answers");
                }
                case 3 -> {
                    TlsStream stream = TlsStream.client(below.left(), "localhost", options.withLazyHandshake(true));
                    Task<?> waiting = createTask(() -> stream.read(ByteBuffer.allocate(1)));
                    Task<?> second = createTask(() -> stream.write(new byte[1]));
                    waiting.whenDone(done -> {});
                    second.whenDone(done -> {});
                    awaitAllTasksParked();
                    stream.abort();
                    assertThatThrownBy(waiting::await).hasCauseInstanceOf(IOException.class);
                    assertThatThrownBy(second::await).hasCauseInstanceOf(IOException.class);
                }
                default ->
                    assertThatThrownBy(() -> TlsStream.server(below.left(), options))
                            .isInstanceOf(IllegalArgumentException.class);
            }
            engines.requireAllReleased();
        }
    }
}
