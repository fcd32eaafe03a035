package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.CancelledException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

/** {@code asyncio.Task.cancel}, where Gyre agrees with it. */
class TaskCancellationConformanceTest extends ConformanceCase {
    /** test_tasks.BaseTaskTests.test_cancel */
    @Test
    void cancelledTaskIsDoneAndCancelled() {
        Task<String> task = driven.start(after(10, "value"));

        assertThat(task.cancel("enough")).isTrue();
        driven.settle();

        assertThat(task.isDone()).isTrue();
        assertThat(task.isCancelled()).isTrue();
        assertThat(task.cancel("again")).as("cancel of a done task").isFalse();
    }

    /** test_tasks.BaseTaskTests.test_cancel_with_message_then_future_exception: the message arrives. */
    @Test
    void messageOfTheCancelIsThatOfTheException() {
        Task<?> task = driven.start(() -> {
            try {
                sleep(ONE_DAY);
            } catch (CancelledException e) {
                log.add(String.valueOf(e.getMessage()));
                throw e;
            }
        });

        task.cancel("my message");
        driven.settle();

        assertThat(log).singleElement().asString().endsWith("my message");
    }

    /** test_tasks.BaseTaskTests.test_cancel_with_message_before_starting_task */
    @Test
    void messageOfACancelBeforeTheStartArrives() {
        Task<String> task = task(after(1, "value"));
        task.cancel("my message");
        driven.settle();

        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(task::get)
                .withMessageEndingWith("my message");
        assertLog("value cancelled");
    }

    /** test_tasks.BaseTaskTests.test_cancel_yield */
    @Test
    void taskThatYieldsIsCancelledAtItsNextSuspension() {
        Task<?> task = task(() -> {
            yieldNow();
            yieldNow();
            log.add("not reached");
            return "";
        });
        driven.tick();

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertLog();
    }

    /** test_tasks.BaseTaskTests.test_cancel_task_catching */
    @Test
    void taskThatCatchesItsCancellationHasItsResult() {
        Task<String> task = driven.start(() -> {
            try {
                sleep(ONE_DAY);
                return "slept";
            } catch (CancelledException e) {
                return "caught";
            }
        });

        task.cancel("enough");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("caught");
        assertThat(task.isCancelled()).isFalse();
    }

    /** test_tasks.BaseTaskTests.test_cancel_current_task */
    @Test
    void taskMayCancelItself() {
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself");
            log.add("goes on until it suspends");
            sleep(ONE_DAY);
            log.add("not reached");
        });

        assertThat(task.isCancelled()).isTrue();
        assertLog("goes on until it suspends");
    }

    /** asyncio.Task.cancel: clean-up in finally runs. */
    @Test
    void finallyRuns() {
        Task<?> task = driven.start(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                log.add("cleaned up");
            }
        });

        task.cancel("enough");
        driven.settle();

        assertLog("cleaned up");
    }

    /** asyncio.Task.cancel: an exception of the clean-up replaces the cancellation. */
    @Test
    void exceptionOfTheCleanUpIsThatOfTheTask() {
        Task<String> task = watched(() -> {
            try {
                return after(1, "value").call();
            } catch (CancelledException e) {
                throw boom;
            }
        });
        driven.settle();

        task.cancel("enough");
        driven.settle();

        assertThat(task.exceptionNow()).isSameAs(boom);
    }

    /** asyncio-task, "Task Cancellation": await a cancelled task to know that it has stopped. */
    @Test
    void awaitOfACancelledTaskWaitsForItsEnd() {
        driven.run(() -> {
            Task<String> task = task(after(5, "task"));
            yieldNow();
            task.cancel("enough");
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(task::await)
                    .withCauseInstanceOf(CancelledException.class);
            log.add("awaited");
        });

        assertLog("task cancelled", "awaited");
    }

    /** test_tasks.BaseTaskTests.test_cancel_both_task_and_inner_future */
    @Test
    void taskAndItsFutureMayBothBeCancelled() {
        LoopFuture<String> future = loop.createFuture();
        Task<String> task = watched(() -> future.await());
        driven.settle();

        task.cancel("enough");
        future.cancel(true);
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(future.isCancelled()).isTrue();
    }

    /** asyncio.Task.cancel: twice before delivery is one cancellation. */
    @Test
    void cancelTwiceIsOneCancellation() {
        Task<String> task = driven.start(after(5, "value"));

        task.cancel("first");
        task.cancel("second");
        driven.settle();

        assertLog("value cancelled");
    }

    /** test_tasks.BaseTaskTests.test_yield_future_passes_cancel, with one task in between. */
    @Test
    void cancellationOfTheWaiterEndsTheWait() {
        LoopFuture<String> future = loop.createFuture();
        Task<?> task = driven.start(() -> {
            try {
                future.await();
            } finally {
                log.add("wait ended");
            }
        });

        task.cancel("enough");
        driven.settle();

        assertLog("wait ended");
        assertThat(task.isCancelled()).isTrue();
    }

    /** asyncio: a done callback of a cancelled task runs. */
    @Test
    void doneCallbackOfACancelledTaskRuns() {
        Task<String> task = driven.start(after(5, "value"));
        task.whenDone(done -> log.add(done.state().toString()));

        task.cancel("enough");
        driven.settle();

        assertLog("value cancelled", "CANCELLED");
    }

    /** asyncio: cancelling one task leaves its siblings alone. */
    @Test
    void siblingsAreLeftAlone() {
        Task<String> cancelled = task(after(2, "cancelled one"));
        Task<String> sibling = task(after(1, "sibling"));
        driven.settle();

        cancelled.cancel("enough");
        pass(1);

        assertThat(sibling.resultNow()).isEqualTo("sibling");
    }

    /** asyncio: cancelling a task leaves the tasks that it has created alone. */
    @Test
    void createdTasksAreLeftAlone() {
        Task<?> creator = driven.start(() -> {
            createTask(() -> {
                sleep(seconds(1));
                log.add("created task done");
            });
            sleep(ONE_DAY);
        });

        creator.cancel("enough");
        pass(1);

        assertThat(creator.state()).isEqualTo(State.CANCELLED);
        assertLog("created task done");
    }
}
