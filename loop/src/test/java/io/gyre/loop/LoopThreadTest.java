package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Virtual threads that the loop makes for code that wants threads, and the way out of the loop. */
class LoopThreadTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final ThreadFactory threads = loop.threadFactory();
    private final List<String> log = new ArrayList<>();

    private Thread start(Runnable body) {
        Thread thread = threads.newThread(body);
        thread.start();
        driven.settle();
        return thread;
    }

    private void sleepAndLog() {
        try {
            sleep(ONE_SECOND);
            log.add("slept");
        } catch (CancelledException e) {
            log.add("cancelled");
            throw e;
        }
    }

    // ---- threads

    @Test
    @Feature("`ThreadFactory` on the loop")
    void threadMadeAndStartedOutsideOfTheLoopRunsOnIt() {
        Thread thread = start(() -> log.add("in loop: " + loop.inLoop() + ", " + EventLoop.current() + ", "
                + Thread.currentThread().isVirtual()));

        assertThat(log).containsExactly("in loop: true, EventLoop[hand-driven], true");
        assertThat(thread.isAlive()).isFalse();
        assertThat(thread.getName()).isEqualTo("hand-driven-thread-" + thread.threadId());
    }

    @Test
    void threadStartedByAnotherThreadRunsOnTheLoop() throws Exception {
        Thread thread = threads.newThread(() -> log.add("in loop: " + loop.inLoop()));

        OtherThread.run(thread::start).get();
        driven.runUntil(() -> !thread.isAlive());

        assertThat(log).containsExactly("in loop: true");
    }

    @Test
    void threadMaySuspendAndTakesTurnsWithTasks() {
        loop.createTask(() -> {
            log.add("task");
            yieldNow();
            log.add("task again");
        });
        start(() -> {
            log.add("thread");
            sleepAndLog();
        });
        assertThat(log).containsExactly("task", "thread", "task again");

        driven.advance(ONE_SECOND);

        assertThat(log).endsWith("slept");
    }

    @Test
    void threadCountsAsWorkOfTheLoopFromItsFirstStepOn() {
        Thread thread = threads.newThread(this::sleepAndLog);
        thread.setName("worker");
        thread.start();
        assertThat(loop.tasks()).isEmpty();

        driven.settle();

        assertThat(loop.tasks()).singleElement().hasToString("task 'worker'");
        assertThat(loop.tasks().getFirst().waitsFor()).isEqualTo("a sleep, due in 1000 ms");
        driven.advance(ONE_SECOND);
        assertThat(loop.tasks()).isEmpty();
    }

    @Test
    void taskJoinsAThread() {
        Task<?> task = driven.start(() -> {
            Thread thread = threads.newThread(this::sleepAndLog);
            thread.start();
            thread.join();
            log.add("joined");
        });

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone); // some JDKs end a join through a thread of theirs

        assertThat(log).containsExactly("slept", "joined");
    }

    @Test
    void threadMayBlockInACallOfTheJdkWithoutStoppingTheLoop() throws InterruptedException {
        BlockingQueue<String> queue = new LinkedBlockingQueue<>();
        start(() -> {
            try {
                log.add(queue.take());
            } catch (InterruptedException e) {
                log.add("interrupted");
            }
        });
        driven.run(() -> log.add("task"));
        queue.put("element");

        driven.settle();

        assertThat(log).containsExactly("task", "element");
    }

    @Test
    void threadIsATaskOfItsOwnToWhatItCalls() {
        start(() -> {
            log.add(currentTask().name().equals(Thread.currentThread().getName()) ? "by its name" : "by another name");
            LoopFuture<String> future = loop.createFuture();
            loop.callSoon(() -> future.setResult("result"));
            log.add(future.await());
        });

        assertThat(log).containsExactly("by its name", "result");
    }

    @Test
    void threadNeverStartedLeavesNothingBehind() {
        Thread _ = threads.newThread(this::sleepAndLog);

        driven.settle();

        assertThat(loop.tasks()).isEmpty();
    }

    // ---- failures

    @Test
    void failureGoesToTheHandlerOfTheThread() {
        Thread thread = threads.newThread(() -> {
            throw new IllegalStateException("boom");
        });
        thread.setUncaughtExceptionHandler(
                (failed, failure) -> log.add(failed.getName() + ": " + failure.getMessage()));
        thread.setName("worker");

        thread.start();
        driven.settle();

        assertThat(log).containsExactly("worker: boom");
    }

    @Test
    void handlerThatFailsIsReported() {
        Thread thread = threads.newThread(() -> {
            throw new IllegalStateException("boom");
        });
        thread.setUncaughtExceptionHandler((_, _) -> {
            throw new IllegalStateException("handler");
        });

        thread.start();
        driven.settle();

        assertThat(driven.takeFailures())
                .singleElement()
                .extracting(Failure::exception)
                .satisfies(failure -> assertThat(failure).hasMessage("handler"));
    }

    @Test
    void factoryWantsABody() {
        assertThatNullPointerException().isThrownBy(() -> threads.newThread(null));
        assertThatNullPointerException()
                .isThrownBy(() -> LowLevel.jdkThreadFactory().newThread(null));
    }

    // ---- cancellation

    @Test
    void interruptCancelsAThreadThatSuspends() {
        Thread thread = start(this::sleepAndLog);

        thread.interrupt();
        driven.settle();

        assertThat(log).containsExactly("cancelled");
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void interruptBeforeTheFirstStepCancelsTheFirstWait() {
        Thread thread = threads.newThread(this::sleepAndLog);
        thread.start();
        thread.interrupt();

        driven.settle();

        assertThat(log).containsExactly("cancelled");
    }

    @Test
    void cancellationGoesToNoHandler() {
        Thread thread = start(this::sleepAndLog);
        thread.setUncaughtExceptionHandler((_, failure) -> log.add("handled " + failure));

        loop.tasks().getFirst().cancel("enough");
        driven.settle();

        assertThat(log).containsExactly("cancelled");
    }

    // ---- close

    @Test
    void closeCancelsAndAwaitsAThreadThatSuspends() {
        Thread thread = start(this::sleepAndLog);

        loop.close();

        assertThat(log).containsExactly("cancelled");
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void closeInterruptsAndAwaitsAThreadInACallOfTheJdk() {
        Thread thread = start(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                log.add("interrupted");
            }
        });

        loop.close();

        assertThat(log).containsExactly("interrupted");
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void closeRunsAndCancelsAThreadThatWasStartedAndHasNotRun() {
        Thread thread = threads.newThread(this::sleepAndLog);
        thread.start();

        loop.close();

        assertThat(log).containsExactly("cancelled");
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void threadThatDoesNotEndIsReportedAndGoesOnElsewhere() throws InterruptedException {
        var release = new CountDownLatch(1);
        try (var other = new HandDrivenLoop(options -> options.withCloseTimeout(Duration.ofMillis(20)))) {
            Thread stubborn = other.loop.threadFactory().newThread(() -> OtherThread.awaitUninterruptibly(release));
            stubborn.setName("stubborn");
            stubborn.start();
            other.settle();

            other.loop.close();

            assertThat(other.takeReportedFailures())
                    .singleElement()
                    .extracting(Failure::message)
                    .asString()
                    .contains("task 'stubborn' was cancelled and has not ended");
            release.countDown();
            stubborn.join();
        }
    }

    @Test
    void threadStartedOnAClosedLoopRunsElsewhereAndMayNotSuspend() throws InterruptedException {
        Thread thread = threads.newThread(() -> {
            log.add("in loop: " + loop.inLoop());
            try {
                sleep(ONE_SECOND);
            } catch (LoopClosedException e) {
                log.add("loop closed");
                throw e;
            }
        });
        thread.setUncaughtExceptionHandler((_, failure) -> log.add("handled " + failure));
        loop.close();

        thread.start();
        thread.join();

        assertThat(log).containsExactly("in loop: false", "loop closed");
    }

    @Test
    void factoryOfAClosedLoopRefuses() {
        loop.close();

        assertThatExceptionOfType(LoopClosedException.class)
                .isThrownBy(() -> threads.newThread(this::sleepAndLog))
                .withMessageStartingWith("threadFactory().newThread: EventLoop[hand-driven] is closed");
    }

    // ---- the executor

    @Test
    @Feature("`ExecutorService` on the loop, whose commands may suspend")
    void executorRunsEachCommandInAThreadOfTheLoop() {
        Task<?> task = driven.start(() -> {
            try (ExecutorService executor = loop.virtualExecutor()) {
                Future<String> first = executor.submit(() -> {
                    sleepAndLog();
                    return "first, in loop: " + loop.inLoop();
                });
                executor.execute(() -> log.add("second"));
                log.add(first.get());
            }
            log.add("closed");
        });
        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("second", "slept", "first, in loop: true", "closed");
    }

    @Test
    void executorServesOtherThreads() {
        try (ExecutorService executor = loop.virtualExecutor()) {
            var future = new FutureTask<>(() -> executor.submit(loop::inLoop).get());
            Thread caller = Thread.ofPlatform().start(future);

            driven.runUntil(() -> !caller.isAlive());

            assertThat(future.resultNow()).isTrue();
        }
    }

    @Test
    void cancelledFutureCancelsItsThread() {
        try (ExecutorService executor = loop.virtualExecutor()) {
            Future<?> future = executor.submit(this::sleepAndLog);
            driven.settle();

            future.cancel(true);
            driven.settle();

            assertThat(log).containsExactly("cancelled");
        }
    }

    @Test
    void shutdownNowCancelsTheThreads() {
        try (ExecutorService executor = loop.virtualExecutor()) {
            executor.execute(this::sleepAndLog);
            executor.execute(this::sleepAndLog);
            driven.settle();

            executor.shutdownNow();
            driven.settle();

            assertThat(log).containsExactly("cancelled", "cancelled");
            assertThat(executor.isTerminated()).isTrue();
        }
    }

    @Test
    void closingTheLoopEndsTheThreadsOfAnExecutorLeftOpen() {
        ExecutorService executor = loop.virtualExecutor();
        Future<?> future = executor.submit(() -> sleep(ONE_DAY));
        driven.settle();

        loop.close();

        assertThat(future.state()).isEqualTo(Future.State.FAILED);
        assertThat(future.exceptionNow())
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("its loop is closing");
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> executor.execute(() -> {}))
                .isInstanceOf(LoopClosedException.class);
        executor.close();
    }

    @Test
    void offloadingToTheLoopsOwnThreadsIsRefused() {
        ExecutorService executor = loop.virtualExecutor();
        Task<?> task = loop.createTask(() -> Async.offload(Offloading.on(executor), () -> "blocks the loop"));
        task.whenDone(_ -> {});

        driven.runUntil(task::isDone);

        assertThat(task.exceptionNow())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("because a task started them or the loop made them")
                .hasMessageContaining("LowLevel.jdkThreadFactory()");
        executor.close();
    }

    // ---- the way out

    @Test
    @Feature("Escape hatch: virtual threads on the JDK's own scheduler")
    void threadOfTheJdkStartedInATaskRunsElsewhere() throws Exception {
        var where = new FutureTask<>(() -> loop.inLoop() || LowLevel.inTask());
        var mayNotSuspend = new FutureTask<>(() -> {
            sleep(ONE_SECOND);
            return "unreachable";
        });

        driven.run(() -> {
            ThreadFactory factory = LowLevel.jdkThreadFactory();
            factory.newThread(where).start();
            factory.newThread(mayNotSuspend).start();
        });

        assertThat(where.get()).isFalse();
        assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
                .isThrownBy(mayNotSuspend::get)
                .withCauseInstanceOf(IllegalStateException.class)
                .withMessageContaining("is not a task of an event loop");
    }

    @Test
    void threadOfTheJdkOutlivesTheLoopAndStartsThreadsLikeItself() throws Exception {
        var release = new CountDownLatch(1);
        var inner = new FutureTask<>(LowLevel::inTask);
        driven.run(() -> LowLevel.jdkThreadFactory()
                .newThread(() -> {
                    OtherThread.awaitUninterruptibly(release);
                    Thread.startVirtualThread(inner);
                })
                .start());

        loop.close();
        release.countDown();

        assertThat(inner.get()).isFalse();
    }

    @Test
    void executorOfJdkThreadsMayBlockATaskThatOffloadsToIt() {
        Task<Boolean> task = loop.createTask(() -> {
            try (var executor = Executors.newThreadPerTaskExecutor(LowLevel.jdkThreadFactory())) {
                return Async.offload(Offloading.on(executor), loop::inLoop);
            }
        });

        driven.runUntil(task::isDone);

        assertThat(task.resultNow()).isFalse();
    }

    @Test
    void threadOfTheJdkIsNoTask() throws Exception {
        var failing = new FutureTask<>(() -> {
            assertThatIllegalStateException().isThrownBy(Async::currentTask);
            return true;
        });

        LowLevel.jdkThreadFactory().newThread(failing).start();

        assertThat(failing.get()).isTrue();
    }
}
