package io.gyre.bench.loop.internal.entry;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.gyre.loop.internal.entry.StepStamp;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/** The loop begins the steps 1 and 2, the watchdog reads: does it ever see one step with the number of the other? */
@JCStressTest
@Outcome(
        id = {"0, 0", "3, 1", "5, 2"},
        expect = ACCEPTABLE,
        desc = "Nothing, or a step with its own number.")
@Outcome(expect = FORBIDDEN, desc = "A step with the number of the other.")
@State
public class StepStamp_Pair {
    private final StepStamp<Integer> stamp = new StepStamp<>();

    @Actor
    public void run() {
        stamp.begin(1);
        stamp.begin(2);
    }

    @Actor
    public void look(JI_Result result) {
        StepStamp.Reading<Integer> reading = stamp.read();
        if (reading != null) {
            result.r1 = reading.number();
            result.r2 = reading.step();
        }
    }

    /** Here the watchdog does not ask for the number again. */
    @JCStressTest
    @JCStressMeta(StepStamp_Pair.class)
    @State
    public static class Broken {
        private final AtomicLong number = new AtomicLong();
        private final AtomicReference<Integer> step = new AtomicReference<>();

        @Actor
        public void run() {
            begin(2, 1);
            begin(4, 2);
        }

        private void begin(long even, int next) {
            number.setRelease(even);
            step.setRelease(next);
            number.setRelease(even + 1);
        }

        @Actor
        public void look(JI_Result result) {
            long read = number.getAcquire();
            Integer running = step.getAcquire();
            if ((read & 1) == 1 && running != null) {
                result.r1 = read;
                result.r2 = running;
            }
        }
    }
}
