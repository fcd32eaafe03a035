package io.gyre.loop.conformance;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Combinators.asCompleted;
import static io.gyre.loop.Combinators.awaitTasks;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.Combinators.Settled;
import io.gyre.loop.Combinators.When;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code asyncio.wait} and {@code asyncio.as_completed}. */
class WaitConformanceTest extends ConformanceCase {
    /** test_tasks.BaseTaskTests.test_wait */
    @Test
    void waitReturnsWhenAllAreDone() {
        Task<String> a = task(after(1, "a"));
        Task<String> b = task(after(2, "b"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(b, a), When.ALL_COMPLETED));
        pass(1);
        assertThat(waiter.isDone()).isFalse();

        pass(1);

        assertThat(waiter.resultNow().done()).containsExactlyInAnyOrder(a, b);
        assertThat(waiter.resultNow().pending()).isEmpty();
    }

    /** test_tasks.BaseTaskTests.test_wait_duplicate_coroutines: the same one counts once. */
    @Test
    void sameTaskCountsOnce() {
        Task<String> task = task(after(1, "a"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(task, task), When.ALL_COMPLETED));

        pass(1);

        assertThat(waiter.resultNow().done()).hasSize(1);
    }

    /** test_tasks.BaseTaskTests.test_wait_errors: an empty set raises ValueError. */
    @Test
    void nothingToWaitForIsAnError() {
        driven.run(
                () -> assertThatIllegalArgumentException().isThrownBy(() -> awaitTasks(List.of(), When.ALL_COMPLETED)));
    }

    /** test_tasks.BaseTaskTests.test_wait_first_completed */
    @Test
    void firstCompletedReturnsWithTheFirst() {
        Task<String> slow = task(after(10, "slow"));
        Task<String> fast = task(after(1, "fast"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow, fast), When.FIRST_COMPLETED));

        pass(1);

        assertThat(waiter.resultNow().done()).containsExactly(fast);
        assertThat(waiter.resultNow().pending()).containsExactly(slow);
        pass(9);
    }

    /** test_tasks.BaseTaskTests.test_wait_really_done: tasks that end in the same iteration are all done. */
    @Test
    void tasksThatEndTogetherAreAllDone() {
        Task<String> a = task(after(1, "a"));
        Task<String> b = task(after(1, "b"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(a, b), When.FIRST_COMPLETED));

        pass(1);

        assertThat(waiter.resultNow().done()).hasSize(2);
    }

    /** test_tasks.BaseTaskTests.test_wait_first_exception */
    @Test
    void firstExceptionReturnsWithTheFailure() {
        Task<String> slow = task(after(10, "slow"));
        Task<String> failing = task(failingAfter(1));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow, failing), When.FIRST_EXCEPTION));

        pass(1);

        assertThat(waiter.resultNow().done()).containsExactly(failing);
        assertThat(waiter.resultNow().pending()).containsExactly(slow);
        pass(9);
    }

    /** test_tasks.BaseTaskTests.test_wait_first_exception_in_wait: one that failed before. */
    @Test
    void failureBeforeTheWaitEndsItAtOnce() {
        Task<String> slow = task(after(10, "slow"));
        Task<String> failed = watched(failingAfter(0));
        driven.settle();

        Settled settled = driven.call(() -> awaitTasks(List.of(slow, failed), When.FIRST_EXCEPTION));

        assertThat(settled.done()).containsExactly(failed);
        pass(10);
    }

    /** asyncio.wait, FIRST_EXCEPTION: a cancelled task does not count. */
    @Test
    void cancelledTaskIsNoException() {
        Task<String> slow = task(after(2, "slow"));
        Task<String> cancelled = task(after(2, "cancelled"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow, cancelled), When.FIRST_EXCEPTION));
        cancelled.cancel("enough");
        pass(1);
        assertThat(waiter.isDone()).isFalse();

        pass(1);

        assertThat(waiter.resultNow().pending()).isEmpty();
    }

    /** asyncio.wait, FIRST_EXCEPTION: without one it is ALL_COMPLETED. */
    @Test
    void firstExceptionWithoutOneWaitsForAll() {
        Task<String> a = task(after(1, "a"));
        Task<String> b = task(after(2, "b"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(a, b), When.FIRST_EXCEPTION));
        pass(1);
        assertThat(waiter.isDone()).isFalse();

        pass(1);

        assertThat(waiter.resultNow().done()).hasSize(2);
    }

    /** test_tasks.BaseTaskTests.test_wait_with_exception: wait itself never raises a task's exception. */
    @Test
    void waitDoesNotThrowWhatATaskThrew() {
        Task<String> failing = task(failingAfter(1));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(failing), When.ALL_COMPLETED));

        pass(1);

        assertThat(waiter.resultNow().done()).containsExactly(failing);
        assertThat(failing.exceptionNow()).isSameAs(boom);
    }

    /** test_tasks.BaseTaskTests.test_wait_with_timeout */
    @Test
    void timeThatPassesIsNoError() {
        Task<String> fast = task(after(1, "fast"));
        Task<String> slow = task(after(3, "slow"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(fast, slow), When.ALL_COMPLETED, seconds(2)));

        pass(2);

        assertThat(waiter.resultNow().done()).containsExactly(fast);
        assertThat(waiter.resultNow().pending()).containsExactly(slow);
        assertThat(slow.isDone()).isFalse();
        pass(1);
        assertThat(slow.resultNow()).as("nothing was cancelled").isEqualTo("slow");
    }

    /** test_tasks.BaseTaskTests.test_wait_concurrent_complete: one ends just as the time passes. */
    @Test
    void taskThatEndsAsTheTimePassesIsDoneOrPending() {
        Task<String> task = task(after(1, "a"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(task), When.ALL_COMPLETED, seconds(1)));

        pass(1);

        assertThat(waiter.isDone()).isTrue();
        assertThat(waiter.resultNow().done().size()
                        + waiter.resultNow().pending().size())
                .isEqualTo(1);
        assertThat(task.resultNow()).isEqualTo("a");
    }

    /** test_tasks.BaseTaskTests.test_yield_wait_does_not_shield_cancel, for wait: the tasks are left alone. */
    @Test
    void cancelledWaitLeavesTheTasksAlone() {
        Task<String> task = task(after(1, "a"));
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(task), When.ALL_COMPLETED));

        waiter.cancel("enough");
        pass(1);

        assertThat(waiter.isCancelled()).isTrue();
        assertThat(task.resultNow()).isEqualTo("a");
    }

    /** test_tasks.BaseTaskTests.test_as_completed */
    @Test
    void asCompletedYieldsInOrderOfCompletion() {
        List<Task<String>> tasks = List.of(task(after(3, "c")), task(after(1, "a")), task(after(2, "b")));
        driven.start(() -> {
            for (Task<String> task : asCompleted(tasks)) {
                log.add(task.resultNow());
            }
        });

        pass(3);

        assertLog("a", "b", "c");
    }

    /** test_tasks.BaseTaskTests.test_as_completed_with_timeout: the rest is not cancelled. */
    @Test
    void asCompletedInATimeOutLeavesTheRestRunning() {
        Task<String> slow = task(after(3, "slow"));
        List<Task<String>> tasks = List.of(task(after(1, "fast")), slow);
        driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(seconds(2), () -> {
                    for (Task<String> task : asCompleted(tasks)) {
                        log.add(task.resultNow());
                    }
                })));

        pass(3);

        assertLog("fast");
        assertThat(slow.resultNow()).isEqualTo("slow");
    }

    /** test_tasks.BaseTaskTests.test_as_completed_with_unused_timeout */
    @Test
    void asCompletedWithinItsTimeLeavesNoTimer() {
        List<Task<String>> tasks = List.of(task(after(1, "a")));
        driven.start(() -> timeout(seconds(10), () -> {
            for (Task<String> task : asCompleted(tasks)) {
                log.add(task.resultNow());
            }
        }));

        pass(1);

        assertLog("a");
        assertThat(loop.statistics().timers()).isZero();
    }

    /** test_tasks.BaseTaskTests.test_as_completed_concurrent: tasks that end together come one by one. */
    @Test
    void asCompletedYieldsTasksThatEndTogetherOneByOne() {
        List<Task<String>> tasks = List.of(task(after(1, "a")), task(after(1, "b")));
        driven.start(() -> {
            for (Task<String> task : asCompleted(tasks)) {
                log.add(task.resultNow());
            }
        });

        pass(1);

        assertLog("a", "b");
    }

    /** test_tasks.BaseTaskTests.test_as_completed_duplicate_coroutines */
    @Test
    void asCompletedYieldsTheSameTaskOnce() {
        Task<String> task = task(after(1, "a"));
        driven.start(() -> {
            for (Task<String> done : asCompleted(List.of(task, task))) {
                log.add(done.resultNow());
            }
        });

        pass(1);

        assertLog("a");
    }

    /** test_tasks.BaseTaskTests.test_as_completed_resume_iterator: work between the steps loses nothing. */
    @Test
    void asCompletedKeepsWhatEndsBetweenItsSteps() {
        List<Task<String>> tasks = List.of(task(after(1, "a")), task(after(2, "b")), task(after(3, "c")));
        driven.start(() -> {
            for (Task<String> task : asCompleted(tasks)) {
                log.add(task.resultNow());
                sleep(seconds(5));
            }
        });

        pass(20);

        assertLog("a", "b", "c");
    }

    /** asyncio.as_completed, 3.13: yields the original tasks, failed ones too. */
    @Test
    void asCompletedYieldsTheOriginalTasks() {
        Task<String> failing = task(failingAfter(1));
        driven.start(() -> {
            for (Task<String> task : asCompleted(List.of(failing))) {
                log.add(task == failing ? "the same" : "another");
            }
        });

        pass(1);

        assertLog("the same");
        assertThat(failing.exceptionNow()).isSameAs(boom);
    }
}
