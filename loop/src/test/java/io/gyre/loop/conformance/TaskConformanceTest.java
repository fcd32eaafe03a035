package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

/** {@code asyncio.Task} and {@code create_task}, without cancellation. */
class TaskConformanceTest extends ConformanceCase {
    /** test_tasks.BaseTaskTests.test_task_basics */
    @Test
    void taskHasTheResultOfItsBody() {
        assertThat(driven.start(() -> "result").resultNow()).isEqualTo("result");
    }

    /** asyncio.create_task: the body does not run before the creator suspends. */
    @Test
    void creatorGoesOnBeforeTheTaskBegins() {
        driven.run(() -> {
            createTask(() -> log.add("task"));
            log.add("creator");
            yieldNow();
            log.add("creator again");
        });

        assertLog("creator", "task", "creator again");
    }

    /** asyncio.create_task: tasks begin in the order of their creation. */
    @Test
    void tasksBeginInOrderOfCreation() {
        for (String name : new String[] {"a", "b", "c"}) {
            task(() -> note(name));
        }

        driven.tick();

        assertLog("a", "b", "c");
    }

    /** asyncio: tasks take turns where they suspend. */
    @Test
    void tasksTakeTurns() {
        for (String name : new String[] {"a", "b"}) {
            task(() -> {
                for (int i = 1; i <= 3; i++) {
                    log.add(name + i);
                    yieldNow();
                }
                return "";
            });
        }

        driven.settle();

        assertLog("a1", "b1", "a2", "b2", "a3", "b3");
    }

    /** asyncio: between two suspensions nothing else of the loop runs. */
    @Test
    void taskThatDoesNotSuspendIsNotInterleaved() {
        for (String name : new String[] {"a", "b"}) {
            task(() -> {
                log.add(name + " begins");
                return note(name + " ends");
            });
        }

        driven.settle();

        assertLog("a begins", "a ends", "b begins", "b ends");
    }

    /** asyncio.Task.result: raises InvalidStateError if the task is not done. */
    @Test
    void resultOfATaskThatRunsIsAnError() {
        Task<String> task = task(after(1, "value"));
        driven.settle();

        assertThatIllegalStateException().isThrownBy(task::resultNow);
        pass(1);
        assertThat(task.resultNow()).isEqualTo("value");
    }

    /** asyncio.Task.exception */
    @Test
    void exceptionOfTheBodyIsThatOfTheTask() {
        Task<String> task = watched(failingAfter(0));

        driven.settle();

        assertThat(task.exceptionNow()).isSameAs(boom);
        assertThat(task.isDone()).isTrue();
        assertThat(task.isCancelled()).isFalse();
    }

    /** asyncio.Task: awaiting it raises the exception of the body. */
    @Test
    void awaitThrowsTheExceptionOfTheBody() {
        driven.run(() -> {
            Task<String> task = task(failingAfter(0));
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(task::await)
                    .withCause(boom);
        });
    }

    /** asyncio.Task: it can be awaited any number of times. */
    @Test
    void taskCanBeAwaitedAgain() {
        Task<String> task = driven.start(() -> "value");

        assertThat(driven.<String>call(() -> task.await() + task.await())).isEqualTo("valuevalue");
    }

    /** test_tasks.BaseTaskTests.test_current_task_with_interleaving_tasks */
    @Test
    void currentTaskIsTheOneThatRuns() {
        var tasks = new ArrayList<Task<?>>();
        for (int i = 0; i < 2; i++) {
            task(() -> {
                Task<?> before = currentTask();
                yieldNow();
                tasks.add(currentTask());
                return before == currentTask() ? "" : String.valueOf(log.add("changed"));
            });
        }

        driven.settle();

        assertThat(tasks).hasSize(2).doesNotHaveDuplicates();
        assertLog();
    }

    /** test_tasks.BaseTaskTests.test_current_task_no_running_loop: outside there is none. */
    @Test
    void outsideATaskThereIsNoCurrentOne() {
        assertThatIllegalStateException().isThrownBy(() -> currentTask());
        assertThatIllegalStateException().isThrownBy(EventLoop::current);
    }

    /** asyncio.all_tasks: the tasks that are not done. */
    @Test
    void tasksOfTheLoopAreThoseThatAreNotDone() {
        Task<String> first = task(after(1, "first"));
        Task<String> second = task(after(2, "second"));
        assertThat(loop.tasks()).containsExactly(first, second);

        pass(1);
        assertThat(loop.tasks()).containsExactly(second);
        pass(1);

        assertThat(loop.tasks()).isEmpty();
    }

    /** test_tasks.BaseTaskTests.test_task_set_name_*: a name can be given. */
    @Test
    void nameCanBeGiven() {
        Task<String> task = loop.createTask("downloader", () -> currentTask().name());

        driven.settle();

        assertThat(task.name()).isEqualTo("downloader");
        assertThat(task.resultNow()).isEqualTo("downloader");
    }

    /** test_tasks.BaseTaskTests.test_task_repr_name_not_str: without a name there is a default one, "Task-1". */
    @Test
    void defaultNamesDiffer() {
        Task<String> first = driven.start(() -> "");
        Task<String> second = driven.start(() -> "");

        assertThat(first.name()).startsWith("task-").isNotEqualTo(second.name());
    }

    /** asyncio.Task.get_stack: the frames of a suspended task. */
    @Test
    void stackOfASuspendedTaskHasItsFrames() {
        Task<String> task = driven.start(after(1, "value"));

        assertThat(task.stackTrace())
                .anySatisfy(frame -> assertThat(frame.getClassName()).contains("ConformanceCase"));
        pass(1);
        assertThat(task.stackTrace()).isEmpty();
    }

    /** asyncio.Task.add_done_callback */
    @Test
    void doneCallbackGetsTheTask() {
        Task<String> task = task(after(1, "value"));
        task.whenDone(done -> log.add(done == task ? done.resultNow() : "another"));

        pass(1);

        assertLog("value");
    }

    /** test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe */
    @Test
    void otherThreadMayRunABodyOnTheLoop() {
        var other = OtherThread.call(() -> {
            var result = new CompletableFuture<Task<String>>();
            loop.callSoonThreadsafe(() -> result.complete(loop.createTask(after(0, "value"))));
            return result.get().get();
        });

        driven.runUntil(other::isDone);

        assertThat(other).succeedsWithin(seconds(8)).isEqualTo("value");
    }

    /** test_tasks.RunCoroutineThreadsafeTests.test_run_coroutine_threadsafe_task_cancelled */
    @Test
    void otherThreadMayCancelATask() {
        Task<String> task = driven.start(after(5, "value"));

        OtherThread.run(() -> task.cancel("from outside"));
        driven.runUntil(task::isDone);

        assertThat(task.isCancelled()).isTrue();
    }

    /** asyncio-dev, "Detect never-retrieved exceptions": such a failure is reported. */
    @Test
    void failureThatNobodyAwaitsIsReported() {
        Task<String> task = task(failingAfter(0));

        driven.settle();

        assertThat(task.state()).isEqualTo(State.FAILED);
        assertThat(driven.takeFailures()).extracting(Failure::exception).containsExactly(boom);
    }

    /** test_tasks.BaseTaskTests.test_baseexception_during_cancel: an error of the JVM ends the task, not the loop. */
    @Test
    void errorOfABodyIsItsFailure() {
        var error = new AssertionError("broken");
        Task<String> task = watched(() -> {
            throw error;
        });

        driven.settle();

        assertThat(task.exceptionNow()).isSameAs(error);
    }

    /** test_tasks.BaseTaskTests.test_step_in_completed_task: a late unpark does nothing. */
    @Test
    void futureThatIsSetAfterItsWaiterIsGoneWakesNobody() {
        LoopFuture<String> future = loop.createFuture();
        Task<?> task = driven.start(() -> {
            try {
                future.await();
            } catch (CancelledException e) {
                log.add("cancelled");
            }
        });
        task.cancel("enough");
        driven.settle();

        future.setResult("late");
        driven.settle();

        assertLog("cancelled");
    }

    /** test_tasks.BaseTaskTests.test_task_source_traceback: a failure tells where its task was created. */
    @Test
    void failureTellsWhereItsTaskWasCreated() {
        loop.createTask(() -> {
            throw boom;
        });

        driven.settle();

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.createdAt())
                .contains("TaskConformanceTest"));
    }

    /** asyncio: tasks may await each other in a chain. */
    @Test
    void chainOfTasksResolves() {
        Task<String> first = task(after(1, "a"));
        Task<String> second = task(() -> first.await() + "b");
        Task<String> third = task(() -> second.await() + "c");

        pass(1);

        assertThat(third.resultNow()).isEqualTo("abc");
    }

    /** test_tasks.BaseTaskTests.test_iscoroutine/await: a task awaits a future that a timer sets. */
    @Test
    void timerWakesATaskThroughAFuture() {
        LoopFuture<String> future = loop.createFuture();
        loop.callLater(seconds(1), () -> future.setResult("by a timer"));
        Task<String> task = driven.start(() -> {
            sleep(seconds(0));
            return future.await();
        });

        pass(1);

        assertThat(task.resultNow()).isEqualTo("by a timer");
    }
}
