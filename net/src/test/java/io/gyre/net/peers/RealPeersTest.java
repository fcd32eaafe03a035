package io.gyre.net.peers;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.yieldNow;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.net.ByteStream;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.UnixServer;
import io.gyre.net.UnixStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that know nothing of us are served, and serve us. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class RealPeersTest {
    private static final int MEBIBYTES = 100;
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Path directory;

    RealPeersTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void netcatGetsBackWhatItSentAfterItsHalfClose() throws Exception {
        byte[] sent = randomBytes(3_000_000);

        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(ANY_PORT, RealPeersTest::echo)) {
                Peer netcat = Peer.installed("nc", "netcat-openbsd", directory)
                        .with("-N", "127.0.0.1", server.address().getPort());

                assertThat(netcat.exchange(sent)).isEqualTo(sent);
            }
        });
    }

    @Test
    void socatGetsBackWhatItSentAfterItsHalfClose() throws Exception {
        byte[] sent = randomBytes(3_000_000);

        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(ANY_PORT, RealPeersTest::echo)) {
                Peer socat = Peer.installed("socat", "socat", directory)
                        .with(
                                "-t",
                                30,
                                "-",
                                "TCP4:127.0.0.1:" + server.address().getPort());

                assertThat(socat.exchange(sent)).isEqualTo(sent);
            }
        });
    }

    @Test
    void socatGetsBackWhatItSentThroughOurUnixSocket() throws Exception {
        byte[] sent = randomBytes(3_000_000);
        Path path = directory.resolve("socket");

        EventLoop.run(() -> {
            try (UnixServer server = UnixServer.serve(path, RealPeersTest::echo)) {
                Peer socat = Peer.installed("socat", "socat", directory).with("-t", 30, "-", "UNIX-CONNECT:" + path);

                assertThat(socat.exchange(sent)).isEqualTo(sent);
                assertThat(server.statistics().failed()).isZero();
            }
        });
    }

    @Test
    void socatThatListensOnAUnixSocketSendsBackWhatWeSend() throws Exception {
        byte[] sent = randomBytes(3_000_000);
        Path path = directory.resolve("socket");

        EventLoop.run(() -> {
            Process socat = Peer.installed("socat", "socat", directory)
                    .with("-t", 30, "UNIX-LISTEN:" + path, "EXEC:cat")
                    .start();
            try (UnixStream stream = connectAsSoonAsItListens(path, socat)) {
                Task<?> sending = createTask(() -> {
                    stream.write(sent);
                    stream.closeOutput();
                });

                assertThat(stream.readAll(sent.length)).isEqualTo(sent);
                sending.await();
            } finally {
                socat.destroyForcibly();
            }
        });
    }

    /** Another process says by nothing else that it listens now. */
    private static UnixStream connectAsSoonAsItListens(Path path, Process listener) throws IOException {
        for (; ; ) {
            try {
                return UnixStream.connect(path);
            } catch (ConnectException notYet) {
                assertThat(listener.isAlive()).isTrue();
                yieldNow();
            }
        }
    }

    @Test
    void asyncioClientMoves100MebibytesBothWaysThroughOurServer() throws Exception {
        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(ANY_PORT, RealPeersTest::echo)) {
                Peer client = Peer.python("asyncio_client.py", directory)
                        .with(server.address().getPort(), MEBIBYTES);

                String[] report = new String(client.exchange(new byte[0]), US_ASCII)
                        .strip()
                        .split(" ", -1);

                assertThat(report[0]).isEqualTo(Long.toString((long) MEBIBYTES << 20));
                assertThat(report[2]).as("checksum of what came back").isEqualTo(report[1]);
            }
        });
    }

    @Test
    void ourClientMoves100MebibytesBothWaysThroughAnAsyncioServer() throws Exception {
        EventLoop.run(() -> {
            Process server = Peer.python("asyncio_server.py", directory).start();
            try (BufferedReader output = server.inputReader()) {
                int port = offload(() -> Integer.parseInt(output.readLine()));
                String sent;
                String received;
                try (TcpStream stream = TcpStream.connect("127.0.0.1", port)) {
                    Task<String> sending = createTask(() -> sendRandomBytes(stream));
                    received = checksumToTheEnd(stream);
                    sent = sending.await();
                }
                String[] report = offload(() -> output.readLine()).split(" ", -1);

                assertThat(received).isEqualTo(sent);
                assertThat(report).containsExactly(Long.toString((long) MEBIBYTES << 20), sent);
            } finally {
                server.destroyForcibly();
            }
        });
    }

    private static void echo(ByteStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }

    private static String sendRandomBytes(ByteStream stream) throws Exception {
        MessageDigest checksum = MessageDigest.getInstance("SHA-256");
        var random = new Random(7);
        byte[] block = new byte[1 << 20];
        for (int i = 0; i < MEBIBYTES; i++) {
            random.nextBytes(block);
            checksum.update(block);
            stream.write(block);
        }
        stream.closeOutput();
        return HexFormat.of().formatHex(checksum.digest());
    }

    private static String checksumToTheEnd(ByteStream stream) throws Exception {
        MessageDigest checksum = MessageDigest.getInstance("SHA-256");
        ByteBuffer buffer = ByteBuffer.allocate(256 * 1024);
        while (stream.read(buffer.clear()) >= 0) {
            checksum.update(buffer.flip());
        }
        return HexFormat.of().formatHex(checksum.digest());
    }

    private static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        new Random(42).nextBytes(bytes);
        return bytes;
    }
}
