package io.gyre.loop.internal.entry;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The sleep of a watcher for as long as all that it watches is idle: what stops being idle wakes it.
 *
 * <p>{@link #begin} and {@link #end} belong to the watcher, {@link #wake} to whatever it watches.
 */
public final class Doze {
    /*
     * Design.
     *
     * One word: the thread that sleeps or is about to. Each side writes its own word, and then reads that of the other:
     *
     *     watcher   (1) sleeper = itself    (2) all idle?   yes: park
     *     watched   (3) idle = no           (4) sleeper?    not null: unpark
     *
     * All are volatile accesses, so there is one order of all of them, and in it either (3) comes before (2), or (1)
     * before (4):
     *   (3) before (2)                 the watcher sees that not all is idle, and does not park    OK
     *   (2) before (3), so (1) before (4)   the watched sees the sleeper and unparks it; an unpark before the park is not
     *                                  lost                                                       OK
     * For a loop, (3) is EntryQueue.awake, which it needs anyway, or taking the DriverSeat. So the watcher's sleep costs a
     * loop one volatile load after a wait that has blocked, and a tick that does not wait nothing.
     *
     * The broken twin in bench (Doze_MissedWake.Broken) asks before it announces itself, and jcstress finds the watcher
     * asleep although nobody will wake it.
     */
    private final AtomicReference<@Nullable Thread> sleeper = new AtomicReference<>();

    /** Creates a doze that nobody is in. */
    public Doze() {}

    /**
     * Announces that the caller is about to park.
     *
     * @param allIdle whether all that it watches is idle, by volatile reads
     * @return whether to park; if not, the announcement is withdrawn
     */
    public boolean begin(BooleanSupplier allIdle) {
        sleeper.set(Thread.currentThread());
        boolean sleeps = allIdle.getAsBoolean();
        if (!sleeps) {
            end();
        }
        return sleeps;
    }

    /** Ends the doze. In the thread that has begun it. */
    public void end() {
        sleeper.set(null);
    }

    /**
     * Wakes the sleeper, if there is one. To be called after the volatile write that ends an idleness.
     *
     * @return whether there was one
     */
    public boolean wake() {
        Thread asleep = sleeper.get();
        if (asleep == null) {
            return false;
        }
        sleeper.set(null); // others need not wake it, too
        LockSupport.unpark(asleep);
        return true;
    }

    /** {@return whether there is a sleeper, or one that is about to sleep} Any thread. */
    public boolean isAsleep() {
        return sleeper.get() != null;
    }
}
