package io.gyre.loop.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VirtualClockAdvanceTest {
    private final List<String> log = new ArrayList<>();

    private static void run(VirtualClock clock, VoidBody<Exception> main) throws Exception {
        EventLoop.run(LoopOptions.defaults().withTicker(clock), main);
    }

    @Test
    void manualClockStandsStill() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            Task<?> sleeper = createTask(() -> sleep(ONE_SECOND));
            awaitAllTasksParked();
            CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))
                    .join(); // the loop has waited for real

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
                .withMessageContaining("not that of " + EventLoop.current()));
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
