package io.gyre.bench.scale.subject;

import java.time.Duration;
import java.util.SplittableRandom;

/** When timers are due, in no order, and the same for all subjects: those that are pending in an hour or two, others now. */
final class TimerDelays {
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();
    private static final long SOON_NANOS = 1_000;

    private final SplittableRandom random = new SplittableRandom(1);

    /** {@return nanoseconds} */
    long late() {
        return HOUR_NANOS + random.nextLong(HOUR_NANOS);
    }

    /** {@return nanoseconds} */
    long soon() {
        return random.nextLong(SOON_NANOS);
    }

    int index(int size) {
        return random.nextInt(size);
    }
}
