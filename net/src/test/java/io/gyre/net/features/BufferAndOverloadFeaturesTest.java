package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.Feature;
import io.gyre.net.LimitExceededException;
import io.gyre.net.Packet;
import io.gyre.net.ServerOptions;
import io.gyre.net.StreamStatistics;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpStream;
import io.gyre.net.UdpPair;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

class BufferAndOverloadFeaturesTest {
    private static final int KIB = 1024;

    private static final byte[] ENDLESS = "x".repeat(4 * KIB).getBytes(US_ASCII);

    /** {@return a task that writes without end to a peer that does not read, when it has come to a halt} */
    private static Task<?> flood(VoidBody<IOException> write) {
        Task<?> flood = createTask("flood", () -> {
            for (; ; ) {
                write.run();
            }
        });
        awaitAllTasksParked();
        return flood;
    }

    // ---- 1.19

    @LoopTest
    @Feature("No reference-counted buffers")
    void buffersAreTheUsersBeforeAndAfterACallAndNothingIsGivenBack() throws IOException {
        StreamPair<TcpStream> pair = TcpPair.connected();
        ByteBuffer reused = ByteBuffer.allocateDirect(5);
        byte[] first;
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            left.writeBuffered(reused.put("first".getBytes(US_ASCII)).flip());
            left.writeBuffered(reused.clear().put("again".getBytes(US_ASCII)).flip());
            left.write(reused.clear().put("third".getBytes(US_ASCII)).flip());

            first = right.readExactly(5);
            assertThat(right.readExactly(10)).asString(US_ASCII).isEqualTo("againthird");
        }
        assertThat(first).asString(US_ASCII).as("when the stream is closed").isEqualTo("first");

        List<Packet> packets = new ArrayList<>();
        try (UdpPair udp = UdpPair.bound()) {
            for (String text : List.of("one", "two")) {
                udp.sendRight(text);
                packets.add(udp.right().receive());
            }
        }
        assertThat(packets).extracting(packet -> UdpPair.text(packet.bytes())).containsExactly("one", "two");
    }

    private static long directBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getCount)
                .sum();
    }

    @LoopTest
    @Feature("Pooled direct buffers")
    void heapBuffersOfAllStreamsOfALoopGoThroughTheSameDirectOnes() throws IOException {
        exchange(TcpPair.connected()); // whatever is made once, is made now
        long before = directBuffers();

        for (int i = 0; i < 50; i++) {
            exchange(TcpPair.connected());
        }

        assertThat(directBuffers() - before).as("direct buffers more").isLessThan(5);
    }

    private static void exchange(StreamPair<TcpStream> pair) throws IOException {
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            left.write(ENDLESS);
            assertThat(right.readExactly(ENDLESS.length)).isEqualTo(ENDLESS);
            right.writeBuffered(ENDLESS);
            right.flush();
            left.readExactly(ENDLESS.length);
        }
    }

    // ---- 1.25

    @LoopTest
    @Feature("Bounded buffers by default")
    void whatNobodyTakesIsKeptUpToALimitThatIsThereByDefault() throws IOException {
        StreamPair<MemoryStream> memory = MemoryStream.pair();
        assertDoesNotSuspend(() -> memory.left().write(new byte[64 * KIB]));
        Task<?> flood = flood(() -> memory.left().writeBuffered(ENDLESS));
        assertThat(memory.left().statistics().bytesSent()).as("in the pipe").isEqualTo(64 * KIB);
        assertThat(memory.left().statistics().bytesBehind())
                .as("behind the high watermark")
                .isBetween(64 * KIB, 64 * KIB + ENDLESS.length);
        flood.cancelAndJoin("test");
        memory.left().abort();

        StreamPair<TcpStream> tcp = TcpPair.connected();
        Task<?> tcpFlood = flood(() -> tcp.left().writeBuffered(ENDLESS));
        assertThat(tcp.left().statistics().bytesBehind()).isBetween(1, 64 * KIB + ENDLESS.length);
        assertThat(tcp.right().statistics())
                .as("what nobody reads stays with the system")
                .isEqualTo(new StreamStatistics(0, 0, 0, 0));
        tcpFlood.cancelAndJoin("test");
        tcp.left().abort();
        tcp.right().abort();

        assertThat(ServerOptions.defaults().backlog()).isEqualTo(1024);
    }

    @LoopTest
    @Feature("Memory limit for each connection")
    void connectionKeepsNoMoreThanItsReadsAndItsWatermarksAllow() throws IOException {
        StreamPair<TcpStream> tcp = TcpPair.connected();
        try (TcpStream left = tcp.left();
                TcpStream right = tcp.right()) {
            Task<?> endlessLine = createTask(() -> {
                for (; ; ) {
                    left.write(ENDLESS);
                }
            });

            assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> right.readLine(1000));
            assertThatExceptionOfType(LimitExceededException.class)
                    .isThrownBy(() -> right.readUntil(1000, new byte[] {'\n'}));
            assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> right.readAll(1000));
            awaitAllTasksParked();

            assertThat(right.statistics().bytesAhead())
                    .as("the limit, and one call of the system beyond it")
                    .isBetween(1000, 1000 + 128 * KIB);
            assertThat(endlessLine.isDone()).as("the peer is held back").isFalse();
            endlessLine.cancelAndJoin("test");
        }

        StreamPair<MemoryStream> memory = MemoryStream.pair(1);
        memory.left().setWatermarks(100, 1000);
        Task<?> flood = flood(() -> memory.left().writeBuffered(new byte[10]));
        assertThat(memory.left().statistics().bytesBehind()).isBetween(1000, 1010);
        flood.cancelAndJoin("test");
        memory.left().abort();
    }
}
