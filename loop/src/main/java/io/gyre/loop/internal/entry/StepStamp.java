package io.gyre.loop.internal.entry;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Says to other threads what the loop thread is running at this moment.
 *
 * <p>{@link #begin} and {@link #end} belong to the loop thread; {@link #read} may be called from any thread.
 *
 * @param <S> what is run
 */
public final class StepStamp<S> {
    /*
     * Design.
     *
     * A number that is odd while something runs, and what that is. The writer never waits and pays three plain stores
     * for each step (on x86; release stores elsewhere). The reader asks for the number again after it has read the step:
     *
     *     writer   number = even   step = B   number = odd + 2
     *     reader   odd?            step       the same odd?
     *
     *   reads A, the number is the same after it   A ran throughout    OK
     *   reads B, which came behind the even one    the number differs  OK, not read
     * So a step is never given another's number. The broken twin in bench (StepStamp_Pair.Broken) asks for the number
     * once, and jcstress finds the pair that does not belong together.
     *
     * Rejected: reading the clock at each step, see decisions/0007.
     */
    private final AtomicLong number = new AtomicLong();
    private final AtomicReference<@Nullable S> step = new AtomicReference<>();

    /** Only the writer's. */
    private long last;

    /**
     * What is running.
     *
     * @param <S> what is run
     * @param number differs for each step
     * @param step what is run
     */
    public record Reading<S>(long number, S step) {}

    /** Creates a stamp that says that nothing runs. */
    public StepStamp() {}

    /**
     * Says that a step begins, and that the one before has ended.
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

    /** Says that nothing runs any more. */
    public void end() {
        last = (last | 1) + 1;
        number.setRelease(last);
        step.setRelease(null); // a task that has ended is nobody's any more
    }

    /** {@return what is running, or null if nothing is or it is just changing} */
    public @Nullable Reading<S> read() {
        long before = number.getAcquire();
        S read = step.getAcquire();
        return (before & 1) == 0 || read == null || number.getAcquire() != before ? null : new Reading<>(before, read);
    }
}
