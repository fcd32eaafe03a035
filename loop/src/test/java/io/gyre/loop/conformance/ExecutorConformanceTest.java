package io.gyre.loop.conformance;

import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Combinators;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** {@code loop.run_in_executor} and {@code asyncio.to_thread}. */
class ExecutorConformanceTest extends ConformanceCase {
    /** test_events.EventLoopTestsMixin.test_run_in_executor: in another thread, with its result. */
    @Test
    void callRunsInAnotherThreadAndReturnsItsResult() {
        Task<Thread> task = driven.start(() -> offload(Thread::currentThread));

        driven.runUntil(task::isDone);

        assertThat(task.resultNow().isVirtual()).isFalse();
        assertThat(task.resultNow()).isNotSameAs(Thread.currentThread());
    }

    /** test_threads.ToThreadTests.test_to_thread_exception */
    @Test
    void exceptionOfTheCallComesOutAsItIs() {
        var failure = new IOException("boom");
        Task<?> task = driven.start(() -> assertThatThrownBy(() -> offload(() -> {
                    throw failure;
                }))
                .isSameAs(failure));

        driven.runUntil(task::isDone);
    }

    /** loop.run_in_executor: the loop goes on meanwhile. */
    @Test
    void loopGoesOnMeanwhile() {
        var release = new CountDownLatch(1);
        Task<?> task = driven.start(() -> offload(() -> release.await()));
        driven.run(() -> {
            yieldNow();
            log.add("went on");
            release.countDown();
        });

        driven.runUntil(task::isDone);

        assertLog("went on");
    }

    /** loop.run_in_executor(executor): the caller's own. */
    @Test
    void callerMayBringAnExecutor() {
        Queue<Runnable> queue = new ArrayDeque<>();
        Task<String> task = driven.start(() -> offload(queue::add, () -> "value"));
        assertThat(task.isDone()).isFalse();

        queue.remove().run();
        driven.settle();

        assertThat(task.resultNow()).isEqualTo("value");
    }

    /** loop.run_in_executor: what the executor refuses is refused. */
    @Test
    void refusalOfTheExecutorIsThrown() {
        driven.run(() -> assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> offload(
                        call -> {
                            throw new RejectedExecutionException("full");
                        },
                        () -> "never"))
                .withMessage("full"));
    }

    /** test_events.EventLoopTestsMixin.test_run_in_executor_cancel: the waiter is free at once. */
    @Test
    void cancelledWaiterIsFreeAtOnce() {
        Queue<Runnable> queue = new ArrayDeque<>();
        Task<String> task = driven.start(() -> offload(queue::add, () -> note("ran")));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        queue.remove().run();
        driven.settle();
        assertLog();
    }

    /** asyncio.gather of to_thread calls: they run at the same time. */
    @Test
    void callsRunAtTheSameTime() {
        var both = new CountDownLatch(2);
        Task<List<String>> task = driven.start(
                () -> Combinators.gather(() -> offload(() -> meet(both)), () -> offload(() -> meet(both))));

        driven.runUntil(task::isDone);

        assertThat(task.resultNow()).containsExactly("met", "met");
    }

    private static String meet(CountDownLatch both) throws InterruptedException {
        both.countDown();
        both.await();
        return "met";
    }

    /** asyncio.run: awaits the default executor's threads at the end. */
    @Test
    void runWaitsForOffloadedCalls() {
        EventLoop.run(() -> offload(() -> log.add("done")));

        assertLog("done");
    }

    /** loop.run_in_executor: calls of one executor with one thread run in order. */
    @Test
    void callsOfAnExecutorKeepItsOrder() {
        Queue<Runnable> queue = new ArrayDeque<>();
        for (String name : List.of("a", "b")) {
            driven.start(() -> {
                String result = offload(queue::add, () -> name);
                log.add(result);
            });
        }

        queue.forEach(Runnable::run);
        driven.settle();

        assertLog("a", "b");
    }
}
