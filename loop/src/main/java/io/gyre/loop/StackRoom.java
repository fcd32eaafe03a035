package io.gyre.loop;

/** Ensures that there is enough stack before a call of the JDK that must not overflow it. */
final class StackRoom {
    /*
     * Design.
     *
     * A JDK executor that overflows the stack while starting a thread counts the thread forever, and eventually starts
     * none. So the stack overflows here first, where nothing has begun. The frames are many and large enough for such a
     * call, interpreted or compiled; the check costs about as much as an allocation.
     */
    private static final int FRAMES = 128;

    private StackRoom() {}

    /**
     * Throws unless there is enough stack.
     *
     * @throws StackOverflowError if there is not enough stack
     */
    static void require() {
        if (descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) == 0) {
            throw new AssertionError();
        }
    }

    /** The sums keep the parameters alive during the call, and so in the frame. */
    private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        return frames == 0 ? a : descend(frames - 1, b, c, d, e, f, g, h, a) + (a & b & c & d) + (e & f & g & h);
    }
}
