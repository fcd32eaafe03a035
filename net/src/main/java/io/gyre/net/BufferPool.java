package io.gyre.net;

import io.gyre.loop.LoopLocal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** The direct buffers of one loop: between a user's heap buffer and the system. */
final class BufferPool {
    /*
     * Design.
     *
     * A buffer is taken and given back between two suspensions, so that connections which wait hold none, and a loop
     * needs as many as it has calls in progress, which is one. The list allows for more without promising more. The JDK
     * keeps such buffers too, per carrier and as large as the largest write ever; ours have one size.
     */

    /** What one system call moves: a socket buffer's worth. Larger copies gained nothing, smaller ones cost calls. */
    static final int BUFFER_BYTES = 128 * 1024;

    static final LoopLocal<BufferPool> OF_LOOP = LoopLocal.withInitial(BufferPool::new);

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    /** {@return an empty buffer, to be given back before the task suspends} */
    ByteBuffer take() {
        ByteBuffer buffer = free.pollLast();
        return buffer == null ? ByteBuffer.allocateDirect(BUFFER_BYTES) : buffer.clear();
    }

    /** {@return how many buffers nobody has} For tests. */
    int free() {
        return free.size();
    }

    void giveBack(ByteBuffer buffer) {
        free.addLast(buffer);
    }
}
