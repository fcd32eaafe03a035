package io.gyre.examples.http;

import static io.gyre.examples.Talk.ANY_PORT;
import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.examples.NoLeaks;
import io.gyre.examples.Peer;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.TcpServer;
import io.gyre.net.os.Subprocess;
import io.gyre.net.os.SubprocessOptions;
import io.gyre.net.os.SubprocessOutput;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenSSL's client is served by the server over Netty's TLS, or the server says why not. */
@ExtendWith(NoLeaks.class)
@ParameterizedClass
@ValueSource(strings = {"-tls1_3", "-tls1_2"})
final class OpensslTest {
    private static final byte[] REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);
    private static final Duration A_MOMENT = Duration.ofMillis(1);
    private static final int MAX_OUTPUT = 1 << 20;
    private static final Logger LOG = Logger.getLogger("io.gyre.net");

    private final String version;
    private final Path directory;

    OpensslTest(String version, @TempDir Path directory) {
        this.version = version;
        this.directory = directory;
    }

    @BeforeAll
    static void opensslIsInstalled() {
        Peer.requireInstalled("openssl", "openssl");
    }

    /** {@return what a client gets that asks for the page, and trusts a server} */
    private SubprocessOutput ask(TcpServer server, X509Bundle trusted, Object... more) throws IOException {
        var command = new ArrayList<String>(List.of("openssl", "s_client", "-quiet", version));
        command.addAll(List.of("-connect", "127.0.0.1:" + server.address().getPort()));
        command.addAll(List.of("-verify_return_error", "-CAfile"));
        command.add(Identities.certificateFile(trusted, directory).toString());
        for (Object each : more) {
            command.add(each.toString());
        }
        try (Subprocess client = Subprocess.exec(SubprocessOptions.of(command.toArray(String[]::new)))) {
            return client.communicate(REQUEST, MAX_OUTPUT);
        }
    }

    private static void assertServed(SubprocessOutput output) {
        assertThat(output.text())
                .as(output.errorText())
                .startsWith("HTTP/1.1 200 OK")
                .endsWith("hello");
    }

    /** A client, which is refused or refuses. */
    private interface Client {
        SubprocessOutput meet(TcpServer server) throws IOException;
    }

    /** {@return what the server logs about a client} */
    private static String refusal(SslContextBuilder identity, Client client) throws IOException {
        var lines = new ArrayList<String>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord told) {
                lines.add(told.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        LOG.addHandler(handler);
        LOG.setLevel(Level.FINE);
        try (TcpServer server = HttpsServer.serve(ANY_PORT, identity)) {
            SubprocessOutput output = client.meet(server);

            assertThat(output.text()).as("answer").isEmpty();
            while (server.statistics().active() > 0) {
                sleep(A_MOMENT); // a server that drains does not wait for what the client has sent last
            }
            assertThat(server.statistics().failed()).as("failed handlers").isZero();
            assertThat(server.statistics().handshakes()).isEqualTo(1);
        } finally {
            LOG.setLevel(null);
            LOG.removeHandler(handler);
        }
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }

    @LoopTest(time = Time.REAL)
    void clientThatVerifiesTheServerIsServed() throws IOException {
        try (TcpServer server = HttpsServer.serve(ANY_PORT, Identities.server(Identities.SERVER))) {
            assertServed(ask(server, Identities.SERVER, "-servername", "localhost", "-verify_hostname", "localhost"));
            assertServed(ask(server, Identities.SERVER, "-alpn", "http/1.1"));
        }
    }

    @LoopTest(time = Time.REAL)
    void clientThatExpectsAnotherNameRefuses() throws IOException {
        String told = refusal(
                Identities.server(Identities.SERVER),
                server -> ask(server, Identities.SERVER, "-verify_hostname", "elsewhere.test"));

        assertThat(told).contains("127.0.0.1:", "SSLHandshakeException", "bad_certificate");
    }

    @LoopTest(time = Time.REAL)
    void clientRefusesAnExpiredCertificate() throws IOException {
        String told = refusal(Identities.server(Identities.EXPIRED), server -> ask(server, Identities.EXPIRED));

        assertThat(told).contains("127.0.0.1:", "SSLHandshakeException", "certificate_expired");
    }

    private static SslContextBuilder demanding() {
        return Identities.server(Identities.SERVER)
                .clientAuth(ClientAuth.REQUIRE)
                .trustManager(Identities.CLIENT.getCertificate());
    }

    @LoopTest(time = Time.REAL)
    void clientWithoutTheRequiredCertificateIsRefused() throws IOException {
        String told = refusal(demanding(), server -> ask(server, Identities.SERVER));

        assertThat(told).contains("127.0.0.1:", "SSLHandshakeException", "Empty client certificate chain");
    }

    @LoopTest(time = Time.REAL)
    void clientThatShowsTheRequiredCertificateIsServed() throws IOException {
        Path shown = directory.resolve("client.pem");
        Files.writeString(shown, Identities.CLIENT.getCertificatePEM());
        try (TcpServer server = HttpsServer.serve(ANY_PORT, demanding())) {
            assertServed(ask(
                    server,
                    Identities.SERVER,
                    "-cert",
                    shown,
                    "-key",
                    Identities.keyFile(Identities.CLIENT, directory)));
        }
    }
}
