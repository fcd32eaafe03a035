package io.gyre.net;

import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopStatistics;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand connections on which nothing happens. */
class IdleConnectionsTest {
    private static final int CONNECTIONS = 10_000;

    /** A parked virtual thread, its task, the stream and the channel; measured in bench, this is the order of magnitude. */
    private static final long BYTES_PER_CONNECTION = 16 * 1024;

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void discard(TcpStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(16);
        while (stream.read(buffer.clear()) >= 0) {
            // what comes is not looked at
        }
    }

    @Test
    @Timeout(100)
    void idleConnectionsCostATaskAndADescriptorEachAndNothingElse() throws Exception {
        TcpPair.runLoop(() -> {
            EventLoop loop = EventLoop.current();
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), IdleConnectionsTest::discard)) {
                assertOthersAreServed(server); // whatever is made once, is made now
                awaitActive(server, 0);
                long descriptors = Descriptors.open();
                long heap = heapInUse();
                LoopStatistics before = loop.statistics();
                try (var clients =
                        new ChildJvm(ManyClients.class, server.address().getPort(), CONNECTIONS)) {
                    assertThat(offload(clients::readLine)).isEqualTo("connected " + CONNECTIONS);
                    awaitActive(server, CONNECTIONS);

                    LoopStatistics full = loop.statistics();
                    assertThat(full.tasks() - before.tasks()).isEqualTo(CONNECTIONS);
                    assertThat(full.channels() - before.channels()).isEqualTo(CONNECTIONS);
                    assertThat(full.timers()).isEqualTo(before.timers());
                    assertThat(Descriptors.open() - descriptors).isBetween((long) CONNECTIONS, CONNECTIONS + 20L);
                    assertThat((heapInUse() - heap) / CONNECTIONS).isLessThan(BYTES_PER_CONNECTION);
                    assertOthersAreServed(server);
                    offload(clients::close);
                }
                awaitActive(server, 0);

                assertThat(loop.statistics().tasks()).isEqualTo(before.tasks());
                assertThat(loop.statistics().channels()).isEqualTo(before.channels());
                assertThat(Descriptors.open()).isLessThan(descriptors + 20);
            }
        });
    }

    private static void assertOthersAreServed(TcpServer server) throws IOException {
        try (TcpStream client = TcpStream.connect(server.address())) {
            client.write(new byte[100]);
            client.closeOutput();
            assertThat(client.readAll(10)).isEmpty();
        }
    }

    /** Waits until so many connections are served, and the loop knows of their channels and the listening one, and no other. */
    private static void awaitActive(TcpServer server, int count) {
        while (server.statistics().active() != count
                || EventLoop.current().statistics().channels() != count + 1) {
            yieldNow();
        }
    }
}
