package io.gyre.loop.internal.timer;

/** An entry of a {@link DeadlineHeap}: an instant, and the entry's index while it is in a heap. */
public abstract class Deadline {
    static final int ABSENT = -1;

    /** Read by the heap, which calls nothing while it moves entries. */
    final long deadlineNanos;

    /**
     * The order of insertion, which decides between equal instants. Set by the heap. May wrap: then two timers of the
     * same instant, two billion insertions apart, fire in the wrong order; a long would cost each sleeping task eight
     * bytes.
     */
    int sequence;
    /** The index in the heap, {@link #ABSENT} while the entry is in no heap. Set by the heap. */
    int index = ABSENT;

    /**
     * Creates an entry that is in no heap.
     *
     * @param deadlineNanos the instant, in nanoseconds of the heap user's clock
     */
    protected Deadline(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /** {@return the instant, in nanoseconds; compare by subtraction, because it may wrap} */
    public final long deadlineNanos() {
        return deadlineNanos;
    }

    /** {@return whether this entry is in a heap} */
    public final boolean isPending() {
        return index != ABSENT;
    }
}
