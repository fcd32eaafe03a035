package io.gyre.loop.internal.entry;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Tells other threads how many tasks a loop has.
 *
 * <p>{@link #tell} belongs to the loop thread; {@link #read} may be called from any thread.
 */
public final class TaskTally {
    /*
     * Design.
     *
     * Both numbers are in one word, so that a reader never sees one without the other: a reader that counts the tasks on
     * their way to the loop would count a task twice, or not at all. The broken twin in bench (TaskTally_Pair.Broken) has
     * two words.
     *
     * The loop tells its numbers in each tick, and a store that waits for the other processors would cost it more than
     * all else here; so it is a release store, which other threads see soon.
     */
    private final AtomicLong word = new AtomicLong();

    /** Only for the writer. */
    private long told;

    /**
     * What a loop has told.
     *
     * @param begun how many tasks there have been; wraps around
     * @param tasks how many there are
     */
    public record Reading(int begun, int tasks) {}

    /** Creates a tally without tasks. */
    public TaskTally() {}

    /**
     * Tells both numbers.
     *
     * @param begun how many tasks there have been
     * @param tasks how many there are
     */
    public void tell(int begun, int tasks) {
        long now = (long) begun << 32 | tasks;
        if (now != told) {
            told = now;
            word.setRelease(now);
        }
    }

    /** {@return what was told last} */
    public Reading read() {
        long read = word.getAcquire();
        return new Reading((int) (read >>> 32), (int) read);
    }
}
