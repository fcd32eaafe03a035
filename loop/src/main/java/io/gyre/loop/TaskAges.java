package io.gyre.loop;

/** Tells how old the tasks of a loop are. */
final class TaskAges {
    /*
     * Design.
     *
     * A field in each task would make each task larger. But the ids of threads ascend, so one note of the newest id and
     * the time, in a tick that has begun tasks, dates all tasks since the note before. When the notes are full, those are
     * dropped whose tasks can be dated by the next note, because it makes less than a twentieth of their age. So the
     * number of notes grows with the logarithm of the time, and those of fifty days have room.
     *
     * The loop thread writes, in place; any thread reads. A reader that sees half of a change gets an age that is off,
     * and nothing worse.
     */
    private static final int ROOM = 512;

    /** By which part of its age a task may be younger or older than it seems. */
    private static final int PRECISION = 20;

    /** Notes that are closer than that are one, so that a busy loop does not forget faster. */
    private static final long RESOLUTION_NANOS = 1_000_000;

    private final long[] ids = new long[ROOM];
    private final long[] times = new long[ROOM];
    private int size;
    private long firstNanos;

    /**
     * Notes that all tasks up to an id were created before a time, and after the note before. Loop thread.
     *
     * @param id the newest id; an older one is passed over
     * @param nowNanos the time
     */
    void note(long id, long nowNanos) {
        if (size > 0 && id <= ids[size - 1]) {
            return;
        }
        if (size == ROOM) {
            thinOut(nowNanos);
        }
        if (size == 0) {
            firstNanos = nowNanos;
        } else if (nowNanos - times[size - 1] < RESOLUTION_NANOS || size == ROOM) {
            ids[size - 1] = id;
            return;
        }
        ids[size] = id;
        times[size] = nowNanos;
        size++;
    }

    private void thinOut(long nowNanos) {
        int kept = 0;
        long before = firstNanos;
        for (int i = 0; i < size; i++) {
            boolean isLast = i + 1 == size;
            if (isLast || times[i + 1] - before > (nowNanos - times[i + 1]) / PRECISION) {
                ids[kept] = ids[i];
                times[kept] = times[i];
                before = times[i];
                kept++;
            }
        }
        size = kept;
    }

    /**
     * {@return how long ago a task was created} Any thread.
     *
     * @param id its id
     * @param nowNanos the current time
     */
    long ageNanos(long id, long nowNanos) {
        int from = 0;
        int known = size;
        int to = known;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (ids[middle] < id) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from < known ? Math.max(0, nowNanos - times[from]) : 0;
    }
}
