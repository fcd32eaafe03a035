package io.gyre.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.TcpServer;
import io.gyre.net.os.Subprocess;
import io.gyre.net.os.SubprocessOptions;
import io.gyre.net.os.SubprocessOutput;
import io.gyre.net.peers.Peer;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSL's client is served, or told why not. */
final class OpensslClientTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_OUTPUT = 1 << 20;
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** A server that answers lines, and what it has seen of its clients. */
    private static final class Answering implements AutoCloseable {
        private final List<TlsSession> sessions = new ArrayList<>();
        private final TlsHandler handler;
        private final TcpServer server;

        Answering(TlsOptions options) throws IOException {
            handler = TlsHandler.of(options, this::answer);
            server = TcpServer.serve(ANY_PORT, handler);
        }

        private void answer(TlsStream stream) throws IOException {
            sessions.add(stream.session());
            for (Optional<String> line = stream.readLine(100); line.isPresent(); line = stream.readLine(100)) {
                if (line.get().equals("bye")) {
                    return;
                }
                stream.write(("answer to " + line.get() + "\n").getBytes(US_ASCII));
            }
        }

        /** {@return the command of a client that trusts the server} */
        SubprocessOptions client(String version, String... more) {
            var command = new ArrayList<>(List.of("openssl", "s_client"));
            command.addAll(List.of("-connect", "127.0.0.1:" + server.address().getPort()));
            command.add(version.equals("TLSv1.2") ? "-tls1_2" : "-tls1_3");
            command.addAll(List.of("-verify_return_error", "-CAfile"));
            command.add(Certified.file("authority.pem").toString());
            command.addAll(List.of(more));
            return SubprocessOptions.of(command.toArray(String[]::new));
        }

        /** {@return what a client gets that says hello and bye} */
        SubprocessOutput greet(String version, String... more) throws IOException {
            try (Subprocess process = Subprocess.exec(with(client(version, more), "-quiet"))) {
                return process.communicate("hello\nbye\n".getBytes(US_ASCII), MAX_OUTPUT);
            }
        }

        Map<Kind, Long> failed() {
            assertThat(server.drain(PATIENCE))
                    .as("whether all clients are served")
                    .isTrue();
            return handler.statistics().failed();
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private static SubprocessOptions with(SubprocessOptions options, String argument) {
        var command = new ArrayList<>(options.command());
        command.add(argument);
        return SubprocessOptions.of(command.toArray(String[]::new));
    }

    private static String text(SubprocessOutput output) {
        return new String(output.stdout(), US_ASCII);
    }

    private static String errors(SubprocessOutput output) {
        return output.errorText();
    }

    @BeforeAll
    static void opensslIsInstalled(@TempDir Path directory) {
        Peer.installed("openssl", "openssl", directory);
    }

    @LoopTest
    void bothVersionsAgreeOnNameAndProtocol() throws IOException {
        TlsOptions options = Certified.server().withApplicationProtocols("h2", "http/1.1");
        for (String version : VERSIONS) {
            try (var server = new Answering(options)) {
                SubprocessOutput output = server.greet(
                        version, "-servername", "localhost", "-verify_hostname", "localhost", "-alpn", "http/1.1,h2");

                assertThat(text(output)).as(errors(output)).isEqualTo("answer to hello\n");
                assertThat(output.exitCode()).isZero();
                assertThat(server.sessions).singleElement().satisfies(session -> {
                    assertThat(session.protocol()).isEqualTo(version);
                    assertThat(session.applicationProtocol()).isEqualTo("h2");
                    assertThat(session.serverName()).isEqualTo("localhost");
                    assertThat(session.peerCertificates()).isEmpty();
                });
                assertThat(server.failed()).isEmpty();
            }
        }
    }

    @LoopTest
    void nameChoosesTheCertificate() throws IOException {
        TlsOptions options = Certified.server()
                .withIdentity(Certified.file("other.pem"), Certified.file("other-key.pem"))
                .withIdentity(Certified.file("ed25519.pem"), Certified.file("ed25519-key.pem"));
        for (String version : VERSIONS) {
            for (String name : new String[] {"other.test", "ed25519.test", "any.example.test", "localhost"}) {
                try (var server = new Answering(options)) {
                    SubprocessOutput output = server.greet(version, "-servername", name, "-verify_hostname", name);

                    assertThat(text(output)).as(errors(output)).isEqualTo("answer to hello\n");
                }
            }
        }
    }

    @LoopTest
    void clientShowsItsCertificate() throws IOException {
        TlsOptions options = Certified.server()
                .withTrust(Certified.file("authority.pem"))
                .withClientCertificates(ClientCertificates.NEEDED);
        for (String version : VERSIONS) {
            try (var server = new Answering(options)) {
                SubprocessOutput output = server.greet(
                        version,
                        "-cert",
                        Certified.file("client.pem").toString(),
                        "-key",
                        Certified.file("client-key.pem").toString());

                assertThat(text(output)).as(errors(output)).isEqualTo("answer to hello\n");
                assertThat(server.sessions
                                .getFirst()
                                .peerCertificates()
                                .getFirst()
                                .getSubjectX500Principal()
                                .getName())
                        .isEqualTo("CN=client one");
            }
        }
    }

    @LoopTest
    void clientWithoutTheNeededCertificateIsTold() throws IOException {
        TlsOptions options = Certified.server()
                .withTrust(Certified.file("authority.pem"))
                .withClientCertificates(ClientCertificates.NEEDED);
        for (String version : VERSIONS) {
            try (var server = new Answering(options)) {
                SubprocessOutput output = server.greet(version);

                assertThat(text(output)).isEmpty();
                assertThat(errors(output)).contains("alert");
                assertThat(server.failed()).containsOnlyKeys(Kind.NO_CERTIFICATE);
            }
        }
    }

    @LoopTest
    void clientThatRefusesTheCertificateIsCounted() throws IOException {
        for (String version : VERSIONS) {
            try (var server = new Answering(Certified.server())) {
                server.greet(version, "-verify_hostname", "wrong.test");
                assertThat(server.failed()).as("wrong name").containsOnlyKeys(Kind.CERTIFICATE_REFUSED);
            }
            try (var server = new Answering(Certified.server("expired"))) {
                server.greet(version);
                assertThat(server.failed()).as("expired").containsOnlyKeys(Kind.CERTIFICATE_REFUSED);
            }
            try (var server = new Answering(Certified.server("self-signed"))) {
                server.greet(version);
                assertThat(server.failed()).as("self-signed").containsOnlyKeys(Kind.CERTIFICATE_REFUSED);
            }
        }
    }

    @LoopTest
    void clientWithoutACommonVersionIsTold() throws IOException {
        try (var server = new Answering(Certified.server().withProtocols("TLSv1.3"))) {
            assertThat(errors(server.greet("TLSv1.2"))).contains("alert protocol version");
            assertThat(server.failed()).containsOnlyKeys(Kind.NO_COMMON_PROTOCOL);
        }
        try (var server = new Answering(Certified.server().withCipherSuites("TLS_AES_256_GCM_SHA384"))) {
            assertThat(errors(server.greet("TLSv1.3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")))
                    .contains("alert handshake failure");
            assertThat(server.failed()).containsOnlyKeys(Kind.NO_COMMON_SUITE);
        }
    }

    @LoopTest
    void sessionIsResumed(@TempDir Path directory) throws IOException {
        for (String version : VERSIONS) {
            String file = directory.resolve(version).toString();
            try (var server = new Answering(Certified.server())) {
                server.greet(version, "-sess_out", file);
                SubprocessOutput output = server.greet(version, "-sess_in", file);

                assertThat(text(output)).as(errors(output)).isEqualTo("answer to hello\n");
                assertThat(server.sessions).extracting(TlsSession::resumed).containsExactly(false, true);
                assertThat(server.handler.statistics().resumed()).isEqualTo(1);
            }
        }
    }

    @LoopTest
    void conversationGoesOnAfterAKeyUpdate() throws IOException {
        try (var server = new Answering(Certified.server());
                Subprocess client = Subprocess.exec(server.client("TLSv1.3"))) {
            assertThat(client.stdout().readUntil(MAX_OUTPUT, "Verify return code: 0 (ok)".getBytes(US_ASCII)))
                    .isNotEmpty();
            for (String word : new String[] {"one", "two", "three"}) {
                client.stdin().write("K\n".getBytes(US_ASCII)); // both sides change their keys
                client.stderr().readUntil(MAX_OUTPUT, "KEYUPDATE\n".getBytes(US_ASCII));
                client.stdin().write((word + "\n").getBytes(US_ASCII));
                client.stdout().readUntil(MAX_OUTPUT, ("answer to " + word + "\n").getBytes(US_ASCII));
            }
            client.stdin().write("bye\n".getBytes(US_ASCII));
            client.await();
            assertThat(server.failed()).isEmpty();
        }
    }

    @LoopTest
    void clientThatWantsAnotherHandshakeIsRefused() throws IOException {
        LoopFuture<Throwable> ended = EventLoop.current().createFuture();
        TlsHandler handler = TlsHandler.of(Certified.server(), stream -> {
            try {
                stream.readLine(100);
                ended.setResult(new AssertionError("the stream has ended"));
            } catch (IOException refused) {
                ended.setResult(refused);
                throw refused;
            }
        });
        try (TcpServer server = TcpServer.serve(ANY_PORT, handler);
                Subprocess client = Subprocess.exec(
                        "openssl",
                        "s_client",
                        "-tls1_2",
                        "-connect",
                        "127.0.0.1:" + server.address().getPort())) {
            client.stdout().readUntil(MAX_OUTPUT, "Verify return code".getBytes(US_ASCII));
            client.stdin().write("R\n".getBytes(US_ASCII)); // renegotiates

            assertThat(ended.await()).isInstanceOfSatisfying(TlsException.class, refused -> assertThat(refused.kind())
                    .isEqualTo(Kind.BAD_MESSAGE));
            client.await();
        }
    }

    @LoopTest
    void killedClientIsNoEnd() throws IOException {
        for (String version : VERSIONS) {
            LoopFuture<Throwable> ended = EventLoop.current().createFuture();
            TlsHandler handler = TlsHandler.of(Certified.server(), stream -> {
                try {
                    while (stream.readLine(100).isPresent()) {
                        stream.write("answer\n".getBytes(US_ASCII));
                    }
                } catch (IOException end) {
                    ended.setResult(end);
                    throw end;
                }
            });
            try (TcpServer server = TcpServer.serve(ANY_PORT, handler)) {
                try (Subprocess client = Subprocess.exec(
                        "openssl",
                        "s_client",
                        "-quiet",
                        version.equals("TLSv1.2") ? "-tls1_2" : "-tls1_3",
                        "-connect",
                        "127.0.0.1:" + server.address().getPort())) {
                    client.stdin().write("hello\n".getBytes(US_ASCII));
                    client.stdout().readUntil(MAX_OUTPUT, "answer\n".getBytes(US_ASCII));
                    client.kill();
                    client.await();
                }
                assertThat(ended.await()).isInstanceOf(TruncatedStreamException.class);
                assertThat(server.drain(PATIENCE)).isTrue();
                assertThat(server.statistics().failed()).as("failed handlers").isZero();
            }
        }
    }
}
