package io.gyre.net.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** What the contract does not say of streams in memory. */
final class MemoryStreamTest {
    // ---- room

    @LoopTest
    void pairTakesAsMuchAsItHasRoomFor() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair(10);
        assertDoesNotSuspend(() -> pair.left().write(new byte[10]));
        ByteBuffer more = ByteBuffer.allocate(3);
        Task<?> writer = createTask(() -> pair.left().write(more));
        awaitAllTasksParked();
        assertThat(more.position()).isZero();

        pair.right().readExactly(2);
        awaitAllTasksParked();

        assertThat(more.position()).isEqualTo(2);
        pair.right().readExactly(2);
        writer.await();
    }

    @LoopTest
    void defaultPairTakes64KibibytesEachWay() {
        StreamPair<MemoryStream> pair = MemoryStream.pair();

        assertThat(Flood.into(pair.left()).stop()).isEqualTo(64 * 1024);
        assertThat(Flood.into(pair.right()).stop()).isEqualTo(64 * 1024);
    }

    @LoopTest
    void capacityThatIsNoneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MemoryStream.pair(0))
                .withMessageContaining("lockstepPair()");
    }

    // ---- lock-step

    @LoopTest
    void lockstepWriteReturnsWhenAllOfItHasBeenRead() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.lockstepPair();
        ByteBuffer buffer = ByteBuffer.wrap(bytes("abcdef"));
        Task<?> writer = createTask(() -> pair.left().write(buffer));
        awaitAllTasksParked();
        assertThat(buffer.position()).isZero();

        for (int read = 1; read <= 5; read++) {
            pair.right().readExactly(1);
            awaitAllTasksParked();
            assertThat(buffer.position()).isEqualTo(read);
            assertThat(writer.isDone()).isFalse();
        }

        pair.right().readExactly(1);
        writer.await();
    }

    @LoopTest
    void lockstepWriteThatIsCancelledHasGivenJustWhatWasRead() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.lockstepPair();
        ByteBuffer buffer = ByteBuffer.wrap(bytes("abcdef"));
        Task<?> writer = createTask(() -> pair.left().write(buffer));
        assertThat(pair.right().readExactly(4)).isEqualTo(bytes("abcd"));

        writer.cancelAndJoin("test");

        assertThat(buffer.position()).isEqualTo(4);
        pair.left().closeOutput();
        assertThat(pair.right().readAll(100)).isEmpty();
    }

    @LoopTest
    void lockstepReadThatIsCancelledHasTakenNothing() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.lockstepPair();
        Task<?> reader = createTask(() -> pair.right().readExactly(4));
        awaitAllTasksParked();
        reader.cancelAndJoin("test");
        ByteBuffer buffer = ByteBuffer.wrap(bytes("abcd"));
        Task<?> writer = createTask(() -> pair.left().write(buffer));
        awaitAllTasksParked();
        assertThat(buffer.position()).isZero();

        assertThat(pair.right().readExactly(4)).isEqualTo(bytes("abcd"));
        writer.await();
    }

    @LoopTest
    void lockstepReaderThatComesSecondGetsItsShareAndTheNextOneTheRest() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.lockstepPair();
        Task<?> writer = createTask(() -> pair.left().write(bytes("abcdef")));
        awaitAllTasksParked();
        ByteBuffer buffer = ByteBuffer.allocate(4);

        assertThat(pair.right().read(buffer)).isEqualTo(4);
        assertThat(pair.right().read(buffer.clear())).isEqualTo(2);

        writer.await();
    }

    // ---- waiting

    @LoopTest
    void waitsSayForWhomTheyWait() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair(1);
        Task<Integer> reader = createTask(() -> pair.right().read(ByteBuffer.allocate(1)));
        Task<?> writer = createTask(() -> pair.right().write(bytes("ab")));
        awaitAllTasksParked();

        assertThat(reader.waitsFor()).isEqualTo("bytes from MemoryStream[left of pair 1]");
        assertThat(writer.waitsFor()).isEqualTo("MemoryStream[left of pair 1] to read");
        assertThat(MemoryStream.pair().right()).hasToString("MemoryStream[right of pair 2]");
        pair.left().readExactly(2);
        pair.left().write(bytes("x"));
        reader.await();
        writer.await();
    }

    @LoopTest
    void clockJumpsWhileEndsWaitForEachOther(VirtualClock clock) throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        Task<?> later = createTask(() -> {
            sleep(Duration.ofHours(1));
            pair.left().write(bytes("x"));
        });

        assertThat(pair.right().readExactly(1)).isEqualTo(bytes("x"));

        later.await();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
    }

    // ---- the end

    @LoopTest
    void failuresTellWhoHasDoneWhat() throws Exception {
        StreamPair<MemoryStream> closed = MemoryStream.pair();
        closed.right().close();
        assertThatThrownBy(() -> closed.left().write(bytes("x")))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(
                        "MemoryStream[left of pair 1] has a broken pipe: MemoryStream[right of pair 1] was closed and no longer reads");

        StreamPair<MemoryStream> aborted = MemoryStream.pair();
        aborted.right().abort();
        assertThatThrownBy(() -> aborted.left().readExactly(1))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("MemoryStream[left of pair 2] was reset: MemoryStream[right of pair 2] was aborted");
    }

    @LoopTest
    void closeWithBytesUnreadDeliversWhatWasWritten() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        pair.left().write(bytes("for the right"));
        pair.right().write(bytes("for the left"));

        pair.left().close();

        assertThat(pair.right().readAll(100)).isEqualTo(bytes("for the right"));
    }

    @LoopTest
    void abortDropsWhatWasNotRead() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        pair.left().write(bytes("abc"));

        pair.left().abort();

        assertThatThrownBy(() -> pair.right().readExactly(1)).hasMessageContaining("reset");
        pair.right().abort();
        pair.right().close();
    }
}
