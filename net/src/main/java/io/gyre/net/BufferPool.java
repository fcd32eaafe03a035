package io.gyre.net;

import io.gyre.loop.LoopLocal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** The direct buffers of one loop, between heap buffers of users and the system. */
final class BufferPool {
    /*
     * Design.
     *
     * A buffer is taken and returned between two suspensions, so that waiting connections hold none, and a loop needs
     * as many as it has calls in progress, which is one. The list allows for more without promising more. The JDK keeps
     * such buffers too, per carrier and as large as the largest write ever; ours have one size.
     */

    /** A socket buffer's worth, moved by one system call. Larger copies gained nothing, smaller ones cost calls. */
    static final int BUFFER_BYTES = 128 * 1024;

    static final LoopLocal<BufferPool> OF_LOOP = LoopLocal.withInitial(BufferPool::new);

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    /** {@return an empty buffer, to be returned before the task suspends} */
    ByteBuffer take() {
        ByteBuffer buffer = free.pollLast();
        return buffer == null ? ByteBuffer.allocateDirect(BUFFER_BYTES) : buffer.clear();
    }

    /** {@return how many buffers are in the pool} For tests. */
    int free() {
        return free.size();
    }

    void giveBack(ByteBuffer buffer) {
        free.addLast(buffer);
    }
}
