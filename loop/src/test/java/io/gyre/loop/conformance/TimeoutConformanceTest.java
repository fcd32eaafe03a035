package io.gyre.loop.conformance;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.CancelScope;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.TimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/**
 * {@code asyncio.timeout}, {@code timeout_at} and {@code wait_for}. What every time-out does stands in {@code TimeoutTest} alone,
 * which names the tests of asyncio.
 */
class TimeoutConformanceTest extends ConformanceCase {
    private void logTimeout(int number, Runnable block) {
        try {
            timeout(seconds(number), block::run);
            log.add("in time");
        } catch (TimeoutException e) {
            log.add("timed out after " + number);
        }
    }

    /** test_timeouts.TimeoutTests.test_timeout_disabled: without a deadline there is no time-out. */
    @Test
    void timeOutCanBeDisabled() {
        Task<Boolean> task = driven.start(() -> CancelScope.run(scope -> {
            scope.setTimeout(seconds(1));
            scope.clearDeadline();
            sleep(seconds(5));
        }));

        pass(5);

        assertThat(task.resultNow()).isTrue();
    }

    /** test_timeouts.TimeoutTests.test_timeout_zero without a suspension: the block ends normally. */
    @Test
    void zeroWithoutASuspensionIsInTime() {
        driven.run(() -> logTimeout(0, () -> log.add("entered")));

        assertLog("entered", "in time");
    }

    /** test_timeouts.TimeoutTests.test_nested_timeouts_loop_busy: both have passed when the loop looks. */
    @Test
    void bothTimesPassWhileTheLoopIsBusy() {
        driven.start(() -> logTimeout(
                2,
                () -> logTimeout(1, () -> {
                    driven.ticker.advance(seconds(5));
                    sleep(seconds(10));
                })));
        driven.settle();

        assertLog("timed out after 2");
    }

    /** test_timeouts.TimeoutTests.test_nested_timeouts_concurrent, in a row. */
    @Test
    void timeOutsInARowAreIndependent() {
        driven.start(() -> {
            for (int i = 1; i <= 3; i++) {
                logTimeout(i, () -> sleep(seconds(2)));
            }
        });

        pass(6);

        assertLog("timed out after 1", "timed out after 2", "in time");
    }

    /** test_timeouts.TimeoutTests.test_reschedule */
    @Test
    void deadlineCanBeMoved() {
        Task<Boolean> task = driven.start(() -> CancelScope.run(scope -> {
            scope.setTimeout(seconds(10));
            scope.setTimeout(seconds(2));
            sleep(seconds(5));
        }));
        pass(1);
        assertThat(task.isDone()).isFalse();

        pass(1);

        assertThat(task.resultNow()).isFalse();
    }

    /** asyncio.Timeout.reschedule to an instant in the past cancels at the next suspension. */
    @Test
    void deadlineCanBeMovedIntoThePast() {
        assertThat(driven.<Boolean>call(() -> CancelScope.run(scope -> {
                    scope.setTimeout(seconds(10));
                    scope.setTimeout(seconds(-1));
                    log.add("still here");
                    yieldNow();
                    log.add("not reached");
                })))
                .isFalse();
        assertLog("still here");
    }

    /** asyncio.Timeout.expired, asyncio.Timeout.when */
    @Test
    void scopeKnowsItsDeadlineAndWhetherItHasPassed() {
        driven.start(() -> CancelScope.run(scope -> {
            long deadline = loop.time() + seconds(1).toNanos();
            scope.setDeadline(deadline);
            assertThat(scope.deadline()).hasValue(deadline);
            assertThat(scope.isCancelled()).isFalse();
            try {
                sleep(seconds(5));
            } finally {
                log.add("passed " + scope.isCancelled());
            }
        }));

        pass(1);

        assertLog("passed true");
    }

    /** test_timeouts.TimeoutTests.test_timeout_exception_cause: the cancellation is the cause. */
    @Test
    void cancellationIsTheCauseOfTheTimeOut() {
        driven.run(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(Duration.ZERO, () -> yieldNow()))
                .withCauseInstanceOf(CancelledException.class));
    }

    /** test_timeouts.TimeoutTests.test_timeout_taskgroup: a child fails as the time passes. */
    @Test
    void failureOfAChildWinsOverTheTimeOut() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> timeout(
                        seconds(1),
                        () -> TaskGroup.run(group -> group.createTask(() -> {
                            try {
                                sleep(seconds(10));
                            } catch (CancelledException e) {
                                throw boom;
                            }
                        })))));

        pass(1);

        assertThat(task.isDone()).isTrue();
    }

    /** test_waitfor.AsyncioWaitForTest.test_wait_for_timeout_less_then_0_or_0_future_done */
    @Test
    void futureThatIsDoneNeedsNoTimeButTheCheckpointComesFirst() {
        LoopFuture<String> future = loop.createFuture();
        future.setResult("done");

        driven.run(() ->
                assertThat(timeout(Duration.ZERO, () -> future.resultNow())).isEqualTo("done"));
    }

    /** test_waitfor.AsyncioWaitForTest.test_wait_for_timeout: what was waited for by handle lives on. */
    @Test
    void taskThatIsAwaitedInATimeOutLivesOn() {
        Task<String> awaited = task(after(2, "awaited"));
        driven.start(() -> logTimeout(1, () -> awaited.await()));

        pass(2);

        assertLog("timed out after 1");
        assertThat(awaited.resultNow()).isEqualTo("awaited");
    }

    /** test_waitfor.AsyncioWaitForTest.test_wait_for_race_condition: a result in the same iteration wins. */
    @Test
    void resultThatComesAsTheTimePassesIsDelivered() {
        LoopFuture<String> future = loop.createFuture();
        loop.callLater(seconds(1), () -> log.add("timer"));
        Task<String> task = driven.start(() -> timeout(seconds(1).plusNanos(1), future::await));

        driven.ticker.advance(seconds(1));
        driven.tick();
        future.setResult("value");
        driven.ticker.advance(Duration.ofNanos(1));
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
    }

    /** test_waitfor.AsyncioWaitForTest.test_wait_for_self_cancellation */
    @Test
    void blockMayCancelItsTask() {
        Task<?> task = driven.start(() -> logTimeout(1, () -> {
            currentTask().cancel("by itself");
            sleep(seconds(10));
        }));

        assertThat(task.isCancelled()).isTrue();
        assertLog();
    }

    /** test_waitfor.AsyncioWaitForTest.test_cancel_wait_for: cancelling what is awaited is an exception of the block. */
    @Test
    void cancellationOfWhatIsAwaitedIsNoTimeOut() {
        Task<String> awaited = task(after(5, "awaited"));
        Task<?> task = driven.start(() -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> timeout(seconds(10), awaited::await)));

        awaited.cancel("enough");
        driven.settle();

        assertThat(task.isDone()).isTrue();
    }
}
