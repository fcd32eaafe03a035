package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Reads files on other threads, a portion at a time. */
final class FilePortions {
    /*
     * Design.
     *
     * A cancelled task waits for its portion to finish: an interrupt would close the file and the socket, which are
     * interruptible channels, and the portion is bounded.
     */

    /** Some milliseconds on a slow disk, and large enough to make the hop to another thread cheap. */
    static final long PORTION_BYTES = 1 << 20;

    /** How much is copied through memory; larger buffers gain nothing. */
    private static final int BUFFER_BYTES = 256 * 1024;

    private static final Offloading PATIENT = Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT);

    private FilePortions() {}

    /**
     * Checks at the end of a file that all requested bytes were sent; {@link Long#MAX_VALUE} requests the rest of the
     * file.
     */
    static void requireAll(FileChannel file, long sent, long count, Object target) throws EOFException {
        if (count != Long.MAX_VALUE) {
            throw new EOFException(LowLevel.describe(file) + " ended after " + sent + " of the " + count
                    + " bytes to send to " + LowLevel.describe(target));
        }
    }

    /** {@return bytes of the file, at least one, or null if it ends before the position} Suspends. */
    static @Nullable ByteBuffer read(FileChannel file, long position, long count) throws IOException {
        long most = Math.min(count, Long.MAX_VALUE - position); // the system rejects an end beyond that
        if (most == 0) {
            return null;
        }
        return Async.<@Nullable ByteBuffer, IOException>offload(PATIENT, () -> {
            ByteBuffer buffer = ByteBuffer.allocateDirect((int) Math.min(most, BUFFER_BYTES));
            return file.read(buffer, position) < 0 ? null : buffer.flip();
        });
    }

    /**
     * Lets the system move file bytes to a socket. Suspends; 0 if the socket accepts nothing, -1 at the end of the
     * file.
     */
    static long transfer(FileChannel file, long position, long count, SocketChannel socket) throws IOException {
        return Async.<Long, IOException>offload(PATIENT, () -> {
            long sent = file.transferTo(position, count, socket);
            return sent == 0 && position >= file.size() ? -1 : sent; // the size may come from a file server
        });
    }
}
