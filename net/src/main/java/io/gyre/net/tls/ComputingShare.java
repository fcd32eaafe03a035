package io.gyre.net.tls;

import io.gyre.loop.Async;

/** How long a stream has encrypted and decrypted since it last let other tasks run. */
final class ComputingShare {
    /*
     * Design.
     *
     * The budget of a task counts calls, of which each here takes as long as a hundred system calls do, and much longer until
     * the ciphers are compiled. So the time is counted too.
     */

    /** Short enough for a timer not to be late, long enough for a yield to cost nothing in comparison. */
    private static final long SHARE_NANOS = 1_000_000;

    private long beginNanos;
    private long endNanos;
    private long usedNanos;

    void begin() {
        beginNanos = System.nanoTime();
    }

    void end() {
        endNanos = System.nanoTime();
        usedNanos += endNanos - beginNanos;
    }

    boolean isUsedUp() {
        if (usedNanos > SHARE_NANOS && System.nanoTime() - endNanos > SHARE_NANOS) {
            usedNanos = 0; // others have run since, or at least this stream has not
        }
        return usedNanos > SHARE_NANOS;
    }

    /** Lets other tasks run, if it is their turn. */
    void yieldIfUsedUp() {
        if (isUsedUp()) {
            usedNanos = 0;
            Async.yieldNow();
        }
    }
}
