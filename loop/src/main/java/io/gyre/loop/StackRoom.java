package io.gyre.loop;

/** Sees to it that there is some stack left before a call of the JDK which must not overflow it. */
final class StackRoom {
    /*
     * Design.
     *
     * An executor of the JDK that overflows the stack in the middle of starting a thread counts that thread for ever, and in
     * the end starts none. So the stack overflows here first, where nothing has begun. The frames are many and large enough
     * for such a call, interpreted or compiled; it costs about as much as an allocation.
     */
    private static final int FRAMES = 128;

    private StackRoom() {}

    /**
     * Throws unless there is room.
     *
     * @throws StackOverflowError if there is none
     */
    static void require() {
        if (descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) == 0) {
            throw new AssertionError();
        }
    }

    /** The sums keep its parameters alive during the call, and so in its frame. */
    private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        return frames == 0 ? a : descend(frames - 1, b, c, d, e, f, g, h, a) + (a & b & c & d) + (e & f & g & h);
    }
}
