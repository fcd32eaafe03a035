package io.gyre.loop.testing;

import static io.gyre.loop.Async.await;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
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
    @Feature("Virtual clock that waits for I/O and threads, and names them")
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
                            "task 'stager', waiting for a CompletableFuture (Not completed, 1 dependents)");

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
}
