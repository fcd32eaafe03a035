package io.gyre.net.os;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Reading by a thread, of a stream that is under control. */
final class ThreadedReaderTest {
    private static final String THREAD = "gyre-process-test";

    /** Blocks until it is given something. */
    private static final class Tap extends InputStream {
        private final BlockingQueue<Object> given = new LinkedBlockingQueue<>();
        final AtomicInteger reads = new AtomicInteger();
        volatile boolean closed;

        void give(String text) {
            given.add(text.getBytes(UTF_8));
        }

        void end() {
            given.add(new byte[0]);
        }

        void fail(Exception failure) {
            given.add(failure);
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            reads.incrementAndGet();
            try {
                switch (given.take()) {
                    case IOException failure -> throw failure;
                    case RuntimeException failure -> throw failure;
                    case byte[] next -> {
                        System.arraycopy(next, 0, target, offset, next.length);
                        return next.length == 0 ? -1 : next.length;
                    }
                    case Object other -> throw new AssertionError(other);
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final Tap tap = new Tap();

    private ThreadedReader reader() {
        return new ThreadedReader("the tap", ReadingThread.owning(THREAD, tap, PumpThread.daemon(THREAD)));
    }

    private static Task<String> line(ThreadedReader reader) {
        return createTask(() -> reader.readLine(100).orElse("(end)"));
    }

    private static @Nullable Thread pump() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(THREAD))
                .findAny()
                .orElse(null);
    }

    private static boolean pumpIsIdle() {
        Thread pump = pump();
        return pump != null && pump.getState() == Thread.State.TIMED_WAITING;
    }

    @LoopTest
    void nothingIsReadBeforeSomebodyWantsIt() throws IOException {
        try (ThreadedReader reader = reader()) {
            tap.give("a line\n");
            tap.give("another\n");
            assertThat(pump()).isNull();

            assertThat(reader.readLine(100)).contains("a line");

            Traces.until(ThreadedReaderTest::pumpIsIdle);
            assertThat(tap.reads.get()).isEqualTo(1);
        }
    }

    @LoopTest
    void taskThatReadsSaysWhatItWaitsForAndHoldsTheClock() throws IOException {
        try (ThreadedReader reader = reader()) {
            Task<String> line = line(reader);
            awaitAllTasksParked();
            assertThat(line.waitsFor()).isEqualTo("something to read from the tap");

            tap.give("here\n");

            assertThat(line.await()).isEqualTo("here");
        }
    }

    @LoopTest
    void threadEndsWithTheStreamAndClosesIt() throws Exception {
        ThreadedReader reader = reader();
        tap.give("last");
        tap.end();

        assertThat(reader.readLine(100)).contains("last");
        assertThat(reader.readLine(100)).isEmpty();
        assertThat(reader.read(ByteBuffer.allocate(1))).isEqualTo(-1);

        Traces.until(() -> pump() == null);
        assertThat(tap.closed).isTrue();
        reader.close();
    }

    @LoopTest
    void failureIsThrownByThisReadAndTheNext() throws IOException {
        tap.fail(new IOException("broken"));
        try (ThreadedReader reader = reader()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> reader.readLine(100))
                        .isInstanceOf(IOException.class)
                        .hasMessage("broken");
            }
        }
        Traces.until(() -> pump() == null);
        assertThat(tap.closed).isTrue();
    }

    @LoopTest
    void streamThatMisbehavesIsABrokenOne() throws IOException {
        tap.fail(new IllegalStateException("odd"));
        try (ThreadedReader reader = reader()) {
            assertThatThrownBy(() -> reader.readLine(100))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("odd");
        }
    }

    // ---- cancellation

    @LoopTest
    void cancelBeforeReadTakesNothing() throws IOException {
        try (ThreadedReader reader = reader()) {
            tap.give("kept\n");
            Task<String> cancelled = line(reader);
            cancelled.cancel("changed my mind");
            awaitAllTasksParked();
            assertThat(cancelled.state()).isEqualTo(State.CANCELLED);
            assertThat(tap.reads.get()).isZero();

            assertThat(reader.readLine(100)).contains("kept");
        }
    }

    @LoopTest
    void whatACancelledReadWouldHaveGotIsForTheNext() throws IOException {
        try (ThreadedReader reader = reader()) {
            Task<String> cancelled = line(reader);
            awaitAllTasksParked();
            cancelled.cancel("changed my mind");
            awaitAllTasksParked();
            assertThat(cancelled.state()).isEqualTo(State.CANCELLED);

            tap.give("kept\n");

            assertThat(reader.readLine(100)).contains("kept");
            assertThat(tap.reads.get()).isEqualTo(1);
        }
    }

    @LoopTest
    void whatArrivesWhileAReadIsCancelledIsForTheNext() throws IOException {
        try (ThreadedReader reader = reader()) {
            Task<String> cancelled = line(reader);
            awaitAllTasksParked();
            tap.give("kept\n");
            Traces.spinUntil(ThreadedReaderTest::pumpIsIdle); // it has rung, and the loop has not answered
            cancelled.cancel("changed my mind");
            assertThatThrownBy(cancelled::await)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(CancelledException.class);

            assertThat(reader.readLine(100)).contains("kept");
        }
    }

    // ---- closing

    @LoopTest
    void closeWakesAReadAndTheThreadEndsWhenItCan() throws IOException {
        ThreadedReader reader = reader();
        Task<String> line = line(reader);
        Traces.until(() -> tap.reads.get() == 1);

        reader.close();

        assertThatThrownBy(line::await).hasCauseInstanceOf(AsynchronousCloseException.class);
        assertThat(pump()).isNotNull(); // it is blocked, and nobody can help it
        tap.give("too late");
        Traces.until(() -> pump() == null);
        assertThat(tap.closed).isTrue();
    }

    /** The one before has found less than it asked for, so that this one would begin by waiting. */
    @LoopTest
    void readBehindTheCloseFails() throws IOException {
        ThreadedReader reader = reader();
        tap.give("one\n");
        assertThat(reader.readLine(100)).contains("one");

        reader.close();

        assertThatThrownBy(() -> reader.readLine(100)).isInstanceOf(ClosedChannelException.class);
        tap.end(); // nobody would read it
        Traces.until(() -> pump() == null);
    }

    @LoopTest
    void closeBeforeAnyReadClosesTheStreamAtOnce() throws IOException {
        reader().close();

        assertThat(tap.closed).isTrue();
        assertThat(pump()).isNull();
    }

    @LoopTest
    void threadWithoutWorkEndsAndAnotherBeginsWhenItIsNeeded() throws IOException {
        var thread = new ReadingThread(THREAD, tap, true, PumpThread.daemon(THREAD), Duration.ofMillis(1));
        try (var reader = new ThreadedReader("the tap", thread)) {
            tap.give("one\n");
            assertThat(reader.readLine(100)).contains("one");
            Traces.until(() -> pump() == null);
            assertThat(tap.closed).isFalse();

            tap.give("two\n");
            assertThat(reader.readLine(100)).contains("two");
        }
        Traces.until(() -> pump() == null);
        assertThat(tap.closed).isTrue();
    }

    // ---- when the system has no more threads

    private final ScarceThreads threads = new ScarceThreads(THREAD);

    private ThreadedReader readerWithScarceThreads() {
        return new ThreadedReader("the tap", ReadingThread.owning(THREAD, tap, threads));
    }

    @LoopTest
    void readForWhichNoThreadCanBeStartedFailsAndALaterOneIsDone() throws IOException {
        try (ThreadedReader reader = readerWithScarceThreads()) {
            tap.give("a line\n");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> reader.readLine(100))
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("no thread can be started for the " + THREAD)
                        .hasMessageContaining("ulimit -u")
                        .hasCauseInstanceOf(OutOfMemoryError.class);
            }

            threads.setScarce(false);
            assertThat(reader.readLine(100)).contains("a line");
        }
        Traces.until(() -> pump() == null);
        assertThat(tap.closed).isTrue();
    }

    @LoopTest
    void readerForWhichNoThreadCanBeStartedCanBeClosed() throws IOException {
        ThreadedReader reader = readerWithScarceThreads();
        assertThatThrownBy(() -> reader.readLine(100)).hasMessageStartingWith("no thread can be started");

        reader.close();

        assertThat(tap.closed).isTrue();
    }

    @LoopTest
    void restForWhichNoThreadCanBeStartedIsNotDiscardedAndNothingHangs() throws IOException {
        var thread = ReadingThread.owning(THREAD, tap, threads);
        tap.give("rest");

        thread.discardRest();
        thread.release();

        assertThat(tap.closed).isTrue();
        assertThat(tap.reads).hasValue(0);
    }

    // ---- a stream that is only borrowed

    @LoopTest
    void nextReaderBeginsWithWhatTheFirstHasNotDelivered() throws IOException {
        var thread = ReadingThread.borrowing(THREAD, tap);
        var first = new ThreadedReader("first", thread);
        tap.give("one\ntwo\nthr");
        assertThat(first.readLine(100)).contains("one");
        first.close();
        assertThat(tap.closed).isFalse();

        thread.reopen();
        var second = new ThreadedReader("second", thread);
        assertThat(second.readLine(100)).contains("two");
        Task<String> cancelled = line(second);
        awaitAllTasksParked();
        cancelled.cancel("changed my mind");
        awaitAllTasksParked();
        second.close();
        tap.give("ee\nfour\n");

        thread.reopen();
        var third = new ThreadedReader("third", thread);
        assertThat(third.readLine(100)).contains("three");
        assertThat(third.readLine(100)).contains("four");
        third.close();
        Traces.until(() -> pump() == null);
        assertThat(tap.closed).isFalse();
    }

    @LoopTest
    void endOfOneReaderIsNotTheEndOfTheNext() throws IOException {
        var thread = ReadingThread.borrowing(THREAD, tap);
        var first = new ThreadedReader("first", thread);
        tap.end();
        assertThat(first.readLine(100)).isEmpty();
        first.close();

        thread.reopen();
        var second = new ThreadedReader("second", thread);
        tap.give("more\n");
        assertThat(second.readLine(100)).contains("more");
        second.close();
    }

    // ---- misuse

    @LoopTest
    void readerCannotBeWritten() throws IOException {
        try (ThreadedReader reader = reader()) {
            assertThatThrownBy(() -> reader.write(new byte[1]))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the tap can only be read");
            assertThat(reader.opener()).isSameAs(currentTask());
        }
    }

    @LoopTest
    void abortOfAReaderThatIsClosedTakesNothingFromTheNext() throws IOException {
        var thread = ReadingThread.borrowing(THREAD, tap);
        var first = new ThreadedReader("first", thread);
        first.close();
        thread.reopen();
        var second = new ThreadedReader("second", thread);
        Task<String> reading = line(second);
        awaitAllTasksParked();

        first.abort();

        tap.give("one\n");
        assertThat(reading.await()).isEqualTo("one");
        second.close();
        Traces.until(() -> pump() == null);
    }
}
