package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.dump.DumpedTask;
import io.gyre.loop.dump.LoopDump;
import io.gyre.loop.dump.Wait;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a dump of a loop says about tasks that wait for streams. */
final class StreamDumpTest {
    /** More than the system keeps for a peer that does not read. */
    private static final int PARTS = 2_000;

    private static final int PART_BYTES = 10_000;

    private static void letOthersPark() {
        for (int i = 0; i < 3; i++) {
            yieldNow();
        }
    }

    private static Wait.OnChannel waitOf(Task<?> task) {
        return (Wait.OnChannel) Objects.requireNonNull(
                EventLoop.current().dump().task(task.id()).orElseThrow().waitsFor());
    }

    @Test
    void readerHasItsPeerAndTheBytesOnBothSides() throws Exception {
        TcpPair.run((left, right) -> {
            left.write("half a line".getBytes(US_ASCII));
            Task<?> reader = createTask(() -> right.readLine(100, US_ASCII));
            Wait.OnChannel wait = waitOnceItHas(reader, 11);

            assertThat(wait.words()).isEqualTo("readable " + right);
            assertThat(wait.peer()).isEqualTo(Addresses.text(left.local()));
            assertThat(wait.local()).isEqualTo(Addresses.text(right.local()));
            assertThat(wait.unsentBytes()).isZero();
            left.write("\n".getBytes(US_ASCII));
            reader.await();
        });
    }

    private static Wait.OnChannel waitOnceItHas(Task<?> reader, int unreadBytes) {
        for (; ; ) {
            yieldNow();
            if (EventLoop.current().dump().task(reader.id()).orElseThrow().waitsFor() instanceof Wait.OnChannel wait
                    && wait.unreadBytes() == unreadBytes) {
                return wait;
            }
        }
    }

    @Test
    void writerHasTheBytesThatItsPeerDoesNotTake() throws Exception {
        TcpPair.run((left, right) -> {
            Task<?> writer = createTask(() -> {
                for (int i = 0; i < PARTS; i++) {
                    left.writeBuffered(new byte[PART_BYTES]);
                }
                left.flush();
            });
            EventLoop loop = EventLoop.current();
            while (isNobodyStuck(loop.dump(), left)) {
                yieldNow();
            }

            LoopDump elsewhere = CompletableFuture.supplyAsync(loop::dump).get();

            assertThat(writing(elsewhere, left)).singleElement().satisfies(wait -> assertThat(wait.unsentBytes())
                    .isBetween(1L, (long) PARTS * PART_BYTES));
            right.readExactly(ByteBuffer.allocateDirect(PARTS * PART_BYTES));
            writer.await();
        });
    }

    private static boolean isNobodyStuck(LoopDump dump, TcpStream stream) {
        return writing(dump, stream).isEmpty();
    }

    /** {@return the waits for a stream that takes nothing more} */
    private static List<Wait.OnChannel> writing(LoopDump dump, TcpStream stream) {
        return dump.tasks().stream()
                .map(DumpedTask::waitsFor)
                .filter(Wait.OnChannel.class::isInstance)
                .map(Wait.OnChannel.class::cast)
                .filter(wait -> wait.words().equals("writable " + stream))
                .toList();
    }

    @Test
    void streamInMemoryHasItsBytes() throws Exception {
        TcpPair.runLoop(() -> {
            StreamPair<MemoryStream> pair = MemoryStream.pair();
            Task<?> reader = createTask(() -> pair.left().read(ByteBuffer.allocate(1)));
            letOthersPark();

            assertThat(waitOf(reader).unreadBytes()).isZero();
            assertThat(waitOf(reader).words()).startsWith("bytes from ");
            reader.cancelAndJoin("the test is over");
        });
    }
}
