package io.gyre.loop;

import java.time.Duration;
import java.util.Objects;

/**
 * A clock that ticks at a fixed rate, for periodic work.
 *
 * {@snippet :
 * Interval every10s = Interval.of(Duration.ofSeconds(10));
 * while (true) {
 *     every10s.await();
 *     report();
 * }
 * }
 *
 * <p>The first tick comes one period after the interval was created. Unlike with a {@code sleep} in a loop, the time
 * that the work takes does not delay the next tick. {@link MissedTicks} says what happens when the work takes longer
 * than a period.
 *
 * <p><b>Confinement:</b> tasks of one loop, one at a time.
 *
 * <p><b>Source:</b> tokio {@code time::interval}.
 */
public final class Interval {
    /** What happens to ticks that were due while no task waited. */
    public enum MissedTicks {
        /** They come at once, one after the other, until the schedule has caught up. */
        BURST,
        /** They are dropped, and the schedule is shifted: the next tick comes one period after the current one. */
        DELAY,
        /** One comes at once, the others are dropped, and the next tick comes as scheduled. */
        SKIP
    }

    private final long periodNanos;
    private final MissedTicks missedTicks;
    private long nextNanos;

    private Interval(Duration period, MissedTicks missedTicks) {
        if (!period.isPositive()) {
            throw new IllegalArgumentException("the period of an interval is " + period + "; it must be positive");
        }
        this.periodNanos = LoopCore.saturatedNanos(period);
        this.missedTicks = Objects.requireNonNull(missedTicks);
        this.nextNanos = LoopCore.current().time() + periodNanos;
    }

    /**
     * {@return an interval that {@linkplain MissedTicks#SKIP skips} missed ticks}
     *
     * @param period from one tick to the next
     * @throws IllegalArgumentException if the period is not positive
     */
    public static Interval of(Duration period) {
        return new Interval(period, MissedTicks.SKIP);
    }

    /**
     * {@return an interval}
     *
     * @param period from one tick to the next
     * @param missedTicks what happens to missed ticks
     * @throws IllegalArgumentException if the period is not positive
     */
    public static Interval of(Duration period, MissedTicks missedTicks) {
        return new Interval(period, missedTicks);
    }

    /**
     * Waits for the next tick.
     *
     * <p><b>Suspends:</b> always, until then; for a missed tick, until the next tick of the loop. <b>Cancellation:</b>
     * the tick is kept for the next call.
     *
     * @return the instant for which the tick was scheduled, in nanoseconds of {@link EventLoop#time()}
     */
    public long await() {
        long scheduled = nextNanos;
        Async.sleepUntil(scheduled);
        nextNanos = next(scheduled, LoopCore.current().time());
        return scheduled;
    }

    private long next(long scheduled, long now) {
        return switch (missedTicks) {
            case BURST -> scheduled + periodNanos;
            case DELAY -> now + periodNanos;
            case SKIP -> scheduled + ((now - scheduled) / periodNanos + 1) * periodNanos;
        };
    }

    @Override
    public String toString() {
        return "Interval[" + Duration.ofNanos(periodNanos) + ", " + missedTicks + "]";
    }
}
