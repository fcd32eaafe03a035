package io.gyre.net.peers;

import static io.gyre.loop.Async.timeout;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.net.Packet;
import io.gyre.net.UdpSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program that knows nothing of us exchanges packets with us. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class UdpPeersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PACKETS = 200;
    private static final int MAX_BYTES = 4_000;

    private final Path directory;

    UdpPeersTest(@TempDir Path directory) {
        this.directory = directory;
    }

    /** Sends us a line, so that we know its address, then sends back what it gets. */
    @Test
    void socatSendsEveryPacketBack() throws Exception {
        EventLoop.run(() -> {
            try (UdpSocket socket = UdpSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                Process socat = Peer.installed("socat", "socat", directory)
                        .with("UDP4:127.0.0.1:" + socket.local().getPort(), "SYSTEM:echo ready; exec cat")
                        .start();
                try {
                    timeout(PATIENCE, "talking to socat", () -> exchangePackets(socket));
                } finally {
                    socat.destroyForcibly();
                }
            }
        });
    }

    private static void exchangePackets(UdpSocket socket) throws Exception {
        Packet ready = socket.receive();
        assertThat(US_ASCII.decode(ready.bytes()).toString()).isEqualTo("ready\n");
        var random = new Random(1);
        for (int i = 0; i < PACKETS; i++) {
            var sent = new byte[1 + random.nextInt(MAX_BYTES)];
            random.nextBytes(sent);

            socket.send(ByteBuffer.wrap(sent), ready.sender());
            Packet received = socket.receive();

            assertThat(received.sender()).isEqualTo(ready.sender());
            assertThat(received.bytes().array()).isEqualTo(sent);
        }
    }
}
