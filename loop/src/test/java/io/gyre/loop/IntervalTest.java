package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.Interval.MissedTicks;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;
import java.util.concurrent.TimeUnit;

class IntervalTest {
    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(1000 * seconds));
    }

    /** Awaits so many ticks, takes 3.5 s over the first, and says when each came. */
    private static List<Double> ticksAroundAPause(Interval interval, int count, VirtualClock clock) {
        var ticks = new ArrayList<Double>();
        for (int i = 0; i < count; i++) {
            interval.await();
            ticks.add(clock.elapsed().toMillis() / 1000.0);
            if (i == 0) {
                sleep(seconds(2.5));
            }
        }
        return ticks;
    }

    @LoopTest
    void ticksKeepTheirScheduleWhateverTheWorkTakes(VirtualClock clock) {
        Interval interval = Interval.of(seconds(1));
        var ticks = new ArrayList<Duration>();

        for (int i = 0; i < 3; i++) {
            interval.await();
            ticks.add(clock.elapsed());
            sleep(seconds(0.4));
        }

        assertThat(ticks).containsExactly(seconds(1), seconds(2), seconds(3));
    }

    @LoopTest
    void missedTicksAreSkippedButForOne(VirtualClock clock) {
        assertThat(ticksAroundAPause(Interval.of(seconds(1)), 4, clock)).containsExactly(1.0, 3.5, 4.0, 5.0);
    }

    @LoopTest
    void missedTicksComeInABurst(VirtualClock clock) {
        Interval interval = Interval.of(seconds(1), MissedTicks.BURST);

        assertThat(ticksAroundAPause(interval, 5, clock)).containsExactly(1.0, 3.5, 3.5, 4.0, 5.0);
    }

    @LoopTest
    void missedTicksDelayTheSchedule(VirtualClock clock) {
        Interval interval = Interval.of(seconds(1), MissedTicks.DELAY);

        assertThat(ticksAroundAPause(interval, 4, clock)).containsExactly(1.0, 3.5, 4.5, 5.5);
    }

    @LoopTest
    void tickSaysForWhenItWasScheduled() {
        Interval interval = Interval.of(seconds(1));
        sleep(seconds(1.7));

        assertThat(interval.await()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @LoopTest
    void cancelledWaitKeepsItsTick(VirtualClock clock) {
        Interval interval = Interval.of(seconds(1));
        Task<Long> waiter = createTask(() -> interval.await());
        awaitAllTasksParked();

        waiter.cancelAndJoin("test");
        interval.await();

        assertThat(waiter.state()).isEqualTo(State.CANCELLED);
        assertThat(clock.elapsed()).isEqualTo(seconds(1));
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }

    @LoopTest
    void periodMustBePositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Interval.of(Duration.ZERO))
                .withMessageContaining("PT0S; it must be positive");
        assertThat(Interval.of(seconds(1))).hasToString("Interval[PT1S, SKIP]");
    }
}
