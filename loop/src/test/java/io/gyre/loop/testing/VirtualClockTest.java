package io.gyre.loop.testing;

import static io.gyre.loop.Async.await;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VirtualClockTest {
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final Executor LATER = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);

    private final List<String> log = new ArrayList<>();

    private static void run(VirtualClock clock, VoidBody<Exception> main) throws Exception {
        EventLoop.run(LoopOptions.defaults().withTicker(clock), main);
    }

    @Test
    void sleepCostsNoRealTime() throws Exception {
        var clock = VirtualClock.autojump();
        long start = System.nanoTime();

        run(clock, () -> sleep(Duration.ofDays(365)));

        assertThat(clock.elapsed()).isEqualTo(Duration.ofDays(365));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
    }

    @Test
    void clockJumpsFromTimerToTimer() throws Exception {
        var clock = VirtualClock.autojump();

        run(clock, () -> {
            Task<?> slow = createTask(() -> {
                sleep(Duration.ofSeconds(3));
                log.add("slow at " + clock.elapsed());
            });
            EventLoop.current().callLater(Duration.ofSeconds(2), () -> log.add("callback at " + clock.elapsed()));
            sleep(ONE_SECOND);
            log.add("main at " + clock.elapsed());
            slow.await();
        });

        assertThat(log).containsExactly("main at PT1S", "callback at PT2S", "slow at PT3S");
    }

    @Test
    void clockStandsStillWhileATaskCanRun() throws Exception {
        var clock = VirtualClock.autojump();

        run(clock, () -> {
            createTask(() -> sleep(ONE_SECOND));
            for (int i = 0; i < 200; i++) {
                yieldNow();
            }
            assertThat(clock.elapsed()).isZero();
        });
    }

    static Stream<Named<VoidBody<Exception>>> foreignWaits() {
        return Stream.of(
                Named.of("Thread.sleep", () -> Thread.sleep(20)),
                Named.of("Object.wait", VirtualClockTest::waitOnAMonitor),
                Named.of("a future of the JDK", () -> CompletableFuture.runAsync(() -> {}, LATER)
                        .join()),
                Named.of("await of a stage", () -> await(CompletableFuture.runAsync(() -> {}, LATER))),
                Named.of("an offloaded call", () -> offload(() -> Thread.sleep(20))),
                Named.of("a task of another loop", () -> EventLoop.run(() -> sleep(Duration.ofMillis(20)))));
    }

    private static void waitOnAMonitor() throws InterruptedException {
        var monitor = new Object();
        synchronized (monitor) {
            long end = System.nanoTime() + Duration.ofMillis(20).toNanos();
            while (end - System.nanoTime() > 0) {
                monitor.wait(20);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("foreignWaits")
    void foreignWaitHoldsTheClock(VoidBody<Exception> wait) throws Exception {
        var clock = VirtualClock.autojump();

        run(clock, () -> {
            Task<?> holder = createTask(() -> {
                wait.run();
                log.add("holder at " + clock.elapsed());
            });
            sleep(ONE_SECOND);
            log.add("main at " + clock.elapsed());
            holder.await();
        });

        assertThat(log).containsExactly("holder at PT0S", "main at PT1S");
    }

    @Test
    @SuppressWarnings("LockNotBeforeTry") // the lock is there to be waited for
    void holdersAreNamed() throws Exception {
        var clock = VirtualClock.autojump();
        var lock = new ReentrantLock();
        var released = new CountDownLatch(1);
        var stage = new CompletableFuture<String>();

        run(clock, () -> {
            lock.lock();
            var tasks = List.of(
                    createTask("locker", () -> {
                        lock.lock();
                        lock.unlock();
                    }),
                    createTask("offloader", () -> offload(() -> released.await())),
                    createTask("stager", () -> await(stage)),
                    createTask("sleeper", () -> sleep(ONE_SECOND)));
            awaitAllTasksParked();

            assertThat(clock.heldBy())
                    .containsExactly(
                            "task 'locker', parked in java.util.concurrent.locks.ReentrantLock.lock",
                            "task 'offloader', waiting for an offloaded call of " + VirtualClockTest.class.getName(),
                            "task 'stager', waiting for " + stage);

            lock.unlock();
            released.countDown();
            stage.complete("done");
            tasks.forEach(Task::await);
            assertThat(clock.heldBy()).isEmpty();
        });
    }

    @Test
    void clockHasNoHoldersBeforeItServesALoop() {
        assertThat(VirtualClock.autojump().heldBy()).isEmpty();
    }

    // ---- by hand

    @Test
    void manualClockStandsStill() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            Task<?> sleeper = createTask(() -> sleep(ONE_SECOND));
            awaitAllTasksParked();
            CompletableFuture.runAsync(() -> {}, LATER).join(); // the loop has waited for real

            assertThat(sleeper.isDone()).isFalse();
            assertThat(clock.elapsed()).isZero();

            clock.advance(ONE_SECOND);
            assertThat(sleeper.isDone()).isTrue();
        });
    }

    @Test
    void advanceMeetsEachTimerAtItsOwnInstant() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            createTask(() -> {
                for (; ; ) {
                    sleep(ONE_SECOND);
                    log.add("" + clock.elapsed());
                }
            });
            clock.advance(Duration.ofMillis(3500));

            assertThat(log).containsExactly("PT1S", "PT2S", "PT3S");
            assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(3500));
        });
    }

    @Test
    void advanceByZeroLetsEverythingRunThatCan() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            Task<?> task = createTask(() -> {
                yieldNow();
                yieldNow();
            });
            clock.advance(Duration.ZERO);

            assertThat(task.isDone()).isTrue();
            assertThat(clock.elapsed()).isZero();
        });
    }

    @Test
    void advanceToNextTimerStopsThere() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            Task<?> first = createTask(() -> sleep(ONE_SECOND));
            Task<?> second = createTask(() -> sleep(Duration.ofSeconds(5)));

            assertThat(clock.advanceToNextTimer()).isTrue();
            assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
            assertThat(first.isDone()).isTrue();
            assertThat(second.isDone()).isFalse();

            assertThat(clock.advanceToNextTimer()).isTrue();
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(5));
            assertThat(second.isDone()).isTrue();

            assertThat(clock.advanceToNextTimer()).isFalse();
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(5));
        });
    }

    @Test
    void holdersDoNotHoldAdvance() throws Exception {
        var clock = VirtualClock.autojump();
        var released = new CountDownLatch(1);

        run(clock, () -> {
            Task<?> holder = createTask(() -> released.await());
            clock.advance(ONE_SECOND);

            assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
            released.countDown();
            holder.await();
        });
    }

    @Test
    void betweenTwoTicksAdvanceMovesTheClockAtOnce() {
        var clock = VirtualClock.manual();
        try (EventLoop loop = EventLoop.create(LoopOptions.defaults().withTicker(clock))) {
            loop.callLater(ONE_SECOND, () -> log.add("callback"));
            loop.runOnce(Duration.ZERO);
            assertThat(log).isEmpty();

            clock.advance(Duration.ofSeconds(2));
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
            loop.runOnce(Duration.ZERO);
        }

        assertThat(log).containsExactly("callback");
    }

    @Test
    void timeDoesNotRunBackwards() {
        var clock = VirtualClock.manual();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
                .withMessageContaining("backwards");
    }

    @Test
    void twoTasksCannotAdvanceOneClock() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            Task<?> first = createTask("first", () -> clock.advance(ONE_SECOND));
            yieldNow();

            assertThatIllegalStateException()
                    .isThrownBy(clock::advanceToNextTimer)
                    .withMessage("task 'first' is moving this clock; one task at a time can");
            first.await();
        });
    }

    @Test
    void clockOfAnotherLoopCannotBeAdvanced() throws Exception {
        run(VirtualClock.manual(), () -> assertThatIllegalStateException()
                .isThrownBy(() -> VirtualClock.manual().advance(ONE_SECOND))
                .withMessageContaining("not that of EventLoop[gyre]"));
    }

    @Test
    void cancelEndsAdvanceAndLeavesTheClock() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            Task<?> mover = createTask("mover", () -> clock.advance(ONE_SECOND));
            yieldNow();
            assertThat(mover.waitsFor()).isEqualTo("the clock to reach PT1S");
            mover.cancel("not needed");
            awaitAllTasksParked();

            assertThat(mover.isCancelled()).isTrue();
            assertThat(clock.elapsed()).isZero();
            clock.advance(ONE_SECOND);
            assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
        });
    }
}
