package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future.State;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop lets its work finish before it closes. */
class ShutdownTest {
    private final List<Failure> failures = new ArrayList<>();
    private final VirtualClock clock = VirtualClock.autojump();
    private final EventLoop loop =
            EventLoop.create(LoopOptions.defaults().withTicker(clock).withFailureHandler(failures::add));
    private final List<String> log = new ArrayList<>();

    @AfterEach
    void close() {
        loop.close();
    }

    private Task<?> sleeper(String name, Duration duration) {
        return loop.createTask(name, () -> {
            try {
                sleep(duration);
                log.add(name + " done");
            } catch (CancelledException e) {
                log.add(name + " cancelled");
                throw e;
            }
        });
    }

    private void whenShuttingDown(Runnable callback) {
        loop.runUntilComplete(() -> {
            LowLevel.whenShuttingDown(callback);
        });
    }

    @Test
    @Feature("Graceful shutdown of a loop")
    void workFinishesAndTheLoopIsClosed() {
        sleeper("short", ONE_SECOND);
        sleeper("long", ONE_HOUR);

        assertThat(loop.shutdown(ONE_DAY)).isTrue();

        assertThat(log).containsExactly("short done", "long done");
        assertThat(clock.elapsed()).as("no longer than needed").isEqualTo(ONE_HOUR);
        assertThat(loop.isClosed()).isTrue();
        assertThat(failures).isEmpty();
    }

    @Test
    void whatDoesNotFinishInTimeIsCancelled() {
        sleeper("short", ONE_SECOND);
        Task<?> endless = sleeper("long", ONE_DAY);

        assertThat(loop.shutdown(ONE_HOUR)).isFalse();

        assertThat(log).containsExactly("short done", "long cancelled");
        assertThat(endless.state()).isEqualTo(State.CANCELLED);
        assertThat(clock.elapsed()).isEqualTo(ONE_HOUR);
        assertThat(loop.isClosed()).isTrue();
    }

    @Test
    void workThatWorkCreatesIsAwaitedToo() {
        loop.createTask(() -> {
            sleep(ONE_SECOND);
            createTask(() -> {
                sleep(ONE_SECOND);
                log.add("grandchild done");
            });
        });

        assertThat(loop.shutdown(ONE_HOUR)).isTrue();

        assertThat(log).containsExactly("grandchild done");
    }

    @Test
    void taskThatACallbackOfTheLastTaskCreatesIsAwaitedToo() {
        sleeper("first", ONE_SECOND).whenDone(done -> sleeper("second", ONE_SECOND));

        assertThat(loop.shutdown(ONE_HOUR)).isTrue();

        assertThat(log).containsExactly("first done", "second done");
    }

    @Test
    void systemTasksAreNotAwaitedAndEndLast() {
        loop.createSystemTask("clock", () -> {
            try {
                sleep(ONE_DAY);
            } finally {
                log.add("system task ended");
            }
        });
        sleeper("work", ONE_SECOND);

        assertThat(loop.shutdown(ONE_HOUR)).isTrue();

        assertThat(log).containsExactly("work done", "system task ended");
        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
    }

    @Test
    void idleLoopClosesAtOnce() {
        loop.callLater(ONE_HOUR, () -> log.add("timer"));

        assertThat(loop.shutdown(ONE_DAY)).isTrue();

        assertThat(log).isEmpty();
        assertThat(clock.elapsed()).isZero();
    }

    @Test
    void noGraceCancelsAtOnce() {
        sleeper("work", ONE_SECOND);
        whenShuttingDown(() -> log.add("stops accepting"));

        assertThat(loop.shutdown(Duration.ZERO)).isFalse();

        assertThat(log).containsExactly("stops accepting", "work cancelled");
        assertThat(clock.elapsed()).isZero();
    }

    @Test
    void abandonedCallIsWorkToo() throws Exception {
        var begun = new CountDownLatch(1);
        var released = new CountDownLatch(1);
        try (var real = EventLoop.create()) {
            Task<?> task =
                    real.createTask(() -> offload(Offloading.onLoopExecutor().withOnCancel(OnCancel.ABANDON), () -> {
                        begun.countDown();
                        released.await();
                        return log.add("call ended");
                    }));
            real.runUntilComplete(() -> {
                begun.await();
                task.cancelAndJoin("enough");
            });
            real.callLater(Duration.ofMillis(1), released::countDown);

            assertThat(real.shutdown(ONE_DAY)).isTrue();
        }

        assertThat(log).containsExactly("call ended");
    }

    @Test
    void whatAcceptsWorkIsToldOnceAndInOrderBeforeTheWorkEnds() {
        whenShuttingDown(() -> log.add("first"));
        whenShuttingDown(() -> log.add("second"));
        sleeper("work", ONE_SECOND);

        loop.shutdown(ONE_HOUR);
        loop.close();

        assertThat(log).containsExactly("first", "second", "work done");
    }

    @Test
    void closeTellsNobody() {
        whenShuttingDown(() -> log.add("told"));

        loop.close();

        assertThat(log).isEmpty();
    }

    @Test
    void withdrawnCallbackIsNotCalledAndNotKept() {
        loop.runUntilComplete(() -> {
            Handle handle = LowLevel.whenShuttingDown(() -> log.add("told"));
            handle.cancel();
            assertThat(handle.isCancelled()).isTrue();
        });
        assertThat(loop.core.shutdownCallbacks).isEmpty();

        loop.shutdown(ONE_HOUR);

        assertThat(log).isEmpty();
    }

    @Test
    void failureOfOneCallbackIsReportedAndTheOthersAreCalled() {
        whenShuttingDown(() -> {
            throw new IllegalStateException("boom");
        });
        whenShuttingDown(() -> log.add("second"));

        assertThat(loop.shutdown(ONE_HOUR)).isTrue();

        assertThat(log).containsExactly("second");
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("boom"));
    }

    @Test
    void whoBeginsToAcceptWhileTheLoopShutsDownIsToldAtOnce() {
        loop.createTask(() -> {
            sleep(ONE_SECOND);
            LowLevel.whenShuttingDown(() -> log.add("late"));
            sleep(ONE_SECOND);
            log.add("work done");
        });

        loop.shutdown(ONE_HOUR);

        assertThat(log).containsExactly("late", "work done");
    }

    @Test
    void callbackThatWaitsHoldsTheLoopNoLongerThanTheGrace() {
        whenShuttingDown(() -> sleep(ONE_DAY));

        assertThat(loop.shutdown(ONE_HOUR)).isFalse();

        assertThat(clock.elapsed()).isEqualTo(ONE_HOUR);
    }

    @Test
    void failureOfWorkThatIsAwaitedIsReported() {
        loop.createTask(() -> {
            sleep(ONE_SECOND);
            throw new IllegalStateException("boom");
        });

        assertThat(loop.shutdown(ONE_HOUR)).isTrue();

        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("boom"));
    }

    @Test
    void stopEndsTheGrace() {
        sleeper("work", ONE_DAY);
        loop.callLater(ONE_SECOND, loop::stop);

        assertThat(loop.shutdown(ONE_HOUR)).isFalse();

        assertThat(log).containsExactly("work cancelled");
        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
    }

    /** An interrupt that reaches the thread while it runs a step is lost, so it is sent until it arrives. */
    @Test
    void interruptEndsTheGraceAndIsRestored() throws Exception {
        Thread thread = Thread.currentThread();
        try (var real = EventLoop.create()) {
            Task<?> work = real.createTask(() -> sleep(ONE_DAY));
            var told = new CountDownLatch(1);
            real.runUntilComplete(() -> {
                LowLevel.whenShuttingDown(told::countDown);
            });
            FutureTask<?> interrupter = OtherThread.run(() -> {
                told.await();
                while (!work.isDone()) {
                    thread.interrupt();
                    Thread.onSpinWait();
                }
            });

            assertThat(real.shutdown(ONE_DAY)).isFalse();

            assertThat(Thread.interrupted()).isTrue();
            assertThat(work.isCancelled()).isTrue();
            interrupter.get();
        }
    }

    @Test
    void secondShutdownDoesNothing() {
        loop.shutdown(ONE_HOUR);

        assertThat(loop.shutdown(ONE_HOUR)).isTrue();
    }

    @Test
    void shutdownFromInsideIsRefusedAndNothingHasHappened() {
        whenShuttingDown(() -> log.add("told"));

        loop.runUntilComplete(() -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.shutdown(ONE_HOUR))
                    .withMessageContaining("shutdown");
        });

        assertThat(log).isEmpty();
        assertThat(loop.isClosed()).isFalse();
    }

    @Test
    @SuppressWarnings("NullAway") // misuse
    void graceMustBeGiven() {
        assertThatNullPointerException().isThrownBy(() -> loop.shutdown(null));
        assertThat(loop.isClosed()).isFalse();
    }

    @Test
    void portalShutsItsLoopDown() {
        LoopPortal portal = LoopPortal.start();
        var told = new CountDownLatch(1);
        portal.call(() -> {
            LowLevel.whenShuttingDown(told::countDown);
        });
        CompletableFuture<String> work = portal.createTask(() -> {
            sleep(Duration.ofMillis(2));
            return "done";
        });

        assertThat(portal.shutdown(ONE_DAY)).isTrue();
        portal.close();

        assertThat(work).isCompletedWithValue("done");
        assertThat(told.getCount()).isZero();
        assertThat(portal.loop().isClosed()).isTrue();
    }

    @Test
    void closeOfAPortalCutsItsShutdownShort() throws Exception {
        LoopPortal portal = LoopPortal.start();
        var told = new CountDownLatch(1);
        portal.call(() -> {
            LowLevel.whenShuttingDown(told::countDown);
        });
        CompletableFuture<?> work = portal.createTask(() -> sleep(ONE_DAY));
        var shutdown = OtherThread.call(() -> portal.shutdown(ONE_DAY));
        told.await();

        portal.close();

        assertThat(shutdown.get()).isFalse();
        assertThat(work).isCancelled();
    }

    @Test
    void shutdownOfAPortalInItsOwnLoopIsRefused() {
        try (LoopPortal portal = LoopPortal.start()) {
            portal.call(() -> assertThatIllegalStateException()
                    .isThrownBy(() -> portal.shutdown(ONE_DAY))
                    .withMessageContaining("would wait for itself"));
        }
    }
}
