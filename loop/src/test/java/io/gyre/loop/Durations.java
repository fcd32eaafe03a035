package io.gyre.loop;

import java.time.Duration;

/** Times of the clocks that tests move on. None of them passes on the system's clock. */
public final class Durations {
    /** One step of a clock. */
    public static final Duration ONE_SECOND = Duration.ofSeconds(1);

    /** Longer than what a test with seconds waits for. */
    public static final Duration ONE_HOUR = Duration.ofHours(1);

    /** Longer than any test lets pass by chance: what waits for a day is cancelled, or the clock jumps. */
    public static final Duration ONE_DAY = Duration.ofDays(1);

    private Durations() {}

    /** {@return a number of seconds} */
    public static Duration seconds(long number) {
        return Duration.ofSeconds(number);
    }
}
