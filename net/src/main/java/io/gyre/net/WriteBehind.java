package io.gyre.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Written bytes that are waiting to be sent together. */
final class WriteBehind {
    /*
     * Design.
     *
     * Usually the bytes are collected and sent in one step, so they occupy a buffer of the loop's pool only that long.
     * When the peer is slow and bytes remain, they move into an array of their exact size (`settle`), so that thousands
     * of slow peers do not hold as many pooled buffers. When bytes are added to the array, it doubles, so that many
     * small pieces do not each cause a copy.
     *
     * The buffer is kept ready to be drained: its position is at the first byte, its limit after the last.
     */
    /** A placeholder for a stream without bytes; it stays empty. */
    static final WriteBehind NOTHING = new WriteBehind(new BufferPool());

    private final BufferPool pool;
    private @Nullable ByteBuffer bytes;

    WriteBehind(BufferPool pool) {
        this.pool = pool;
    }

    int size() {
        return bytes == null ? 0 : bytes.remaining();
    }

    boolean isEmpty() {
        return bytes == null;
    }

    /** Copies up to this many bytes. */
    void append(ByteBuffer source, int length) {
        if (this == NOTHING) {
            throw new IllegalStateException("the shared placeholder must stay empty");
        }
        ByteBuffer target = withRoomFor(length);
        int end = target.limit();
        target.limit(end + length).put(end, source, source.position(), length);
        source.position(source.position() + length);
    }

    private ByteBuffer withRoomFor(int length) {
        ByteBuffer present = bytes;
        if (present == null) {
            present = pool.take().limit(0);
        } else if (present.capacity() - present.limit() < length) {
            int needed = present.remaining() + length;
            if (present.isDirect() || needed <= present.capacity() / 2) {
                present.compact().flip(); // a direct buffer has room for all that may be left
            } else {
                present = copy(present, Math.max(needed, Math.min(2 * needed, BufferPool.BUFFER_BYTES)));
            }
        }
        bytes = present;
        return present;
    }

    /** {@return the bytes, for draining; call {@link #drained} afterwards} */
    ByteBuffer content() {
        return bytes == null ? ByteBuffer.allocate(0) : bytes;
    }

    /** Notes that bytes have been taken. */
    void drained() {
        if (bytes != null && !bytes.hasRemaining()) {
            clear();
        }
    }

    /** Returns the pooled buffer: the remaining bytes may stay for long. */
    void settle() {
        ByteBuffer present = bytes;
        if (present != null && present.isDirect()) {
            bytes = copy(present, present.remaining());
            pool.giveBack(present);
        }
    }

    void clear() {
        ByteBuffer present = bytes;
        bytes = null;
        if (present != null && present.isDirect()) {
            pool.giveBack(present);
        }
    }

    private static ByteBuffer copy(ByteBuffer source, int capacity) {
        return ByteBuffer.allocate(capacity).put(source.duplicate()).flip();
    }
}
