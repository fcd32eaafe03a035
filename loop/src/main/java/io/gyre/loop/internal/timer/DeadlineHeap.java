package io.gyre.loop.internal.timer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines in order of their instants, equal instants in order of insertion. For one thread.
 *
 * <p>Insertion and removal cost O(log n), reading the earliest instant O(1). A removed entry leaves nothing behind.
 *
 * @param <E> the entries
 */
public final class DeadlineHeap<E extends Deadline> {
    /*
     * Design.
     *
     * A 4-ary heap in an array; each entry knows its index, so a cancelled timer is taken out at once instead of being
     * kept until it surfaces. Most timers are timeouts and nearly all of those are cancelled: with lazy removal a busy
     * server holds garbage for the length of its timeouts. Four children instead of two halve the height, and siblings
     * share a cache line. The instants have their own array beside the entries, so a sift reads entries only to break a
     * tie.
     *
     * Instants are compared by subtraction: nanoTime may wrap, and pending instants lie within 2^63 ns of each other.
     *
     * Insertion and removal are one method each and call nothing once they have begun to move entries. A stack overflow
     * strikes on method entry and an OutOfMemoryError on allocation, so neither leaves the heap half changed. All
     * timers of the loop are in here, and a task may sleep deep in a recursion.
     *
     * Rejected: a timing wheel. It is O(1), but has a granularity, and must be turned or scanned to find the next
     * instant, which each select needs.
     */
    private static final int ARITY = 4;
    private static final int INITIAL_CAPACITY = 64;

    private @Nullable Deadline[] entries = new Deadline[INITIAL_CAPACITY];
    private long[] instants = new long[INITIAL_CAPACITY];
    private int size;
    private int nextSequence;

    /** Creates an empty heap. */
    public DeadlineHeap() {}

    /** {@return the number of entries} */
    public int size() {
        return size;
    }

    /** {@return whether there is no entry} */
    public boolean isEmpty() {
        return size == 0;
    }

    /** {@return the earliest instant in nanoseconds; meaningless if the heap is empty} */
    public long earliestNanos() {
        return instants[0];
    }

    /**
     * Adds an entry. If this throws an error of the JVM, nothing was added.
     *
     * @param entry an entry that is in no heap
     */
    @SuppressWarnings("NullAway") // indices below size hold entries
    public void add(E entry) {
        if (entry.index != Deadline.ABSENT) {
            throw new IllegalStateException("already in a heap: " + entry);
        }
        if (size == entries.length) {
            resize(2 * size);
        }
        // No calls and no allocations from here on.
        Deadline added = entry;
        long instant = added.deadlineNanos;
        int sequence = nextSequence++;
        int index = size++;
        while (index > 0) {
            int parent = (index - 1) / ARITY;
            long later = instant - instants[parent];
            Deadline above = entries[parent];
            if (later > 0 || (later == 0 && sequence - above.sequence > 0)) {
                break;
            }
            entries[index] = above;
            instants[index] = instants[parent];
            above.index = index;
            index = parent;
        }
        entries[index] = added;
        instants[index] = instant;
        added.sequence = sequence;
        added.index = index;
    }

    /**
     * Removes an entry, wherever it is.
     *
     * @param entry the entry
     * @return false if it was in no heap
     */
    public boolean remove(E entry) {
        if (entry.index == Deadline.ABSENT) {
            return false;
        }
        removeAt(entry.index);
        return true;
    }

    /**
     * Removes the earliest entry if its instant has come.
     *
     * @param nowNanos the current instant
     * @return the entry, or null if none is due
     */
    @SuppressWarnings("unchecked") // only add stores entries
    public @Nullable E pollDue(long nowNanos) {
        if (size == 0 || instants[0] - nowNanos > 0) {
            return null;
        }
        E earliest = (E) entries[0];
        removeAt(0);
        return earliest;
    }

    /** Fills a gap with the last entry, which then moves down or, if it is earlier than its parent, up. */
    @SuppressWarnings("NullAway") // indices below size hold entries
    private void removeAt(int gap) {
        shrinkIfSparse();
        // No calls and no allocations from here on.
        entries[gap].index = Deadline.ABSENT;
        int end = --size;
        Deadline moved = entries[end];
        long instant = instants[end];
        entries[end] = null;
        if (gap == end) {
            return;
        }
        int sequence = moved.sequence;
        int index = gap;
        for (int first = ARITY * index + 1; first < end; first = ARITY * index + 1) {
            int child = first;
            for (int other = first + 1; other < end && other < first + ARITY; other++) {
                long later = instants[other] - instants[child];
                if (later < 0 || (later == 0 && entries[other].sequence - entries[child].sequence < 0)) {
                    child = other;
                }
            }
            long later = instant - instants[child];
            Deadline below = entries[child];
            if (later < 0 || (later == 0 && sequence - below.sequence < 0)) {
                break;
            }
            entries[index] = below;
            instants[index] = instants[child];
            below.index = index;
            index = child;
        }
        for (boolean up = index == gap; up && index > 0; ) {
            int parent = (index - 1) / ARITY;
            long later = instant - instants[parent];
            Deadline above = entries[parent];
            if (later > 0 || (later == 0 && sequence - above.sequence > 0)) {
                break;
            }
            entries[index] = above;
            instants[index] = instants[parent];
            above.index = index;
            index = parent;
        }
        entries[index] = moved;
        instants[index] = instant;
        moved.index = index;
    }

    /**
     * Shrinks the arrays when only a quarter is used. If there is no memory for the smaller arrays, keeps the large
     * ones.
     */
    private void shrinkIfSparse() {
        if (size == entries.length / 4 && size >= INITIAL_CAPACITY) {
            try {
                resize(entries.length / 2);
            } catch (OutOfMemoryError lateRatherThanNever) {
                // the next removal at this size tries again
            }
        }
    }

    private void resize(int capacity) {
        Deadline[] newEntries = Arrays.copyOf(entries, capacity);
        long[] newInstants = Arrays.copyOf(instants, capacity);
        entries = newEntries;
        instants = newInstants;
    }
}
