package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopStatistics;
import io.gyre.loop.Task;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are many, slow, or gone. */
final class AbuseTest {
    private static final int MAX_MESSAGE = 1 << 20;

    @Test
    @Timeout(120)
    void thousandConnectionsWithRandomSizesGetEveryByteBack() throws Exception {
        try (var server = new BackgroundServer()) {
            InetSocketAddress address = server.address();
            EventLoop.run(() -> {
                List<Task<?>> clients = new ArrayList<>();
                for (int i = 0; i < 1000; i++) {
                    int seed = i;
                    clients.add(createTask("client " + i, () -> sendAndVerify(address, new Random(seed))));
                }
                clients.forEach(Task::await);
            });

            assertThat(server.statistics().accepted()).isEqualTo(1000);
            assertThat(server.failures()).isEmpty();
        }
    }

    private static void sendAndVerify(InetSocketAddress address, Random random) throws IOException {
        var sent = new byte[1 + random.nextInt(MAX_MESSAGE)];
        random.nextBytes(sent);
        try (TcpStream stream = TcpStream.connect(address)) {
            Task<?> writer = createTask(() -> stream.write(sent));
            byte[] received = stream.readExactly(sent.length);
            writer.await();
            stream.closeOutput();

            assertThat(stream.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(received).isEqualTo(sent);
        }
    }

    @Test
    void clientThatNeverReadsStopsNobodyAndIsHeldBack() throws Exception {
        try (var server = new BackgroundServer()) {
            InetSocketAddress address = server.address();
            EventLoop.run(() -> {
                try (TcpStream greedy = TcpStream.connect(address)) {
                    ByteBuffer much = ByteBuffer.allocate(256 << 20);
                    Task<?> flood = createTask("flood", () -> greedy.write(much));
                    sendAndVerify(address, new Random(1));
                    sendAndVerify(address, new Random(2));
                    sendAndVerify(address, new Random(3));

                    // What the kernel's buffers hold, and no more: the server has stopped reading.
                    assertThat(flood.isDone()).isFalse();
                    assertThat(much.position()).isLessThan(64 << 20);
                    flood.cancel("the test is over");
                    flood.whenDone(done -> {});
                }
            });
        }
    }

    @Test
    @Timeout(120)
    void fiftyThousandResetsLeaveNothingBehind() throws Exception {
        try (var server = new BackgroundServer()) {
            resetMidMessage(server.address(), 10);
            LoopStatistics before = awaitIdle(server, 10);
            long descriptors = Descriptors.open();

            resetMidMessage(server.address(), 50_000);

            LoopStatistics after = awaitIdle(server, 50_010);
            assertThat(after.tasks()).isEqualTo(before.tasks());
            assertThat(after.channels()).isEqualTo(before.channels());
            assertThat(after.timers()).isZero();
            assertThat(Descriptors.open()).isEqualTo(descriptors);
            assertThat(server.failures()).isEmpty();
        }
    }

    private static void resetMidMessage(InetSocketAddress address, int times) throws IOException {
        var half = ByteBuffer.allocate(1000);
        for (int i = 0; i < times; i++) {
            try (SocketChannel client = SocketChannel.open(address)) {
                client.write(half.clear());
                client.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        }
    }

    /** Asks until the server has seen all connections and serves none; the loop answers only between its ticks. */
    private static LoopStatistics awaitIdle(BackgroundServer server, long connections) {
        ServerStatistics seen = server.statistics();
        while (seen.accepted() < connections || seen.active() > 0) {
            seen = server.statistics();
        }
        return server.loopStatistics();
    }

    @Test
    void idleConnectionsCostNoTicks() throws Exception {
        try (var server = new BackgroundServer()) {
            InetSocketAddress address = server.address();
            EventLoop.run(() -> {
                List<TcpStream> idle = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    idle.add(TcpStream.connect(address));
                }
                awaitIdleExceptFor(server, 100);
                long ticks = server.loopStatistics().ticks();
                sleep(Duration.ofMillis(50));

                assertThat(server.loopStatistics().ticks() - ticks).isLessThan(10);
                for (TcpStream stream : idle) {
                    stream.close();
                }
            });
        }
    }

    private static void awaitIdleExceptFor(BackgroundServer server, int active) {
        while (server.statistics().active() < active) {
            Thread.onSpinWait();
        }
    }
}
