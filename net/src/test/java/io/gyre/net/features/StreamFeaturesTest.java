package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.assertSuspends;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.bytes;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.ByteReader;
import io.gyre.net.Feature;
import io.gyre.net.IncompleteReadException;
import io.gyre.net.LimitExceededException;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpStream;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;

class StreamFeaturesTest {
    /** More than the buffers of two sockets hold. */
    private static final int MUCH = 32 << 20;

    private static long readAll(ByteReader reader, long count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        long total = 0;
        while (total < count) {
            total += reader.read(buffer.clear());
        }
        return total;
    }

    // ---- reading

    @LoopTest
    @Feature("Reads: some, exactly, a line, up to a separator, all")
    void bytesAreReadAsOneLikesAndNoFurtherThanALimit() throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        MemoryStream reader = pair.right();
        pair.left().write(bytes("some"));
        ByteBuffer buffer = ByteBuffer.allocate(100);
        assertThat(reader.read(buffer)).as("what there is").isEqualTo(4);

        pair.left().write(bytes("into4key=value;line\r\n"));
        ByteBuffer four = ByteBuffer.allocate(4);
        reader.readExactly(four);
        assertThat(four.array()).isEqualTo(bytes("into"));
        assertThat(reader.readExactly(1)).isEqualTo(bytes("4"));
        assertThat(reader.readUntil(10, bytes("="), bytes(";"))).isEqualTo(bytes("key="));
        assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> reader.readUntil(4, bytes(";")));
        assertThat(reader.readUntil(5, bytes(";"))).isEqualTo(bytes("value;"));
        assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> reader.readLine(3));
        assertThat(reader.readLine(4)).contains("line");

        pair.left().write("caf\u00e9\nrest".getBytes(ISO_8859_1));
        pair.left().closeOutput();
        assertThat(reader.readLine(4, ISO_8859_1)).contains("caf\u00e9");
        assertThatExceptionOfType(IncompleteReadException.class).isThrownBy(() -> reader.readExactly(5));
        assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> reader.readAll(3));
        assertThat(reader.readAll(4)).isEqualTo(bytes("rest"));
        assertThat(reader.read(buffer)).isEqualTo(-1);
        assertThat(reader.readLine(10)).isEmpty();
    }

    @LoopTest
    @Feature("Read back-pressure")
    void peerIsHeldBackWhileNobodyReadsAndGoesOnThen() throws IOException {
        StreamPair<TcpStream> pair = TcpPair.connected();
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            Task<?> writer = createTask(() -> left.write(ByteBuffer.allocate(MUCH)));
            readAll(right, 1);

            awaitAllTasksParked(); // paused: nobody reads
            long sent = left.statistics().bytesSent();
            awaitAllTasksParked();
            assertThat(left.statistics().bytesSent()).isEqualTo(sent).isLessThan(MUCH);

            readAll(right, MUCH - right.statistics().bytesReceived()); // resumed
            writer.await();
            assertThat(right.statistics().bytesReceived()).isEqualTo(MUCH);
        }
        assertCallbackIsPausedAndResumed();
    }

    private static void assertCallbackIsPausedAndResumed() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source();
                Pipe.SinkChannel sink = pipe.sink()) {
            source.configureBlocking(false);
            sink.write(ByteBuffer.allocate(1));
            int[] calls = {0};
            LowLevel.addReader(source, () -> calls[0]++);
            while (calls[0] == 0) {
                yieldNow();
            }

            LowLevel.removeReader(source);
            int paused = calls[0];
            yieldNow();
            yieldNow();
            assertThat(calls[0]).isEqualTo(paused);

            LowLevel.addReader(source, () -> calls[0]++);
            while (calls[0] == paused) {
                yieldNow();
            }
            LowLevel.close(source);
        }
    }

    // ---- writing

    @LoopTest
    @Feature("Write back-pressure")
    void writeSuspendsUntilThePeerHasTakenAll() throws IOException {
        StreamPair<TcpStream> pair = TcpPair.connected();
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            ByteBuffer much = ByteBuffer.allocate(MUCH);
            Task<?> writer = createTask(() -> left.write(much));
            awaitAllTasksParked();
            assertThat(writer.waitsFor()).startsWith("writable ");
            assertThat(much.hasRemaining()).isTrue();

            assertThat(readAll(right, MUCH)).isEqualTo(MUCH);
            writer.await();
            assertThat(much.hasRemaining()).isFalse();
        }
    }

    @LoopTest
    @Feature("Buffered writes with watermarks")
    void bufferedWritesSuspendAboveTheHighWatermarkUntilTheLowOneIsReached() throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair(1);
        MemoryStream writer = pair.left();
        assertThat(writer.lowWatermark()).isEqualTo(16 * 1024);
        assertThat(writer.highWatermark()).isEqualTo(64 * 1024);
        writer.setWatermarks(4, 8);
        assertThat(writer.lowWatermark()).isEqualTo(4);
        assertThat(writer.highWatermark()).isEqualTo(8);

        assertDoesNotSuspend(() -> writer.writeBuffered(bytes("12345678")));
        assertThat(writer.statistics().bytesBehind()).isEqualTo(8);
        Task<?> held = createTask(() -> writer.writeBuffered(bytes("9ab")));
        awaitAllTasksParked();
        assertThat(held.isDone()).isFalse();
        int readUntilLow =
                (int) writer.statistics().bytesSent() + writer.statistics().bytesBehind() - 4 - 1;
        pair.right().readExactly(readUntilLow - 1);
        awaitAllTasksParked();
        assertThat(held.isDone()).as("above the low watermark").isFalse();
        pair.right().readExactly(1);
        held.await();

        Task<?> flush = createTask(writer::flush);
        awaitAllTasksParked();
        assertThat(flush.isDone()).isFalse();
        assertThat(writer.statistics().bytesBehind()).isEqualTo(4);
        pair.right().readExactly(4);
        flush.await();
        assertThat(writer.statistics().bytesBehind()).isZero();
    }

    @LoopTest
    @Feature("Vectored writes (gathering)")
    void severalBuffersAreWrittenByOneSystemCall() throws IOException {
        StreamPair<TcpStream> pair = TcpPair.connected();
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            for (boolean direct : new boolean[] {false, true}) {
                ByteBuffer[] buffers = {buffer(direct, "head "), buffer(direct, "body "), buffer(direct, "tail")};
                long before = ProcFiles.writes();

                left.write(buffers);

                assertThat(ProcFiles.writes() - before).as("system calls").isEqualTo(1);
                assertThat(right.readExactly(14)).isEqualTo(bytes("head body tail"));
            }
        }
    }

    private static ByteBuffer buffer(boolean direct, String text) {
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(text.length()) : ByteBuffer.allocate(text.length());
        return buffer.put(bytes(text)).flip();
    }

    // ---- ending

    @LoopTest
    @Feature("Half-close")
    void outputIsEndedWhileReadingGoesOn() throws IOException {
        StreamPair<TcpStream> pair = TcpPair.connected();
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            left.write(bytes("question"));
            left.closeOutput();
            assertThat(right.readAll(100)).isEqualTo(bytes("question"));

            right.write(bytes("answer"));
            assertThat(left.readExactly(6)).isEqualTo(bytes("answer"));
            assertThatThrownBy(() -> left.write(bytes("more"))).isInstanceOf(IOException.class);
        }
    }

    @LoopTest
    @Feature("Graceful close and abort")
    void closeDeliversWhatWasWrittenAndAbortResets() throws IOException {
        StreamPair<MemoryStream> slow = MemoryStream.pair(1);
        slow.left().writeBuffered(bytes("all of it"));
        Task<?> closing = createTask(slow.left()::close);
        awaitAllTasksParked();
        assertThat(closing.isDone()).as("closed before all is sent").isFalse();
        assertThat(slow.right().readAll(100)).isEqualTo(bytes("all of it"));
        closing.await();
        assertThat(slow.left().isOpen()).isFalse();

        StreamPair<TcpStream> closed = TcpPair.connected();
        closed.left().writeBuffered(bytes("bye"));
        closed.left().close();
        assertThat(closed.right().readAll(100)).isEqualTo(bytes("bye"));
        closed.right().close();

        StreamPair<TcpStream> aborted = TcpPair.connected();
        Task<?> reader = createTask(() -> assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> aborted.right().readExactly(1))
                .withMessageContaining("reset"));
        awaitAllTasksParked();
        assertDoesNotSuspend(aborted.left()::abort);
        assertThat(aborted.left().isOpen()).isFalse();
        reader.await();
        aborted.right().close();
    }

    // ---- in memory

    @LoopTest
    @Feature("In-memory streams")
    void pairInMemoryHasRoomAndALockstepPairHasNone() throws IOException {
        StreamPair<MemoryStream> roomy = MemoryStream.pair();
        assertDoesNotSuspend(() -> roomy.left().write(bytes("hello\n")));
        assertThat(roomy.right().readLine(100)).contains("hello");
        roomy.right().write(bytes("back\n"));
        assertThat(roomy.left().readLine(100)).contains("back");
        roomy.left().close();
        assertThat(roomy.right().readLine(100)).isEmpty();

        StreamPair<MemoryStream> lockstep = MemoryStream.lockstepPair();
        Task<?> writer = createTask(() -> assertSuspends(() -> lockstep.left().write(bytes("abc"))));
        awaitAllTasksParked();
        lockstep.right().readExactly(2);
        awaitAllTasksParked();
        assertThat(writer.isDone()).as("one byte is not taken yet").isFalse();
        lockstep.right().readExactly(1);
        writer.await();
    }
}
