package io.gyre.net;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One copy out of a reader into a writer. */
final class Copying {
    /*
     * Design.
     *
     * Most connections wait most of the time, so a copy holds no buffer while it waits for bytes: it takes one of the loop's pool
     * when some have come, and gives it back before it suspends. While the writer takes nothing, it holds what it has read.
     *
     * A stream of ours is asked for what has arrived; any other reader shows its next byte first.
     */

    /** What one read takes: a socket buffer's worth. */
    private static final int COPY_BYTES = 64 * 1024;

    private static final byte[] NOTHING = {};

    private final ByteReader from;
    private final ByteWriter to;
    private final BufferPool pool = BufferPool.OF_LOOP.get();
    private long total;
    private boolean shown;
    private boolean ended;
    private boolean writerFailed;

    Copying(ByteReader from, ByteWriter to) {
        this.from = from;
        this.to = to;
    }

    /** {@return how many bytes were copied, up to the end of the reader} */
    long run() throws IOException {
        Task<?> task = LowLevel.checkpoint();
        while (!ended) {
            long before = total;
            write(moveOn(task));
            if (ended) {
                break;
            } else if (total == before) {
                awaitMore();
            } else {
                LowLevel.checkpoint(); // not behind the end: what is complete is delivered
            }
        }
        return total;
    }

    /** {@return whether it was the writer that failed} */
    boolean hasWriterFailed() {
        return writerFailed;
    }

    /** Moves what has come as far as it goes without waiting. {@return what is left to be written} */
    private byte[] moveOn(Task<?> task) throws IOException {
        ByteBuffer buffer = pool.take();
        try {
            int count = readAvailable(task, buffer.limit(COPY_BYTES));
            ended = count < 0;
            if (count <= 0) {
                return NOTHING;
            }
            total += count;
            sendAvailable(task, buffer.flip());
            byte[] left = new byte[buffer.remaining()];
            buffer.get(left);
            return left;
        } finally {
            pool.giveBack(buffer);
        }
    }

    private int readAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        if (from instanceof BufferedStream stream) {
            return stream.readAvailable(task, buffer);
        }
        boolean isThere = shown;
        shown = false;
        return isThere ? from.read(buffer) : 0;
    }

    private void awaitMore() throws IOException {
        if (from instanceof BufferedStream stream) {
            stream.awaitMore();
        } else {
            shown = from.peek(1).length > 0;
            ended = !shown;
        }
    }

    private void sendAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        if (to instanceof BufferedStream stream) {
            writerFailed = true;
            stream.sendAvailable(task, buffer);
            writerFailed = false;
        }
    }

    private void write(byte[] left) throws IOException {
        if (left.length > 0) {
            writerFailed = true;
            to.write(ByteBuffer.wrap(left));
            writerFailed = false;
        }
    }
}
