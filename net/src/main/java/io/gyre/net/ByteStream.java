package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in both directions, in order: the common interface of TCP connections, Unix sockets, pipes to processes and
 * streams in memory.
 *
 * {@snippet :
 * ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
 * while (stream.read(buffer.clear()) >= 0) {
 *     stream.write(buffer.flip());
 * }
 * }
 *
 * <p>One task may read while another writes. To implement your own stream, extend {@link BufferedStream} and test it
 * with {@code io.gyre.net.testing.ByteStreamContract}.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that created the stream.
 *
 * <p><b>Source:</b> asyncio {@code StreamReader} and {@code StreamWriter} in one, trio {@code HalfCloseableStream}.
 */
public interface ByteStream extends ByteReader, ByteWriter {
    /**
     * Tells the peer that no more bytes follow those already written; reading continues. Idempotent.
     *
     * <p><b>Suspends:</b> while bytes left by {@link #writeBuffered} remain that the peer does not take.
     * <b>Cancellation:</b> leaves the output open; the remaining bytes are sent later.
     *
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken or closed
     */
    void closeOutput() throws IOException;

    /**
     * Closes both directions. Bytes already written are still delivered. Idempotent. A task that is reading or writing
     * gets {@link java.nio.channels.AsynchronousCloseException}.
     *
     * <p><b>Suspends:</b> while bytes left by {@link #writeBuffered} remain that the peer does not take; even in a
     * cancelled task, but for at most 5 s. <b>Cancellation:</b> throws {@link CancelledException} after that; the
     * stream is closed.
     *
     * @throws IOException if written bytes cannot be sent, or closing fails; the stream is closed in either case
     */
    @Override
    void close() throws IOException;

    /**
     * Closes both directions at once; bytes in flight may be lost, and the peer is told so. <b>Suspends:</b>
     * no. Never throws.
     */
    void abort();

    /** {@return whether {@link #close} or {@link #abort} has not been called yet} */
    boolean isOpen();

    /**
     * Limits how long a call may wait with no byte moving in either direction; after that the call throws
     * {@link io.gyre.loop.TimeoutException}. A byte has moved when the local system has received it, or has accepted it
     * for sending; this does not mean that the peer has received it.
     *
     * @param limit positive, or null for none
     * @throws UnsupportedOperationException if the stream has no such limit; all streams of this library do, except
     *     stapled ones
     */
    default void setIdleTimeout(@Nullable Duration limit) {
        throw new UnsupportedOperationException(this + " has no idle time-out. Set one on its underlying streams.");
    }

    /**
     * {@return the bytes received and sent, and the bytes waiting on either side}
     *
     * @throws UnsupportedOperationException if the stream keeps no counts, as a stapled stream whose parts keep none
     */
    default StreamStatistics statistics() {
        throw new UnsupportedOperationException(this + " keeps no counts. Ask its underlying streams.");
    }

    /**
     * Shows all bytes received and sent from now on to a log, except those of a file that the system sends by itself. A
     * log that throws is removed, and its failure reported.
     *
     * @param log sees the bytes; null for none
     * @throws UnsupportedOperationException if the stream supports no wire log, as a stapled stream whose parts have none
     * @see WireLog#hexDump
     */
    default void setWireLog(@Nullable WireLog log) {
        throw new UnsupportedOperationException(this + " has no wire log. Set one on its underlying streams.");
    }

    /**
     * {@return the two directions as separate objects, which different tasks may close}
     *
     * <p>Closing the writer is {@link #closeOutput}; when both halves are closed, so is the stream. Do not use the
     * stream itself after this call.
     */
    default StreamHalves split() {
        return StreamHalves.of(this);
    }
}
