package io.gyre.loop.internal.timer;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines in order of their instants, equal ones in order of entry. For one thread.
 *
 * <p>Insertion and removal cost O(log n), the earliest O(1). A removed entry leaves nothing behind.
 *
 * @param <E> the entries
 */
public final class DeadlineHeap<E extends Deadline> {
    /*
     * Design.
     *
     * A 4-ary heap in an array; each entry knows its index, so a cancelled timer is taken out at once instead of being
     * kept until it surfaces. Most timers are timeouts and nearly all of those are cancelled: with lazy removal a busy
     * server holds garbage for as long as its timeouts are long. Four children instead of two halve the height, and
     * siblings share a cache line. The instants stand beside the entries in an array of their own, so that a sift
     * reads entries only to break a tie.
     *
     * Instants are compared by subtraction: nanoTime may wrap, and pending instants lie within 2^63 ns of each other.
     *
     * Rejected: a timing wheel. It is O(1), but has a granularity, and must be turned or scanned to learn the next
     * instant, which each select asks for.
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
     * Adds an entry.
     *
     * @param entry an entry that is in no heap
     */
    public void add(E entry) {
        if (entry.isPending()) {
            throw new IllegalStateException("already in a heap: " + entry);
        }
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
            instants = Arrays.copyOf(instants, 2 * size);
        }
        entry.sequence = nextSequence++;
        siftUp(size++, entry);
    }

    /**
     * Removes an entry, wherever it stands.
     *
     * @param entry the entry
     * @return false if it was in no heap
     */
    public boolean remove(E entry) {
        if (!entry.isPending()) {
            return false;
        }
        removeAt(entry.index);
        return true;
    }

    /**
     * Takes the earliest entry out, if its instant has come.
     *
     * @param nowNanos the present instant
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

    private void removeAt(int index) {
        entryAt(index).index = Deadline.ABSENT;
        Deadline last = entryAt(--size);
        entries[size] = null;
        if (index < size) {
            siftDown(index, last);
            if (last.index == index) {
                siftUp(index, last);
            }
        }
        if (size == entries.length / 4 && size >= INITIAL_CAPACITY) {
            entries = Arrays.copyOf(entries, entries.length / 2);
            instants = Arrays.copyOf(instants, instants.length / 2);
        }
    }

    private void siftUp(int start, Deadline entry) {
        int index = start;
        while (index > 0) {
            int parent = (index - 1) / ARITY;
            if (!isBefore(entry, parent)) {
                break;
            }
            place(entryAt(parent), index);
            index = parent;
        }
        place(entry, index);
    }

    private void siftDown(int start, Deadline entry) {
        int index = start;
        for (; ; ) {
            int child = earliestChild(index);
            if (child < 0 || isBefore(entry, child)) {
                break;
            }
            place(entryAt(child), index);
            index = child;
        }
        place(entry, index);
    }

    private int earliestChild(int parent) {
        int first = ARITY * parent + 1;
        if (first >= size) {
            return -1;
        }
        int earliest = first;
        int end = Math.min(first + ARITY, size);
        for (int child = first + 1; child < end; child++) {
            if (isBefore(entryAt(child), instants[child], earliest)) {
                earliest = child;
            }
        }
        return earliest;
    }

    private boolean isBefore(Deadline entry, int other) {
        return isBefore(entry, entry.deadlineNanos(), other);
    }

    private boolean isBefore(Deadline entry, long instant, int other) {
        long difference = instant - instants[other];
        return difference != 0 ? difference < 0 : entry.sequence - entryAt(other).sequence < 0;
    }

    private void place(Deadline entry, int index) {
        entries[index] = entry;
        instants[index] = entry.deadlineNanos();
        entry.index = index;
    }

    @SuppressWarnings("NullAway") // indices below size hold entries
    private Deadline entryAt(int index) {
        return entries[index];
    }
}
