package io.gyre.net.tls;

import io.gyre.loop.LoopLocal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** The buffers of one loop for encrypted and decrypted records. */
final class RecordBuffers {
    /*
     * Design.
     *
     * A buffer is taken and returned between two suspensions, so a waiting connection holds none; what it must keep, such as
     * a part of a record, it copies into an array of the exact size. The buffers are heap buffers: the ciphers of the JDK
     * work on arrays, and copy a direct buffer piece by piece.
     */

    /** Seven records of the largest size, moved by one system call. */
    static final int BUFFER_BYTES = 128 * 1024;

    static final LoopLocal<RecordBuffers> OF_LOOP = LoopLocal.withInitial(RecordBuffers::new);

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();

    /** {@return an empty buffer, to be returned before the task suspends} */
    ByteBuffer take() {
        ByteBuffer buffer = free.pollLast();
        return buffer == null ? ByteBuffer.allocate(BUFFER_BYTES) : buffer.clear();
    }

    void giveBack(ByteBuffer buffer) {
        free.addLast(buffer);
    }

    /** {@return how many buffers are in the pool} For tests. */
    int free() {
        return free.size();
    }

    /** {@return the remaining bytes in an array of their own} */
    static ByteBuffer copy(ByteBuffer source) {
        return ByteBuffer.allocate(source.remaining()).put(source).flip();
    }
}
