package io.gyre.net;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One copy from a reader to a writer. */
final class Copying {
    /*
     * Design.
     *
     * Most connections wait most of the time, so a copy holds no buffer while it waits for bytes: it takes one from the
     * loop's pool when bytes have arrived, and returns it before it suspends. While the writer accepts nothing, it
     * holds the bytes read.
     *
     * A stream of ours is asked for available bytes; any other reader is peeked at first.
     */

    /** The size of one read: a socket buffer's worth. */
    private static final int COPY_BYTES = 64 * 1024;

    private final ByteReader from;
    private final ByteWriter to;
    private final BufferPool pool = BufferPool.OF_LOOP.get();

    /** A foreign reader has shown its next byte, or its end: it can be read without waiting. */
    private boolean shown;

    /** A call of the writer is in progress, or was the last thing that happened. */
    private boolean writing;

    Copying(ByteReader from, ByteWriter to) {
        this.from = from;
        this.to = to;
    }

    /** {@return how many bytes were copied up to the end of the reader} */
    long run() throws IOException {
        Task<?> task = LowLevel.checkpoint();
        long total = 0;
        for (int count = moveOn(task); count >= 0; count = moveOn(task)) {
            if (count == 0) {
                awaitMore();
            } else {
                total += count;
                LowLevel.checkpoint(); // not after the end: a complete copy is delivered
            }
        }
        return total;
    }

    /** {@return whether the writer failed} */
    boolean hasWriterFailed() {
        return writing;
    }

    /**
     * Moves available bytes. {@return how many; 0 if none, -1 at the end} Suspends only while the writer accepts
     * nothing.
     */
    private int moveOn(Task<?> task) throws IOException {
        int count;
        byte[] left;
        ByteBuffer buffer = pool.take();
        try {
            count = readAvailable(task, buffer.limit(COPY_BYTES));
            if (count <= 0) {
                return count;
            }
            writing = true;
            sendAvailable(task, buffer.flip());
            left = new byte[buffer.remaining()];
            buffer.get(left);
        } finally {
            pool.giveBack(buffer);
        }
        if (left.length > 0) {
            to.write(ByteBuffer.wrap(left));
        }
        writing = false;
        return count;
    }

    private int readAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        if (from instanceof BufferedStream stream) {
            return stream.readAvailable(task, buffer);
        }
        boolean canBeRead = shown;
        shown = false;
        return canBeRead ? from.read(buffer) : 0;
    }

    private void awaitMore() throws IOException {
        if (from instanceof BufferedStream stream) {
            stream.awaitReadable();
        } else {
            from.peek(1);
            shown = true;
        }
    }

    private void sendAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        if (to instanceof BufferedStream stream) {
            stream.sendAvailable(task, buffer);
        }
    }
}
