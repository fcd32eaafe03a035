package io.gyre.loop.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.ManualTicker;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import io.gyre.loop.spi.IdleLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that moves by itself, faster or slower than real time. */
class VirtualClockRateTest {
    /** So fast that an hour takes a real millisecond. */
    private static final double FAST = 3_600_000;

    private final ManualTicker real = new ManualTicker();

    private static void run(VirtualClock clock, VoidBody<Exception> main) throws Exception {
        EventLoop.run(LoopOptions.defaults().withTicker(clock), main);
    }

    /** A loop with nothing to do until a timer is due. */
    private record Idle(long untilTimerNanos) implements IdleLoop {
        @Override
        public boolean isSettled() {
            return true;
        }

        @Override
        public List<Hold> holds() {
            return List.of(new Hold("task 'x'", "parked", false));
        }
    }

    private static long waitOf(VirtualClock clock, Duration untilTimer) {
        return clock.waitNanos(Duration.ofDays(1).toNanos(), new Idle(untilTimer.toNanos()));
    }

    @Test
    void clockMovesAsOftenAsTheRateSays() {
        var fast = VirtualClock.atRate(60, real);
        var slow = VirtualClock.atRate(0.5, real);

        real.advance(ONE_SECOND);

        assertThat(fast.elapsed()).isEqualTo(Duration.ofMinutes(1));
        assertThat(slow.elapsed()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void newRateCountsFromNowOn() {
        var clock = VirtualClock.atRate(60, real);
        real.advance(ONE_SECOND);

        clock.setRate(2);
        real.advance(ONE_SECOND);
        clock.setRate(0);
        real.advance(ONE_SECOND);

        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(62));
        assertThat(clock.rate()).isZero();
    }

    @Test
    void advanceAddsToTheRate() {
        var clock = VirtualClock.atRate(1, real);
        real.advance(ONE_SECOND);

        clock.advance(Duration.ofHours(1));
        real.advance(ONE_SECOND);

        assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1).plusSeconds(2));
    }

    @Test
    void idleLoopWaitsTheRealTimeUntilTheTimer() {
        assertThat(waitOf(VirtualClock.atRate(60, real), Duration.ofMinutes(1))).isEqualTo(ONE_SECOND.toNanos());
        assertThat(waitOf(VirtualClock.atRate(0.5, real), ONE_SECOND))
                .isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(waitOf(VirtualClock.atRate(3, real), Duration.ofNanos(10)))
                .as("rounded up")
                .isEqualTo(4);
        assertThat(waitOf(VirtualClock.atRate(0, real), ONE_SECOND))
                .as("what the driver allows")
                .isEqualTo(Duration.ofDays(1).toNanos());
    }

    @Test
    void heldClockThatJumpsMovesAtItsRateMeanwhile() {
        var clock = VirtualClock.autojump();
        clock.setRate(10);

        assertThat(waitOf(clock, ONE_SECOND)).isEqualTo(Duration.ofMillis(100).toNanos());
    }

    @Test
    void sleepTakesTheRealTimeOfTheRate() throws Exception {
        var clock = VirtualClock.atRate(FAST);
        long begin = System.nanoTime();

        run(clock, () -> sleep(Duration.ofHours(1)));

        assertThat(clock.elapsed()).isGreaterThanOrEqualTo(Duration.ofHours(1));
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(1_000_000);
    }

    @Test
    void taskStartsTheClockWhileOthersSleep() throws Exception {
        var clock = VirtualClock.manual();

        run(clock, () -> {
            Task<?> sleeper = createTask(() -> sleep(Duration.ofHours(1)));
            awaitAllTasksParked();
            assertThat(clock.elapsed()).isZero();
            clock.setRate(FAST);
            sleeper.await();
        });

        assertThat(clock.elapsed()).isGreaterThanOrEqualTo(Duration.ofHours(1));
    }

    @Test
    void clockThatPassesItsGoalByItselfEndsTheAdvance() throws Exception {
        var clock = VirtualClock.atRate(FAST);

        run(clock, () -> {
            var released = new CountDownLatch(1);
            createTask(() -> {
                long hour = clock.nanoTime() + Duration.ofHours(1).toNanos();
                while (clock.nanoTime() < hour) {
                    Thread.onSpinWait();
                }
                released.countDown();
            });
            clock.advance(ONE_SECOND);
            assertThat(released.getCount()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY, -0.001})
    void rateThatIsNoneIsRefused(double rate) {
        var clock = VirtualClock.manual();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> VirtualClock.atRate(rate))
                .withMessageContaining("the rate is " + rate);
        assertThatIllegalArgumentException().isThrownBy(() -> clock.setRate(rate));
        assertThat(clock.rate()).isZero();
    }

    @Test
    void hugeRateLeadsToTheLastInstant() {
        var clock = VirtualClock.atRate(Double.MAX_VALUE, real);

        real.advance(ONE_SECOND);
        clock.advance(ONE_SECOND);

        assertThat(clock.nanoTime()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void textSaysTheRate() {
        var clock = VirtualClock.atRate(60, real);
        assertThat(clock).hasToString("VirtualClock[PT0S, rate 60.0]");

        clock.setRate(0);

        assertThat(clock).hasToString("VirtualClock[PT0S]");
    }
}
