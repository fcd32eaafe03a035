package io.gyre.bench.scale;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Timers in a binary heap as textbooks have it, each of which knows its place, so that it can be taken out. */
final class BareHeap {
    private static final int INITIAL_CAPACITY = 64;

    private @Nullable Timer[] timers = new Timer[INITIAL_CAPACITY];
    private int size;

    static final class Timer {
        private final long dueNanos;
        private final Runnable callback;
        private int index;

        private Timer(long dueNanos, Runnable callback) {
            this.dueNanos = dueNanos;
            this.callback = callback;
        }
    }

    int size() {
        return size;
    }

    Timer add(long dueNanos, Runnable callback) {
        if (size == timers.length) {
            timers = Arrays.copyOf(timers, 2 * size);
        }
        var timer = new Timer(dueNanos, callback);
        siftUp(size++, timer);
        return timer;
    }

    void remove(Timer timer) {
        int index = timer.index;
        Timer last = at(--size);
        timers[size] = null;
        if (index < size) {
            siftDown(index, last);
            siftUp(last.index, last);
        }
    }

    /** Runs what is due, the earliest first. */
    void runDue(long nowNanos) {
        while (size > 0 && at(0).dueNanos - nowNanos <= 0) {
            Timer earliest = at(0);
            remove(earliest);
            earliest.callback.run();
        }
    }

    private void siftUp(int from, Timer timer) {
        int index = from;
        while (index > 0) {
            int parent = (index - 1) / 2;
            Timer above = at(parent);
            if (above.dueNanos - timer.dueNanos <= 0) {
                break;
            }
            put(index, above);
            index = parent;
        }
        put(index, timer);
    }

    private void siftDown(int from, Timer timer) {
        int index = from;
        for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
            if (child + 1 < size && at(child + 1).dueNanos - at(child).dueNanos < 0) {
                child++;
            }
            if (timer.dueNanos - at(child).dueNanos <= 0) {
                break;
            }
            put(index, at(child));
            index = child;
        }
        put(index, timer);
    }

    private void put(int index, Timer timer) {
        timers[index] = timer;
        timer.index = index;
    }

    @SuppressWarnings("NullAway") // below size there is none
    private Timer at(int index) {
        return timers[index];
    }
}
