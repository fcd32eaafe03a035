package io.gyre.examples.tls;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.examples.Talk.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.examples.echo.EchoServer;
import io.gyre.examples.kv.KvServer;
import io.gyre.examples.proxy.Proxy;
import io.gyre.loop.EventLoop;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.ByteStream;
import io.gyre.net.ConnectOptions;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.tls.ClientCertificates;
import io.gyre.net.tls.TlsException;
import io.gyre.net.tls.TlsOptions;
import io.gyre.net.tls.TlsStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;

/** The examples that speak TLS, with certificates made on demand. */
final class TlsExamplesTest {
    private static SelfSigned certificate;
    private static SelfSigned other;

    /** Each takes the keytool of the JDK a second. */
    @BeforeAll
    static void makeCertificates() throws IOException {
        certificate = EventLoop.run(() -> SelfSigned.make());
        other = EventLoop.run(() -> SelfSigned.make());
    }

    private static TlsOptions trusting(SelfSigned certificate) {
        return TlsOptions.defaults()
                .withTrust(new Pinned(certificate.fingerprint()))
                .withInsecureUnverifiedHostNames();
    }

    private static TlsStream connect(InetSocketAddress server, TlsOptions options) throws IOException {
        return TlsStream.connect("127.0.0.1", server.getPort(), options);
    }

    private static void assertEchoes(ByteStream stream) throws IOException {
        assertThat(ask(stream, "hello")).isEqualTo("hello");
    }

    @LoopTest
    void echoSpeaksTlsWithACertificateMadeOnDemand() throws IOException {
        try (TcpServer server = EchoServer.start(ANY_PORT, certificate.identity())) {
            try (TlsStream pinned = connect(server.address(), trusting(certificate))) {
                assertEchoes(pinned);
            }
            TlsOptions byFile = TlsOptions.defaults().withTrust(List.of(certificate.certificate()));
            try (TlsStream named = connect(server.address(), byFile)) { // the certificate has the name of the server
                assertEchoes(named);
            }
        }
    }

    @LoopTest
    void anotherFingerprintIsRefused() throws IOException {
        try (TcpServer server = EchoServer.start(ANY_PORT, certificate.identity())) {
            assertThatThrownBy(() -> connect(server.address(), trusting(other)))
                    .isInstanceOf(TlsException.class)
                    .hasMessageContaining("fingerprint");
        }
        assertThatThrownBy(() -> new Pinned("AB:CD"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64");
    }

    @LoopTest
    void keyValueServerAdmitsClientsByTheirCertificate() throws IOException {
        TlsOptions options = certificate
                .identity()
                .withTrust(List.of(other.certificate()))
                .withClientCertificates(ClientCertificates.NEEDED);
        try (KvServer server = KvServer.start(ANY_PORT, options, null)) {
            TlsOptions known = other.identity()
                    .withTrust(new Pinned(certificate.fingerprint()))
                    .withInsecureUnverifiedHostNames();
            try (TlsStream stream = connect(server.address(), known)) {
                assertThat(ask(stream, "SET greeting hello")).isEqualTo("OK");
                assertThat(ask(stream, "GET greeting")).contains("hello");
            }
            assertThatThrownBy(() -> {
                        try (TlsStream stranger = connect(server.address(), trusting(certificate))) {
                            stranger.readLine(100); // in TLS 1.3 the server refuses after the handshake
                        }
                    })
                    .isInstanceOf(TlsException.class)
                    .hasMessageContaining("certificate");
        }
    }

    @LoopTest
    void proxyEndsAndBeginsTls() throws IOException {
        try (TcpServer plain = EchoServer.start(ANY_PORT);
                TcpServer secured = EchoServer.start(ANY_PORT, certificate.identity())) {
            try (Proxy ending = proxy(certificate.identity(), plain, null);
                    TlsStream stream = connect(ending.address(), trusting(certificate))) {
                assertEchoes(stream);
            }
            try (Proxy beginning = proxy(null, secured, trusting(certificate));
                    TcpStream stream = TcpStream.connect(beginning.address())) {
                assertEchoes(stream);
            }
            try (Proxy both = proxy(certificate.identity(), secured, trusting(certificate));
                    TlsStream stream = connect(both.address(), trusting(certificate))) {
                assertEchoes(stream);
            }
        }
    }

    private static Proxy proxy(@Nullable TlsOptions clients, TcpServer target, @Nullable TlsOptions tlsOfTarget)
            throws IOException {
        int port = target.address().getPort();
        return Proxy.start(
                ANY_PORT, clients, 10, new Proxy.Target("127.0.0.1", port, ConnectOptions.defaults(), tlsOfTarget));
    }
}
