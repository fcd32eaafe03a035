package io.gyre.loop;

/** Ensures that there is enough stack before a call that must not overflow it halfway. */
final class StackRoom {
    /*
     * Design.
     *
     * Code that begins something and must end it, too, overflows the stack here first, where nothing has begun. A JDK
     * executor that overflows while starting a thread counts the thread forever, and eventually starts none; a release
     * that overflows in a finally block leaves its lock to a task that goes on. The frames are many and large enough
     * for such a call, interpreted or compiled. For a thread, the check costs about as much as an allocation.
     */
    private static final int FRAMES_OF_A_THREAD_START = 128;
    private static final int FRAMES_OF_A_RELEASE = 32;

    private StackRoom() {}

    /**
     * Throws unless there is enough stack to start a thread.
     *
     * @throws StackOverflowError if there is not enough stack
     */
    static void requireForThread() {
        require(FRAMES_OF_A_THREAD_START);
    }

    /**
     * Throws unless there is enough stack to give something back.
     *
     * @throws StackOverflowError if there is not enough stack
     */
    static void requireForRelease() {
        require(FRAMES_OF_A_RELEASE);
    }

    private static void require(int frames) {
        if (descend(frames, 1, 2, 3, 4, 5, 6, 7, 8) == 0) {
            throw new AssertionError();
        }
    }

    /** The sums keep the parameters alive during the call, and so in the frame. */
    private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        return frames == 0 ? a : descend(frames - 1, b, c, d, e, f, g, h, a) + (a & b & c & d) + (e & f & g & h);
    }
}
