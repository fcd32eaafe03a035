package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.TcpServer;
import io.gyre.net.os.Subprocess;
import io.gyre.net.os.SubprocessOutput;
import io.gyre.net.peers.Peer;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** curl, GnuTLS and Python speak TLS with us. */
@Timeout(90)
final class OtherClientsTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MEBIBYTES = 100;
    private static final int MAX_OUTPUT = 1 << 20;
    private static final String AUTHORITY = Certified.file("authority.pem").toString();

    /** Answers one request of HTTP/1.1. */
    private static void answer(TlsStream stream) throws IOException {
        stream.readUntil(10_000, "\r\n\r\n".getBytes(US_ASCII));
        String body = "over " + stream.session().protocol() + "\n";
        stream.write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                .getBytes(US_ASCII));
    }

    private static SubprocessOutput curl(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 4];
        command[0] = "curl";
        command[1] = "--silent";
        command[2] = "--show-error";
        command[3] = "--noproxy";
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        try (Subprocess process = Subprocess.exec(command)) {
            return process.communicate(new byte[0], MAX_OUTPUT);
        }
    }

    @LoopTest
    void curlGetsAPage(@TempDir Path directory) throws IOException {
        Peer.installed("curl", "curl", directory);
        TlsHandler handler = TlsHandler.of(Certified.server(), OtherClientsTest::answer);
        try (TcpServer server = TcpServer.serve(ANY_PORT, handler)) {
            String place = "localhost:" + server.address().getPort();
            String resolve = place + ":127.0.0.1";
            assertThat(curl("*", "--cacert", AUTHORITY, "--resolve", resolve, "https://" + place)
                            .text())
                    .isEqualTo("over TLSv1.3");
            assertThat(curl("*", "--cacert", AUTHORITY, "--tls-max", "1.2", "--resolve", resolve, "https://" + place)
                            .text())
                    .isEqualTo("over TLSv1.2");
            assertThat(server.drain(PATIENCE)).isTrue();
            assertThat(handler.statistics().completed()).isEqualTo(2);
            assertThat(handler.statistics().failed()).isEmpty();
        }
    }

    @LoopTest
    void curlThatIsRefusedOrRefusesIsCounted(@TempDir Path directory) throws IOException {
        Peer.installed("curl", "curl", directory);
        TlsHandler handler = TlsHandler.of(Certified.server(), OtherClientsTest::answer);
        try (TcpServer server = TcpServer.serve(ANY_PORT, handler)) {
            String place = "localhost:" + server.address().getPort();
            String resolve = place + ":127.0.0.1";
            assertThat(curl("*", "--resolve", resolve, "http://" + place).exitCode())
                    .as("plain HTTP")
                    .isNotZero();
            assertThat(curl("*", "--resolve", resolve, "https://" + place).errorText())
                    .contains("certificate");
            assertThat(server.drain(PATIENCE)).isTrue();
            assertThat(handler.statistics().failed()).containsKey(Kind.NOT_TLS);
            assertThat(handler.statistics().failed().keySet()) // some versions of curl refuse after the handshake
                    .isSubsetOf(Kind.NOT_TLS, Kind.CERTIFICATE_REFUSED);
            assertThat(server.statistics().failed()).isZero();
        }
    }

    @LoopTest
    void gnutlsIsServed(@TempDir Path directory) throws IOException {
        Peer.installed("gnutls-cli", "gnutls-bin", directory);
        TlsHandler handler = TlsHandler.of(Certified.server(), stream -> {
            String line = stream.readLine(100).orElseThrow();
            stream.write(("answer to " + line + "\n").getBytes(US_ASCII));
        });
        try (TcpServer server = TcpServer.serve(ANY_PORT, handler)) {
            for (String priority : new String[] {"NORMAL", "NORMAL:-VERS-TLS1.3"}) {
                try (Subprocess client = Subprocess.exec(
                        "gnutls-cli",
                        "--x509cafile",
                        AUTHORITY,
                        "--priority",
                        priority,
                        "--port",
                        Integer.toString(server.address().getPort()),
                        "localhost")) {
                    SubprocessOutput output = client.communicate("hello\n".getBytes(US_ASCII), MAX_OUTPUT);

                    assertThat(output.text()).as(output.errorText()).contains("answer to hello");
                }
            }
            assertThat(server.drain(PATIENCE)).isTrue();
            assertThat(handler.statistics().failed()).isEmpty();
        }
    }

    private static Subprocess python(String script, Path directory, Object... arguments) throws IOException {
        Peer.installed("python3", "python3", directory);
        Path file = directory.resolve(script);
        try (InputStream source = Objects.requireNonNull(OtherClientsTest.class.getResourceAsStream(script))) {
            Files.write(file, source.readAllBytes());
        }
        String[] command = new String[2 + arguments.length];
        command[0] = "python3";
        command[1] = file.toString();
        for (int i = 0; i < arguments.length; i++) {
            command[i + 2] = arguments[i].toString();
        }
        return Subprocess.exec(command);
    }

    @LoopTest
    void asyncioClientMoves100MebibytesBothWaysThroughOurServer(@TempDir Path directory) throws IOException {
        TlsHandler handler = TlsHandler.of(Certified.server(), stream -> {
            ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
            while (stream.read(buffer.clear()) >= 0) {
                stream.write(buffer.flip());
            }
        });
        try (TcpServer server = TcpServer.serve(ANY_PORT, handler);
                Subprocess client =
                        python("tls_client.py", directory, server.address().getPort(), AUTHORITY, MEBIBYTES)) {
            SubprocessOutput output = client.communicate(new byte[0], MAX_OUTPUT);

            assertThat(output.exitCode()).as(output.errorText()).isZero();
            String[] report = output.text().split(" ", -1);
            assertThat(report[0]).isEqualTo(Long.toString((long) MEBIBYTES << 20));
            assertThat(report[2]).as("checksum of what came back").isEqualTo(report[1]);
        }
    }

    @LoopTest
    void ourClientMoves100MebibytesBothWaysThroughAnAsyncioServer(@TempDir Path directory) throws Exception {
        try (Subprocess server =
                python("tls_server.py", directory, Certified.file("server.pem"), Certified.file("server-key.pem"))) {
            int port = Integer.parseInt(server.stdout().readLine(100).orElseThrow());
            MessageDigest received = MessageDigest.getInstance("SHA-256");
            MessageDigest sent = MessageDigest.getInstance("SHA-256");
            try (TlsStream stream = TlsStream.connect("localhost", port, Certified.client())) {
                Task<?> sending = createTask(() -> {
                    var random = new Random(7);
                    byte[] block = new byte[1 << 20];
                    for (int i = 0; i < MEBIBYTES; i++) {
                        random.nextBytes(block);
                        sent.update(block);
                        stream.write(block);
                    }
                });
                ByteBuffer buffer = ByteBuffer.allocate(256 * 1024);
                for (long left = (long) MEBIBYTES << 20; left > 0; left -= buffer.position()) {
                    assertThat(stream.read(buffer.clear())).isPositive();
                    received.update(buffer.duplicate().flip());
                }
                sending.await();
            }
            assertThat(HexFormat.of().formatHex(received.digest()))
                    .isEqualTo(HexFormat.of().formatHex(sent.digest()));
        }
    }
}
