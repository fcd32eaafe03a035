package io.gyre.loop.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The pool when the system has no more threads. */
class ProcessPoolThreadsTest {
    private final AtomicInteger threadsLeft = new AtomicInteger();
    private final ProcessPool pool = new ProcessPool(
            ProcessPoolOptions.defaults().withSize(2).withOutputHandler(OutputHandler.discarding()), this::start);

    private void start(Thread thread) {
        if (threadsLeft.getAndDecrement() <= 0) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        thread.start();
    }

    @Test
    void callIsRefusedIfNoThreadCanBeStartedAndLaterOnesAreServed() throws Exception {
        try (pool) {
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> pool.submit(() -> "refused"))
                    .withMessageContaining("no thread can be started to drive a child JVM")
                    .withMessageContaining("ulimit -u");

            threadsLeft.set(1);
            assertThat(pool.submit(() -> "served").get(8, TimeUnit.SECONDS)).isEqualTo("served");
        }
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    void callWaitsForAChildThatIsThereIfNoFurtherThreadCanBeStarted() throws Exception {
        try (pool) {
            threadsLeft.set(1);
            Future<String> first = pool.submit(() -> "first");
            Future<String> second = pool.submit(() -> "second");

            assertThat(first.get(8, TimeUnit.SECONDS) + second.get(8, TimeUnit.SECONDS))
                    .isEqualTo("firstsecond");
        }
        assertThat(pool.isTerminated()).isTrue();
    }

    /** Another call may have counted on the thread that could not be started. */
    @Test
    void callThatHasCountedOnTheThreadIsFailed() throws Exception {
        var single = new ProcessPool[1];
        var counting = new Future<?>[1];
        single[0] = new ProcessPool(
                ProcessPoolOptions.defaults().withSize(1).withOutputHandler(OutputHandler.discarding()), thread -> {
                    counting[0] = single[0].submit(() -> "counts on it");
                    throw new OutOfMemoryError("unable to create native thread");
                });
        try (ProcessPool ending = single[0]) {
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> ending.submit(() -> "refused"));

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> counting[0].get(8, TimeUnit.SECONDS))
                    .withCauseInstanceOf(RejectedExecutionException.class);
        }
    }
}
