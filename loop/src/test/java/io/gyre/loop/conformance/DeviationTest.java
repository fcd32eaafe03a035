package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Async;
import io.gyre.loop.CancelScope;
import io.gyre.loop.CancelledException;
import io.gyre.loop.Combinators;
import io.gyre.loop.Combinators.When;
import io.gyre.loop.EventLoop;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopLog;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.TimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Where Gyre does something else than asyncio, on purpose. The numbers are those of the page on semantics. */
class DeviationTest extends ConformanceCase {
    /** 4.1: asyncio raises CancelledError once; here each suspension raises until control has left what is cancelled. */
    @Test
    void cancellationIsLevelTriggered() {
        Task<?> task = driven.start(() -> {
            for (int i = 0; i < 2; i++) {
                try {
                    sleep(ONE_DAY);
                } catch (CancelledException e) {
                    log.add("raised");
                }
            }
        });

        task.cancel("enough");
        driven.settle();

        assertLog("raised", "raised");
    }

    /** 4.1: asyncio loses a value that arrives with the cancellation; here it is delivered. */
    @Test
    void deliveredValueWins() {
        LoopFuture<String> future = loop.createFuture();
        Task<?> task = driven.start(() -> {
            log.add(future.await());
            yieldNow();
            log.add("not reached");
        });

        future.setResult("value");
        task.cancel("in the same tick");
        driven.settle();

        assertLog("value");
        assertThat(task.isCancelled()).isTrue();
    }

    /** 4.1: asyncio does not run the body of a task that was cancelled before; here it is entered. */
    @Test
    void bodyIsAlwaysEntered() {
        Task<?> task = task(() -> {
            log.add("entered");
            yieldNow();
            return note("not reached");
        });

        task.cancel("early");
        driven.settle();

        assertLog("entered");
        assertThat(task.isCancelled()).isTrue();
    }

    /** 4.1: asyncio drops the result of a body that returns with a cancellation pending; here it has succeeded. */
    @Test
    void bodyThatReturnsHasSucceeded() {
        Task<String> task = task(() -> "value");

        task.cancel("too late");
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
    }

    /** 4.1: asyncio cancels the task that is awaited together with the one that awaits it; here to wait is not to own. */
    @Test
    void cancellationDoesNotPassFromTheWaiterToTheAwaited() {
        Task<String> awaited = task(after(1, "awaited"));
        Task<String> waiter = driven.start(() -> awaited.await());

        waiter.cancel("enough");
        pass(1);

        assertThat(waiter.isCancelled()).isTrue();
        assertThat(awaited.resultNow()).isEqualTo("awaited");
    }

    /** 4.1: asyncio cancels a future with the task that awaits it (test_cancel_inner_future); here it lives on. */
    @Test
    void cancellationDoesNotPassFromTheWaiterToTheFuture() {
        LoopFuture<String> future = loop.createFuture();
        Task<String> waiter = driven.start(() -> future.await());

        waiter.cancel("enough");
        driven.settle();

        assertThat(future.isDone()).isFalse();
    }

    /** 4.1: asyncio cancels a task that awaits what is cancelled; here that is a failure like any other. */
    @Test
    void cancellationOfTheAwaitedIsAnExceptionOfTheWaiter() {
        Task<String> awaited = task(after(5, "awaited"));
        Task<String> waiter = watched(() -> awaited.await());
        driven.settle();

        awaited.cancel("enough");
        driven.settle();

        assertThat(waiter.state()).isEqualTo(State.FAILED);
        assertThat(waiter.exceptionNow()).isInstanceOf(CompletionException.class);
    }

    /** 4.2: asyncio counts with cancelling() and uncancel(); here each scope knows its own, and both are heard of. */
    @Test
    void scopesKnowTheirOwnCancellation() {
        Task<?> task = driven.start(() -> {
            try {
                timeout(seconds(1), () -> {
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        Async.currentTask().cancel("while the time-out unwinds");
                    }
                });
            } catch (TimeoutException e) {
                log.add("mine expired");
            }
            try {
                yieldNow();
            } catch (CancelledException e) {
                log.add("outer still pending");
                throw e;
            }
        });

        pass(1);

        assertLog("mine expired", "outer still pending");
        assertThat(task.isCancelled()).isTrue();
    }

    /** 4.2: swallowing a cancellation needs no uncancel(); a scope that is left leaves nothing behind. */
    @Test
    void scopeThatIsLeftLeavesNothingBehind() {
        driven.run(() -> {
            CancelScope.run(scope -> {
                scope.cancel("enough");
                yieldNow();
            });
            yieldNow();
            log.add("went on");
        });

        assertLog("went on");
    }

    /** 4.3: asyncio wraps the block's own exception in a group, too; here it passes as it is if no task failed. */
    @Test
    void exceptionOfTheBlockOfAGroupPassesAsItIs() {
        var failure = new IOException("boom");

        driven.run(() -> assertThatThrownBy(() -> TaskGroup.run(group -> {
                    group.createTask(after(5, "child"));
                    throw failure;
                }))
                .isSameAs(failure));
    }

    /** 4.3: asyncio raises an outer cancellation even if every child has its result; here the value wins. */
    @Test
    void groupWithAllItsResultsIsNotCancelled() {
        Task<String> task = driven.start(() -> TaskGroup.call(group -> {
            group.createTask(() -> shield(ONE_DAY, () -> sleep(seconds(1))));
            return "value";
        }));

        task.cancel("too late");
        pass(1);

        assertThat(task.resultNow()).isEqualTo("value");
    }

    /** 4.4: asyncio reports a failure that only wait() has seen; here that counts as observed. */
    @Test
    void waitObservesFailures() {
        Task<String> failing = task(failingAfter(0));
        driven.run(() -> Combinators.awaitTasks(List.of(failing), When.ALL_COMPLETED));

        assertThat(driven.takeFailures()).isEmpty();
        assertThat(failing.state()).isEqualTo(State.FAILED);
    }

    /** 4.5: asyncio's gather leaves the siblings of a failure running; here they are cancelled and awaited. */
    @Test
    void gatherCancelsAndAwaitsTheSiblingsOfAFailure() {
        Task<?> task = watchedGather();

        pass(1);

        assertLog("sibling cancelled");
        assertThat(loop.tasks()).isEmpty();
        assertThat(task.isDone()).isTrue();
    }

    private Task<?> watchedGather() {
        return driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> gather(after(10, "sibling"), failingAfter(1))));
    }

    /** 4.5: asyncio loses the second failure of a gather; here all are listed. */
    @Test
    void gatherListsAllFailures() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> gather(failingAfter(0), failingAfter(0)))
                .satisfies(thrown -> assertThat(thrown.failures()).hasSize(2)));
    }

    /** 4.6: asyncio's as_completed has a time-out of its own; here it is a plain loop over the original tasks. */
    @Test
    void asCompletedIsAPlainLoopOverTheOriginalTasks() {
        List<Task<String>> tasks = List.of(task(after(1, "a")), task(after(0, "b")));
        var seen = new ArrayList<Task<String>>();
        driven.start(() -> Combinators.asCompleted(tasks).forEach(seen::add));

        pass(1);

        assertThat(seen).containsExactly(tasks.get(1), tasks.get(0));
    }

    /** 4.7: asyncio's shield orphans what it shields; here it is a block, and the task waits for it. */
    @Test
    void shieldIsABlockOfTheSameTask() {
        Task<?> task = driven.start(() -> {
            Task<?> self = Async.currentTask();
            shield(ONE_DAY, () -> {
                log.add("same task " + (self == Async.currentTask()));
                sleep(seconds(1));
            });
        });

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        pass(1);

        assertLog("same task true");
        assertThat(task.isDone()).isTrue();
    }

    /** 4.7: asyncio's shield may last for ever; here it has a limit. */
    @Test
    void shieldHasALimit() {
        Task<?> task = driven.start(() -> shield(seconds(1), () -> sleep(ONE_DAY)));

        task.cancel("enough");
        pass(1);

        assertThat(task.isCancelled()).isTrue();
    }

    /** 4.8: a time-out is a type of its own, which no handler of cancellations catches. */
    @Test
    void timeOutIsNoCancellation() {
        driven.run(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(Duration.ZERO, () -> yieldNow()))
                .isNotInstanceOf(CancellationException.class));
    }

    /** 4.8: asyncio's wait_for cancels what it waits for; here a time-out ends the wait alone. */
    @Test
    void timeOutOfAnAwaitLeavesTheAwaitedAlone() {
        Task<String> awaited = task(after(2, "awaited"));
        Task<?> waiter = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(seconds(1), awaited::await)));

        pass(2);

        assertThat(waiter.isDone()).isTrue();
        assertThat(awaited.resultNow()).isEqualTo("awaited");
    }

    /** 4.11: asyncio cannot stop a call that runs in a thread; here it is interrupted, then abandoned. */
    @Test
    void offloadedCallIsInterruptedAndAbandoned() throws Exception {
        var begun = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        Task<?> task = driven.start(() -> offload(() -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        }));
        begun.await();

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        interrupted.await();
    }

    /** 4.11: asyncio's executor threads keep the process alive; these do not. */
    @Test
    void offloadedCallDoesNotKeepTheProcessAlive() {
        Task<Boolean> task =
                driven.start(() -> offload(() -> Thread.currentThread().isDaemon()));

        driven.runUntil(task::isDone);

        assertThat(task.resultNow()).isTrue();
    }

    /** 4.12: asyncio warns of a slow callback in debug mode and afterwards; here always, while it runs, with its stack. */
    @Test
    void slowStepIsReportedWhileItRuns() {
        LoopOptions options = LoopOptions.defaults().withDebug(false).withSlowStep(Duration.ofMillis(1));
        try (var logged = new LoopLog()) {
            EventLoop.run(options, () -> {
                createTask("thinker", () -> logged.computeUntilLogged("'thinker' has kept", 1))
                        .await();
            });

            assertThat(logged.first("'thinker' has kept")).contains("LoopLog.computeUntilLogged");
        }
    }

    /** 4.13: asyncio leaves the order of timers of the same instant open; here it is that of their scheduling. */
    @Test
    void timersOfTheSameInstantKeepTheirOrder() {
        for (int i = 0; i < 20; i++) {
            String name = Integer.toString(i);
            loop.callLater(seconds(1), () -> log.add(name));
        }

        pass(1);

        assertThat(log).hasSize(20).isSortedAccordingTo(Comparator.comparingInt(Integer::parseInt));
    }

    /** 4.14: asyncio waits for ever for tasks that ignore their cancellation; here closing is bounded, with a report. */
    @Test
    void closingIsBoundedAndNamesWhatIsLeft() {
        var release = new CountDownLatch(1);
        var bounded = new HandDrivenLoop(options -> options.withCloseTimeout(Duration.ofMillis(20)));
        bounded.loop.createTask("stubborn", () -> {
            OtherThread.awaitUninterruptibly(release);
            return "";
        });
        bounded.settle();

        bounded.loop.close();

        assertThat(bounded.takeFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.what()).contains("'stubborn'").contains("has not ended");
            assertThat(failure.exception().getStackTrace())
                    .extracting(StackTraceElement::getMethodName)
                    .contains("awaitUninterruptibly");
        });
        release.countDown();
    }

    /** 4.14: what asyncio has not ended never runs again; here it goes on under the JDK's own scheduler, and cleans up. */
    @Test
    void whatClosingHasLeftGoesOnElsewhere() {
        var release = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var bounded = new HandDrivenLoop(options -> options.withCloseTimeout(Duration.ofMillis(20)));
        bounded.start(() -> {
            try {
                OtherThread.awaitUninterruptibly(release);
            } finally {
                ended.countDown();
            }
        });
        bounded.loop.close();
        assertThat(bounded.takeFailures()).hasSize(1);
        assertThat(ended.getCount()).isEqualTo(1);

        release.countDown();

        assertThat(awaitsWithinPatience(ended)).isTrue();
    }

    private static boolean awaitsWithinPatience(CountDownLatch latch) {
        try {
            return latch.await(HandDrivenLoop.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** 4.14: asyncio refuses to run a loop in a running one; here the task parks while the other loop runs. */
    @Test
    void runInATaskParksTheTask() {
        Task<String> task = driven.start(() -> EventLoop.run(() -> {
            yieldNow();
            return "from the inner loop";
        }));
        driven.run(() -> log.add("the outer loop goes on"));

        driven.runUntil(task::isDone);

        assertThat(task.resultNow()).isEqualTo("from the inner loop");
        assertLog("the outer loop goes on");
    }

    /** Pain 1: asyncio holds tasks by weak references; here the loop holds them until they are done. */
    @Test
    void loopHoldsItsTasks() {
        driven.run(() -> createTask(() -> {
            sleep(seconds(1));
            log.add("still there");
        }));

        System.gc();
        pass(1);

        assertLog("still there");
    }

    /** Pain 2: asyncio reports a failure that nobody awaits when the task is collected; here when it happens. */
    @Test
    void failureIsReportedWhenItHappens() {
        Task<String> task = task(failingAfter(0));

        driven.settle();

        assertThat(driven.takeFailures()).hasSize(1);
        assertThat(task.isDone()).isTrue();
    }
}
