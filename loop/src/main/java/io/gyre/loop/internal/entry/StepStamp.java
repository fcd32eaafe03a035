package io.gyre.loop.internal.entry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Tells other threads what the loop thread is running at the moment.
 *
 * <p>{@link #begin} and {@link #end} belong to the loop thread; {@link #read} may be called from any thread.
 *
 * @param <S> the steps
 */
public final class StepStamp<S> {
    /*
     * Design.
     *
     * A number, which is odd while a step runs, and the step. The writer never waits and pays three plain stores for
     * each step (on x86; release stores elsewhere). The upper half of the number counts the ticks, so that the reader
     * sees a long tick without another store. The lower half begins at zero in each tick:
     *
     *     tick      count of steps   1 while a step runs
     *     63 … 32   31 …………………… 1    0
     *
     * The reader reads the number again after the step:
     *
     *     writer   number = even   step = B   number = odd + 2
     *     reader   odd?            step       the same odd?
     *
     *   reads A, the number is the same after it   A ran throughout    OK
     *   reads B, which came behind the even one    the number differs  OK, not read
     * So a step never gets the number of another step. The broken twin in bench (StepStamp_Pair.Broken) reads the
     * number once, and jcstress finds a mismatched pair.
     *
     * Rejected: reading the clock at each step, see decisions/0007.
     */
    private static final int TICK_SHIFT = 32;
    private static final long STEPS_OF_TICK = (1L << TICK_SHIFT) - 1;

    /** A step begins within nanoseconds, unless its thread has just lost the processor. */
    private static final int READS = 100;

    private final AtomicLong number = new AtomicLong();
    private final AtomicReference<@Nullable S> step = new AtomicReference<>();

    /** Only for the writer. */
    private long last;

    /**
     * The running step.
     *
     * @param <S> the steps
     * @param number differs for each step
     * @param step the step
     */
    public record Reading<S>(long number, S step) {
        /** {@return the tick in which the step runs; differs for each tick} */
        public long tick() {
            return number >>> TICK_SHIFT;
        }

        /** {@return how many steps of the tick have begun, with this one} */
        public long stepsOfTick() {
            return (number & STEPS_OF_TICK) >>> 1;
        }
    }

    /** Creates a stamp without a running step. */
    public StepStamp() {}

    /**
     * Marks the beginning of a step and the end of the step before.
     *
     * @param next the step
     */
    public void begin(S next) {
        long odd = last | 1;
        number.setRelease(odd + 1);
        step.setRelease(next);
        last = odd + 2;
        number.setRelease(last);
    }

    /** Marks the end of the step and of its tick. */
    public void end() {
        last = ((last >>> TICK_SHIFT) + 1) << TICK_SHIFT;
        number.setRelease(last);
        step.setRelease(null); // keep no reference to a task that has ended
    }

    /**
     * {@return the number of the running step, or an even one if none runs} Whoever has read it sees all that was done before
     * that step began, or since the last one ended; and as long as it stays the same, no step has begun or ended.
     */
    public long number() {
        return number.getAcquire();
    }

    /** {@return the running step, or null if there is none; also, very rarely, if it is just changing} */
    public @Nullable Reading<S> read() {
        for (int reads = 0; reads < READS; reads++) {
            long before = number.getAcquire();
            if ((before & STEPS_OF_TICK) == 0) {
                return null;
            }
            S read = step.getAcquire();
            if ((before & 1) == 1 && read != null && number.getAcquire() == before) {
                return new Reading<>(before, read);
            }
            Thread.onSpinWait();
        }
        return null;
    }
}
