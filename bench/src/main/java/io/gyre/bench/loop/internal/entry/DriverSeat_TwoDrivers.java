package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.DriverSeat;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Two threads want to drive a loop at once: does exactly one get it?
 *
 * <p>The result: whether the first got it, whether the second did.
 */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The first drives.")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The second drives.")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Both drive.")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Nobody drives.")
@State
public class DriverSeat_TwoDrivers {
    private final DriverSeat seat = new DriverSeat();

    @Actor
    public void first(II_Result result) {
        result.r1 = seat.take(Thread.currentThread()) == null ? 1 : 0;
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = seat.take(Thread.currentThread()) == null ? 1 : 0;
    }

    /** Here a thread asks whether the seat is free, and takes it, in two steps. */
    @JCStressTest
    @JCStressMeta(DriverSeat_TwoDrivers.class)
    @State
    public static class Broken {
        private volatile @Nullable Thread driver;

        @Actor
        public void first(II_Result result) {
            result.r1 = take() ? 1 : 0;
        }

        @Actor
        public void second(II_Result result) {
            result.r2 = take() ? 1 : 0;
        }

        private boolean take() {
            if (driver != null) {
                return false;
            }
            driver = Thread.currentThread();
            return true;
        }
    }
}
