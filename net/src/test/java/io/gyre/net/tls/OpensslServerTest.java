package io.gyre.net.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gyre.loop.testing.LoopTest;
import io.gyre.net.TcpStream;
import io.gyre.net.os.Subprocess;
import io.gyre.net.peers.Peer;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** OpenSSL's server serves our client, or our client says why not. */
final class OpensslServerTest {
    private static final int MAX_OUTPUT = 1 << 20;
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** A server of OpenSSL that sends each line back, reversed. */
    private static final class Reversing implements AutoCloseable {
        private final Subprocess process;
        private final int port;

        Reversing(String certificate, String... more) throws IOException {
            var command = new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0"));
            command.addAll(List.of("-cert", Certified.file(certificate + ".pem").toString()));
            command.addAll(
                    List.of("-cert_chain", Certified.file("authority.pem").toString()));
            command.addAll(
                    List.of("-key", Certified.file(certificate + "-key.pem").toString()));
            command.addAll(List.of(more));
            process = Subprocess.exec(command.toArray(String[]::new));
            String line;
            do {
                line = process.stdout().readLine(1000).orElseThrow();
            } while (!line.startsWith("ACCEPT "));
            port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
        }

        TlsStream connect(String host, TlsOptions options) throws IOException {
            return TlsStream.client(TcpStream.connect("127.0.0.1", port), host, options);
        }

        /** {@return a server that asks its clients for a certificate} */
        static Reversing verifying(String version) throws IOException {
            String authority = Certified.file("authority.pem").toString();
            return new Reversing(
                    "server", "-rev", option(version), "-Verify", "1", "-verify_return_error", "-CAfile", authority);
        }

        /** {@return what the client says when the server does not suit it, or does not like it} */
        TlsException refusal(String host, TlsOptions options) {
            IOException failure = catchThrowableOfType(IOException.class, () -> {
                try (TlsStream stream = connect(host, options)) {
                    stream.write("hello\n".getBytes(US_ASCII)); // in TLS 1.3 the server refuses after the handshake
                    stream.readLine(100);
                }
            });
            assertThat(failure).isInstanceOf(TlsException.class);
            return (TlsException) failure;
        }

        @Override
        public void close() {
            process.kill();
            process.close();
        }
    }

    private static void greet(TlsStream stream) throws IOException {
        stream.write("hello\n".getBytes(US_ASCII));
        assertThat(stream.readLine(100)).contains("olleh");
    }

    private static String option(String version) {
        return "-" + version.toLowerCase(Locale.ROOT).replace("v", "").replace('.', '_');
    }

    @BeforeAll
    static void opensslIsInstalled(@TempDir Path directory) {
        Peer.installed("openssl", "openssl", directory);
    }

    @LoopTest
    void bothVersionsAndEachKindOfKey() throws IOException {
        for (String version : VERSIONS) {
            for (String certificate : new String[] {"server", "rsa", "ed25519"}) {
                try (var server = new Reversing(certificate, "-rev", option(version), "-alpn", "h2,echo");
                        TlsStream stream =
                                server.connect("localhost", Certified.client().withApplicationProtocols("echo"))) {
                    greet(stream);
                    assertThat(stream.session().protocol()).isEqualTo(version);
                    assertThat(stream.session().applicationProtocol()).isEqualTo("echo");
                    assertThat(stream.session().peerCertificates()).hasSize(2);
                }
            }
        }
    }

    @LoopTest
    void certificateOfTheClientIsShown() throws IOException {
        TlsOptions options =
                Certified.client().withIdentity(Certified.file("client.pem"), Certified.file("client-key.pem"));
        for (String version : VERSIONS) {
            try (var server = Reversing.verifying(version);
                    TlsStream stream = server.connect("localhost", options)) {
                greet(stream);
            }
        }
    }

    @LoopTest
    void neededCertificateOfTheClientIsMissed() throws IOException {
        for (String version : VERSIONS) {
            try (var server = Reversing.verifying(version)) {
                TlsException refusal = server.refusal("localhost", Certified.client());

                assertThat(refusal.kind()) // the alert of TLS 1.2 has several meanings
                        .isEqualTo(version.equals("TLSv1.2") ? Kind.REFUSED : Kind.CERTIFICATE_REFUSED);
                assertThat(refusal).hasMessageContaining("127.0.0.1").hasMessageContaining("withIdentity");
            }
        }
    }

    @LoopTest
    void certificateThatDoesNotSuitIsExplained() throws IOException {
        for (String version : VERSIONS) {
            try (var server = new Reversing("server", "-rev", option(version))) {
                TlsException wrongName = server.refusal("wrong.test", Certified.client());
                assertThat(wrongName.kind()).isEqualTo(Kind.WRONG_NAME);
                assertThat(wrongName).hasMessageContaining("wrong.test").hasMessageContaining("*.example.test");

                TlsException unknown = server.refusal("localhost", TlsOptions.defaults());
                assertThat(unknown.kind()).isEqualTo(Kind.UNKNOWN_AUTHORITY);
                assertThat(unknown).hasMessageContaining("CN=Authority of the tests");
            }
            try (var server = new Reversing("expired", "-rev", option(version))) {
                TlsException expired = server.refusal("localhost", Certified.client());
                assertThat(expired.kind()).isEqualTo(Kind.EXPIRED);
                assertThat(expired).hasMessageContaining("2002-01-01");
            }
            try (var server = new Reversing("self-signed", "-rev", option(version))) {
                assertThat(server.refusal("localhost", Certified.client()).kind())
                        .isEqualTo(Kind.UNKNOWN_AUTHORITY);
            }
        }
    }

    @LoopTest
    void missingCommonGroundIsExplained() throws IOException {
        try (var server = new Reversing("server", "-rev", "-tls1_2")) {
            assertThat(server.refusal("localhost", Certified.client().withProtocols("TLSv1.3"))
                            .kind())
                    .isEqualTo(Kind.NO_COMMON_PROTOCOL);
        }
        try (var server = new Reversing("server", "-rev", "-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")) {
            TlsException refusal =
                    server.refusal("localhost", Certified.client().withCipherSuites("TLS_AES_256_GCM_SHA384"));
            assertThat(refusal.kind()).isEqualTo(Kind.REFUSED);
            assertThat(refusal).hasMessageContaining("cipher suite").hasMessageContaining("TLS_AES_256_GCM_SHA384");
        }
    }

    @LoopTest
    void sessionIsResumed() throws IOException {
        for (String version : VERSIONS) {
            TlsOptions options = Certified.client();
            try (var server = new Reversing("server", "-rev", option(version))) {
                var resumed = new ArrayList<Boolean>();
                for (int i = 0; i < 2; i++) {
                    TlsStream stream = TlsStream.connect("localhost", server.port, options);
                    try (stream) {
                        greet(stream); // in TLS 1.3 the ticket comes before the answer
                        resumed.add(stream.session().resumed());
                    }
                }
                assertThat(resumed).containsExactly(false, true);
            }
        }
    }

    @LoopTest
    void conversationGoesOnAfterAKeyUpdateOfTheServer() throws IOException {
        try (var server = new Reversing("server", "-tls1_3");
                TlsStream stream = server.connect("localhost", Certified.client())) {
            for (String word : new String[] {"one", "two", "three"}) {
                server.process.stdin().write("K\n".getBytes(US_ASCII)); // both sides change their keys
                stream.write((word + "\n").getBytes(US_ASCII));
                server.process.stdout().readUntil(MAX_OUTPUT, (word + "\n").getBytes(US_ASCII));
                server.process.stdin().write(("answer to " + word + "\n").getBytes(US_ASCII));
                assertThat(stream.readLine(100)).contains("answer to " + word);
            }
        }
    }

    private interface Talk {
        void with(Reversing server, TlsStream stream) throws IOException;
    }

    private static void inEachVersion(Talk talk) throws IOException {
        for (String version : VERSIONS) {
            try (var server = new Reversing("server", "-rev", option(version));
                    TlsStream stream = server.connect("localhost", Certified.client())) {
                greet(stream);
                talk.with(server, stream);
            }
        }
    }

    @LoopTest
    void killedServerIsNoEnd() throws IOException {
        inEachVersion((server, stream) -> {
            server.process.kill();

            assertThat(catchThrowableOfType(IOException.class, () -> stream.readLine(100)))
                    .isInstanceOf(TruncatedStreamException.class);
        });
    }

    @LoopTest
    void endOfTheServerIsAnEnd() throws IOException {
        inEachVersion((server, stream) -> {
            stream.write("CLOSE\n".getBytes(US_ASCII)); // makes the server end the connection
            assertThat(stream.readLine(100)).isEmpty();
        });
    }
}
