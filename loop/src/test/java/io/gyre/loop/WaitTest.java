package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A wait ends by what it is for, by its cancellation or by its own error; nothing else ends it, and no word is lost. */
class WaitTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private static AbortHandler newHandler() {
        return new AbortHandler() {
            @Override
            public boolean abort() {
                return true;
            }
        };
    }

    // ---- what runs between the decision to wait and the park

    /** A lock of the JDK, held by another thread until told. */
    private static final class HeldLock {
        private final ReentrantLock lock = new ReentrantLock();
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final FutureTask<?> holder = OtherThread.run(() -> {
            lock.lock();
            try {
                held.countDown();
                release.await();
            } finally {
                lock.unlock();
            }
        });

        HeldLock() throws InterruptedException {
            held.await();
        }

        void passThrough() {
            lock.lock();
            try {
                lock.getHoldCount();
            } finally {
                lock.unlock();
            }
        }

        void release() throws Exception {
            release.countDown();
            holder.get();
        }
    }

    @Test
    void wakeUpThatComesWhileTheEndOfTheStepBlocksIsNotLost() throws Exception {
        var held = new HeldLock();
        LoopFuture<String> future = loop.createFuture();
        Task<?> waiter = driven.start(() -> {
            LowLevel.atEndOfStep(held::passThrough);
            log.add(future.await());
        });

        future.setResult("value");
        driven.settle();
        held.release();
        driven.runUntil(waiter::isDone);

        assertThat(log).containsExactly("value");
    }

    @Test
    void cancellationThatComesWhileTheEndOfTheStepBlocksIsNotLost() throws Exception {
        var held = new HeldLock();
        Task<?> waiter = driven.start(() -> {
            LowLevel.atEndOfStep(held::passThrough);
            sleep(ONE_DAY);
        });

        waiter.cancel("enough");
        driven.settle();
        held.release();
        driven.runUntil(waiter::isDone);

        assertThat(waiter.isCancelled()).isTrue();
        driven.assertIdle();
    }

    @Test
    void permitThatTheEndOfTheStepLeavesBehindEndsNoWait() {
        Task<?> waiter = driven.start(() -> {
            Thread self = Thread.currentThread();
            LowLevel.atEndOfStep(() -> LockSupport.unpark(self));
            sleep(ONE_SECOND);
            log.add("slept");
        });

        assertThat(log).isEmpty();
        driven.advance(ONE_SECOND);

        assertThat(waiter.isDone()).isTrue();
        assertThat(log).containsExactly("slept");
    }

    /** It would wait in the middle of the wait of the task that it runs in. */
    @Test
    void endOfStepThatSuspendsIsRefusedAndTheTaskGoesOn() {
        Task<?> waiter = driven.start(() -> {
            LowLevel.atEndOfStep(() -> sleep(ONE_DAY));
            sleep(ONE_SECOND);
            log.add("slept");
        });

        driven.advance(ONE_SECOND);

        assertThat(waiter.isDone()).isTrue();
        assertThat(log).containsExactly("slept");
        assertThat(driven.takeReportedFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a callback at the end of a step")
                .hasMessageContaining("must not suspend"));
        driven.assertIdle();
    }

    // ---- who may end it

    @Test
    void lateWordForAnotherWaitEndsNothing() {
        AbortHandler first = newHandler();
        Task<?> task = driven.start(() -> {
            LowLevel.park("the first word", first);
            log.add("first");
            LowLevel.park("the second word", newHandler());
            log.add("second");
        });

        assertThat(LowLevel.isParkedIn(task, first)).isTrue();
        assertThat(LowLevel.unpark(task, first)).isTrue();
        driven.settle();
        assertThat(LowLevel.isParkedIn(task, first)).isFalse();
        assertThat(LowLevel.unpark(task, first)).isFalse();
        driven.settle();
        assertThat(log).containsExactly("first");

        assertThat(LowLevel.unpark(task)).isTrue();
        driven.settle();
        assertThat(log).containsExactly("first", "second");
    }

    @Test
    void taskThatIsReadyIsNotUnparkedTwice() {
        AbortHandler handler = newHandler();
        Task<?> task = driven.start(() -> {
            LowLevel.park("a word", handler);
            log.add("on");
            yieldNow();
            log.add("and on");
        });

        assertThat(LowLevel.unpark(task, handler)).isTrue();
        assertThat(LowLevel.unpark(task, handler)).isFalse();
        LockSupport.unpark(((VirtualThreadTask<?>) task).thread()); // which makes the JDK submit it, too
        assertThat(loop.statistics().ready()).isEqualTo(1);
        driven.settle();

        assertThat(log).containsExactly("on", "and on");
    }

    // ---- errors out of it

    /** Calls itself until the stack is at its end, and does something there, and at each depth above. */
    private static void atTheEndOfTheStack(Runnable body) {
        descend(body, 0);
    }

    /** A frame takes some 100 bytes, so a few of them are a fine step; each try copies the whole stack. */
    @SuppressWarnings("InfiniteRecursion") // is the point
    private static void descend(Runnable body, int depth) {
        try {
            descend(body, depth + 1);
        } catch (StackOverflowError deep) {
            if (depth % 8 != 0) {
                throw deep;
            }
            body.run(); // overflows as well, until there is room for it
        }
    }

    @Test
    void waitThatOverflowsTheStackIsUndone() {
        LoopFuture<String> never = loop.createFuture();
        Task<?> task = loop.createTask(() -> {
            atTheEndOfTheStack(() -> sleep(ONE_SECOND));
            log.add("slept");
            Async.moveOnAfter(ONE_DAY, () -> {
                never.await();
            });
            log.add("waited");
        });
        driven.settle();

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);
        assertThat(log).as("a stale sleep would end the wait for the future").containsExactly("slept");
        assertThat(loop.statistics().timers()).isEqualTo(1);

        driven.advance(ONE_DAY);
        assertThat(log).containsExactly("slept", "waited");
        assertThat(task.isDone()).isTrue();
    }

    @Test
    void timersOfOthersSurviveAnOverflowOfTheStack() {
        var fired = new ArrayList<Integer>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.callLater(ONE_SECOND.multipliedBy(number), () -> fired.add(number));
        }
        driven.run(() -> atTheEndOfTheStack(() -> loop.callLater(ONE_SECOND, () -> {})));

        driven.advance(ONE_SECOND.multipliedBy(100));

        assertThat(fired).hasSize(100).isSorted();
    }

    @Test
    void wakeUpFromTheEndOfTheStackIsNotLost() {
        LoopFuture<String> future = loop.createFuture();
        var waiters = new ArrayList<Task<String>>();
        for (int i = 0; i < 10; i++) {
            waiters.add(loop.createTask(future::await));
        }
        driven.settle();

        driven.run(() -> atTheEndOfTheStack(() -> {
            if (!future.isDone()) {
                future.setResult("value");
            }
        }));

        assertThat(waiters).allSatisfy(waiter -> assertThat(waiter.resultNow()).isEqualTo("value"));
    }

    /** What ends with the step runs in the task that parks, however little stack it has left. */
    @Test
    void endOfStepThatFindsNoStackRunsAllTheSame() {
        var runs = new ArrayList<String>();
        driven.run(() -> atTheEndOfTheStack(() -> {
            if (runs.isEmpty()) {
                LowLevel.atEndOfStep(() -> runs.add(Thread.currentThread().getName()));
            }
            yieldNow();
            sleep(Duration.ZERO);
        }));

        assertThat(runs).isNotEmpty();
    }

    /** A group must not take a task that awaits something else later for one that waits for it. */
    @Test
    void groupWhoseWaitHasEndedByAnErrorWakesNobodyLater() {
        LoopFuture<@Nullable Void> gate = loop.createFuture();
        LoopFuture<String> never = loop.createFuture();
        Task<?> task = loop.createTask(() -> {
            boolean[] overflown = {false};
            atTheEndOfTheStack(() -> {
                if (!overflown[0]) {
                    overflown[0] = true;
                    TaskGroup.run(group -> group.createTask(() -> {
                        gate.await();
                    }));
                }
            });
            Async.moveOnAfter(ONE_DAY, () -> {
                never.await();
            });
            log.add("waited a day");
        });
        driven.settle();

        gate.setResult(null);
        driven.settle();
        assertThat(log).isEmpty();
        driven.advance(ONE_DAY);

        assertThat(task.isDone()).isTrue();
        assertThat(log).containsExactly("waited a day");
        driven.takeFailures();
    }

    // ---- a task that goes on although it is cancelled

    @Test
    void taskThatSwallowsItsCancellationLetsOthersRun() {
        try (var warnings = new LoopLog()) {
            Task<?> poller = loop.createTask("poller", () -> {
                int[] caught = {0};
                while (caught[0] < 1_000) {
                    try {
                        sleep(ONE_DAY);
                    } catch (RuntimeException tryAgain) {
                        caught[0]++;
                    }
                }
            });
            Task<?> other = loop.createTask(() -> {
                for (int i = 0; i < 100; i++) {
                    yieldNow();
                    log.add("turn");
                }
            });
            driven.tick();

            poller.cancel("no longer wanted");
            for (int i = 0; i < 50; i++) {
                driven.tick();
            }
            assertThat(log).as("turns of the other").hasSizeGreaterThan(40);
            assertThat(poller.isDone()).isFalse();
            driven.settle();

            assertThat(other.isDone()).isTrue();
            assertThat(warnings.count("task 'poller' was cancelled 128 times and goes on (no longer wanted)"))
                    .isEqualTo(1);
            assertThat(warnings.first("task 'poller' was cancelled"))
                    .contains("WaitTest.java")
                    .contains("created at");
        }
    }

    @Test
    void loopWithATaskThatSwallowsItsCancellationCloses() throws Exception {
        var stop = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        EventLoop closing = EventLoop.create(LoopOptions.defaults()
                .withCloseTimeout(Duration.ofMillis(20))
                .withFailureHandler(failure -> log.add(failure.what())));
        closing.createTask("poller", () -> {
            while (stop.getCount() > 0) {
                try {
                    sleep(ONE_DAY);
                } catch (RuntimeException tryAgain) {
                    // as one should not
                }
            }
            ended.countDown();
        });
        closing.runOnce(Duration.ZERO);

        closing.close();
        stop.countDown();
        ended.await();

        assertThat(log).singleElement().asString().startsWith("task 'poller' was cancelled and has not ended within");
    }

    @Test
    void checkCancelledInALoopIsTheTasksOwnBusiness() {
        driven.run(() -> CancelScope.run(scope -> {
            scope.cancel("enough");
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(CancelledException.class).isThrownBy(Async::checkCancelled);
            }
        }));
        driven.assertIdle();
    }
}
