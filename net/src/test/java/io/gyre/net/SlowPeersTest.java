package io.gyre.net;

import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.TimeoutException;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that take their time, on purpose or not. */
@Timeout(60)
class SlowPeersTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final int RESPONSE_MEBIBYTES = 100;

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    private static Socket connect(TcpServer server) throws IOException {
        return new Socket(server.address().getAddress(), server.address().getPort());
    }

    private static void respond(TcpStream stream) throws IOException {
        stream.readExactly(1);
        ByteBuffer portion = ByteBuffer.allocate(MEBIBYTE);
        for (int i = 0; i < RESPONSE_MEBIBYTES; i++) {
            stream.write(portion.clear());
        }
    }

    @Test
    void readersThatDoNotReadHoldBackTheirHandlerAndNothingElse() throws Exception {
        TcpPair.runLoop(() -> {
            List<Socket> slow = new ArrayList<>();
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), SlowPeersTest::respond)) {
                for (int i = 0; i < 20; i++) {
                    Socket client = connect(server);
                    client.getOutputStream().write(1);
                    slow.add(client);
                }
                try (TcpStream quick = TcpStream.connect(server.address())) {
                    quick.write(new byte[1]);
                    long total = 0;
                    ByteBuffer buffer = ByteBuffer.allocateDirect(MEBIBYTE);
                    for (int count = quick.read(buffer); count >= 0; count = quick.read(buffer.clear())) {
                        total += count;
                    }
                    assertThat(total).isEqualTo((long) RESPONSE_MEBIBYTES << 20);
                }

                assertThat(server.connections()).hasSize(20).allSatisfy(stream -> {
                    // What the kernel holds for a peer that does not read, and no more.
                    assertThat(stream.statistics().bytesSent()).isLessThan(16L * MEBIBYTE);
                    assertThat(stream.statistics().bytesBehind()).isZero();
                });
                assertThat(directMemory()).isLessThan(16L * MEBIBYTE);
                for (Socket client : slow) {
                    client.close();
                }
                while (server.statistics().active() > 0) {
                    yieldNow();
                }
                assertThat(server.statistics().broken()).isEqualTo(20);
            }
        });
    }

    @Test
    void bufferedWritesToReadersThatDoNotReadAreBoundedToo() throws Exception {
        byte[] line = "all work and no play makes Jack a dull boy\n".getBytes(US_ASCII);
        TcpPair.runLoop(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        for (; ; ) {
                            stream.writeBuffered(line);
                        }
                    });
                    Socket slow = connect(server)) {
                TcpStream stream = null;
                long before = -1;
                while (stream == null || stream.statistics().bytesSent() != before) {
                    before = stream == null ? -1 : stream.statistics().bytesSent();
                    for (int i = 0; i < 1000; i++) {
                        yieldNow();
                    }
                    stream = server.connections().isEmpty()
                            ? null
                            : server.connections().getFirst();
                }

                assertThat(stream.statistics().bytesSent()).isLessThan(16L * MEBIBYTE);
                assertThat(stream.statistics().bytesBehind()).isBetween(1, 64 * 1024 + line.length);
                assertThat(slow.getInputStream().read()).isEqualTo('a');
            }
        });
    }

    @Test
    void requestThatDripsInIsCutOffWhenItsTimeIsUp() throws Exception {
        var dripping = new CountDownLatch(1);
        TcpPair.runLoop(() -> {
            var cutOff = new ArrayList<Throwable>();
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        try {
                            timeout(Duration.ofMillis(200), "a request", () -> stream.readLine(1000));
                        } catch (TimeoutException e) {
                            cutOff.add(e);
                        }
                    });
                    Socket slowloris = connect(server)) {
                offload(() -> drip(slowloris, dripping));
                while (server.statistics().active() > 0) {
                    yieldNow();
                }

                assertThat(cutOff).singleElement().satisfies(failure -> assertThat(failure)
                        .hasMessageContaining("connection from 127.0.0.1")
                        .hasMessageEndingWith("timed out after PT0.2S: a request"));
            }
        });
    }

    /** Writes a byte now and then until the server has had enough. */
    private static void drip(Socket client, CountDownLatch stop) throws InterruptedException {
        try {
            for (boolean stopped = false; !stopped; stopped = stop.await(5, TimeUnit.MILLISECONDS)) {
                client.getOutputStream().write('x');
            }
        } catch (IOException cutOff) {
            // as it should be
        }
    }

    @Test
    void peerThatHasVanishedIsNoticedByTheIdleTimeout() throws Exception {
        TcpPair.run((left, right) -> {
            left.setIdleTimeout(Duration.ofMillis(50));

            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> left.read(ByteBuffer.allocate(1)))
                    .withMessageContaining("a read from " + left)
                    .withMessageContaining("no byte has moved for PT0.05S");

            right.write(new byte[1]);
            assertThat(left.read(ByteBuffer.allocate(1)))
                    .as("the stream is as it was")
                    .isOne();
        });
    }

    @Test
    void endlessLineIsRefusedAtItsLimitAndCostsNoMoreMemory() throws Exception {
        TcpPair.runLoop(() -> {
            var refused = new ArrayList<Throwable>();
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        try {
                            stream.readLine(1000);
                        } catch (LimitExceededException e) {
                            refused.add(e);
                            assertThat(stream.statistics().bytesAhead()).isLessThan(256 * 1024);
                        }
                    });
                    TcpStream endless = TcpStream.connect(server.address())) {
                byte[] noLineFeed = new byte[MEBIBYTE];

                assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        endless.write(noLineFeed);
                    }
                });

                assertThat(refused).singleElement().satisfies(failure -> assertThat(failure)
                        .hasMessageContaining("sent a line of more than 1000 bytes. Close the stream, or read on"));
            }
        });
    }
}
