package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.Future.State;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Writing by a thread, to a stream that is under control. */
final class ThreadedWriterTest {
    private static final String THREAD = "gyre-process-test";
    private static final int CHUNK = ReadingThread.CHUNK_BYTES;

    /** Takes nothing until it is let. */
    private static final class Drain extends OutputStream {
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        final Semaphore chunks = new Semaphore(0);
        volatile boolean broken;
        volatile boolean closed;

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            chunks.acquireUninterruptibly();
            if (broken) {
                throw new IOException("Broken pipe");
            }
            taken.write(source, offset, length);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final Drain drain = new Drain();

    private ThreadedWriter writer() {
        return new ThreadedWriter("the drain", new WritingThread(THREAD, drain, PumpThread.daemon(THREAD)));
    }

    private static @Nullable Thread pump() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(THREAD))
                .findAny()
                .orElse(null);
    }

    @LoopTest
    void writeSuspendsWhileNobodyReads() throws IOException {
        ThreadedWriter writer = writer();
        ByteBuffer bytes = ByteBuffer.allocate(3 * CHUNK);
        Task<?> writing = createTask(() -> writer.write(bytes));
        awaitAllTasksParked();
        assertThat(writing.waitsFor()).isEqualTo("the drain to take more");
        assertThat(bytes.position()).isEqualTo(CHUNK);

        drain.chunks.release(3);
        writing.await();

        writer.close();
        Traces.until(() -> drain.closed);
        assertThat(drain.taken.size()).isEqualTo(3 * CHUNK);
        Traces.until(() -> pump() == null);
    }

    @LoopTest
    void severalBuffersGoTogether() throws IOException {
        ThreadedWriter writer = writer();
        drain.chunks.release(1);

        writer.write(ByteBuffer.wrap("one ".getBytes(UTF_8)), ByteBuffer.wrap("two".getBytes(UTF_8)));

        writer.close();
        Traces.until(() -> drain.closed);
        assertThat(drain.taken.toString(UTF_8)).isEqualTo("one two");
    }

    @LoopTest
    void closeDeliversWhatWasWritten() throws IOException {
        ThreadedWriter writer = writer();
        writer.write("last words".getBytes(UTF_8));

        writer.close();

        assertThat(drain.closed).isFalse();
        drain.chunks.release(1);
        Traces.until(() -> drain.closed);
        assertThat(drain.taken.toString(UTF_8)).isEqualTo("last words");
        assertThatThrownBy(() -> writer.write(new byte[1])).isInstanceOf(ClosedChannelException.class);
    }

    @LoopTest
    void closeOfOneThatWasNeverUsedNeedsNoThread() throws IOException {
        writer().close();

        assertThat(drain.closed).isTrue();
        assertThat(pump()).isNull();
    }

    @LoopTest
    void endOfOutputClosesTheStreamBehindTheBytes() throws IOException {
        ThreadedWriter writer = writer();
        drain.chunks.release(1);
        writer.write("all".getBytes(UTF_8));

        writer.closeOutput();

        Traces.until(() -> drain.closed);
        assertThat(drain.taken.toString(UTF_8)).isEqualTo("all");
        assertThatThrownBy(() -> writer.write(new byte[1])).isInstanceOf(ClosedChannelException.class);
        writer.close();
    }

    @LoopTest
    void abortDoesNotWait() {
        ThreadedWriter writer = writer();
        Task<?> writing = createTask(() -> writer.write(ByteBuffer.allocate(2 * CHUNK)));
        awaitAllTasksParked();

        writer.abort();

        assertThatThrownBy(writing::await).hasCauseInstanceOf(AsynchronousCloseException.class);
        drain.chunks.release(1);
        Traces.until(() -> drain.closed && pump() == null);
    }

    @LoopTest
    void cancelledWriteSaysByItsBufferHowMuchIsOnItsWay() throws IOException {
        ThreadedWriter writer = writer();
        ByteBuffer bytes = ByteBuffer.allocate(2 * CHUNK);
        Task<?> writing = createTask(() -> writer.write(bytes));
        awaitAllTasksParked();

        writing.cancel("changed my mind");
        awaitAllTasksParked();

        assertThat(writing.state()).isEqualTo(State.CANCELLED);
        assertThat(bytes.position()).isEqualTo(CHUNK);
        drain.chunks.release(2);
        writer.write(bytes);
        writer.close();
        Traces.until(() -> drain.closed);
        assertThat(drain.taken.size()).isEqualTo(2 * CHUNK);
    }

    @LoopTest
    void writeThatNobodyReadsAnyMoreFailsAndTheThreadEnds() throws IOException {
        ThreadedWriter writer = writer();
        drain.broken = true;
        drain.chunks.release(1);
        Task<?> writing = createTask(() -> writer.write(ByteBuffer.allocate(2 * CHUNK)));

        assertThatThrownBy(writing::await)
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("nobody reads the drain any more: Broken pipe");

        Traces.until(() -> pump() == null);
        assertThat(drain.closed).isTrue();
        writer.close();
    }

    @LoopTest
    void threadWithoutWorkEndsAndAnotherBeginsWhenItIsNeeded() throws IOException {
        var writer = new ThreadedWriter(
                "the drain", new WritingThread(THREAD, drain, PumpThread.daemon(THREAD), Duration.ofMillis(1)));
        drain.chunks.release(2);
        writer.write("one ".getBytes(UTF_8));
        Traces.until(() -> pump() == null);
        assertThat(drain.closed).isFalse();

        writer.write("two".getBytes(UTF_8));
        writer.close();

        Traces.until(() -> drain.closed);
        assertThat(drain.taken.toString(UTF_8)).isEqualTo("one two");
    }

    @LoopTest
    void writeForWhichNoThreadCanBeStartedFailsAndALaterOneIsDone() throws IOException {
        var threads = new ScarceThreads(THREAD);
        var writer = new ThreadedWriter("the drain", new WritingThread(THREAD, drain, threads));
        ByteBuffer bytes = ByteBuffer.wrap("bytes".getBytes(UTF_8));

        assertThatThrownBy(() -> writer.write(bytes))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("no thread can be started for the " + THREAD)
                .hasMessageContaining("ulimit -u")
                .hasCauseInstanceOf(OutOfMemoryError.class);
        assertThat(bytes.position()).as("taken").isZero();

        threads.setScarce(false);
        drain.chunks.release(1);
        writer.write(bytes);
        writer.close();
        Traces.until(() -> drain.closed);
        assertThat(drain.taken.toString(UTF_8)).isEqualTo("bytes");
        Traces.until(() -> pump() == null);
    }

    @LoopTest
    void writerForWhichNoThreadCanBeStartedCanBeClosed() throws IOException {
        var writer = new ThreadedWriter("the drain", new WritingThread(THREAD, drain, new ScarceThreads(THREAD)));
        assertThatThrownBy(() -> writer.write(new byte[1])).hasMessageStartingWith("no thread can be started");

        writer.close();

        assertThat(drain.closed).isTrue();
    }

    @LoopTest
    void writerCannotBeRead() throws IOException {
        try (ThreadedWriter writer = writer()) {
            assertThatThrownBy(() -> writer.read(ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the drain can only be written");
        }
    }
}
