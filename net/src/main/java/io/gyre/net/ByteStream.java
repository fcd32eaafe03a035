package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in both directions, in order: what TCP connections, Unix sockets, pipes to processes and streams in memory have in
 * common.
 *
 * {@snippet :
 * ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
 * while (stream.read(buffer.clear()) >= 0) {
 *     stream.write(buffer.flip());
 * }
 * }
 *
 * <p>One task may read while another writes. To write a stream of your own, extend {@link BufferedStream} and run it against
 * {@code io.gyre.net.testing.ByteStreamContract}.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that the stream was made on.
 *
 * <p><b>Source:</b> asyncio {@code StreamReader} and {@code StreamWriter} in one, trio {@code HalfCloseableStream}.
 */
public interface ByteStream extends ByteReader, ByteWriter {
    /**
     * Tells the peer that no more bytes will come, behind those that were written; reading goes on. Does nothing the second
     * time.
     *
     * <p><b>Suspends:</b> while {@link #writeBuffered} has left something to send that the peer does not take. <b>Cancellation:</b>
     * leaves the output open; what is left is sent later.
     *
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken, or was closed
     */
    void closeOutput() throws IOException;

    /**
     * Closes both directions. Bytes that were written are still delivered. Does nothing the second time. A task that is reading
     * or writing gets {@link java.nio.channels.AsynchronousCloseException}.
     *
     * <p><b>Suspends:</b> while {@link #writeBuffered} has left something to send that the peer does not take; in a cancelled
     * task, too, but no longer than 5 s. <b>Cancellation:</b> after that {@link CancelledException}, and the stream is closed.
     *
     * @throws IOException if something that was written cannot be sent, or closing fails; the stream is closed all the same
     */
    @Override
    void close() throws IOException;

    /**
     * Closes both directions at once; bytes that are on their way may be lost, and the peer learns that. <b>Suspends:</b>
     * no. Never throws.
     */
    void abort();

    /** {@return whether {@link #close} or {@link #abort} has not been called yet} */
    boolean isOpen();

    /**
     * Limits how long a call waits while not a single byte moves in either direction: it throws
     * {@link io.gyre.loop.TimeoutException} then. A byte has moved when this end's system has received it, or has taken it to be sent;
     * that the peer has got it, it does not say.
     *
     * @param limit positive, or null for none
     * @throws UnsupportedOperationException if the stream has no such limit; all streams of this library do but those that are
     *     stapled of other things
     */
    default void setIdleTimeout(@Nullable Duration limit) {
        throw new UnsupportedOperationException(
                this + " has no idle time-out. Set one on the streams that it is made of.");
    }

    /**
     * {@return how many bytes have come and gone, and how many wait on either side}
     *
     * @throws UnsupportedOperationException if the stream does not count, as {@link #setIdleTimeout} has it
     */
    default StreamStatistics statistics() {
        throw new UnsupportedOperationException(
                this + " does not count its bytes. Ask the streams that it is made of.");
    }

    /**
     * Has somebody see all bytes that come and go from now on.
     *
     * @param log sees them, or null for nobody
     * @throws UnsupportedOperationException if the stream has no such log, as {@link #setIdleTimeout} has it
     * @see WireLog#hexDump
     */
    default void setWireLog(@Nullable WireLog log) {
        throw new UnsupportedOperationException(this + " has no wire log. Set one on the streams that it is made of.");
    }

    /**
     * {@return the two directions as two things, to be closed by different tasks}
     *
     * <p>Closing the writer is {@link #closeOutput}; when both are closed the stream is. After this the stream itself should not
     * be used any more.
     */
    default StreamHalves split() {
        return StreamHalves.of(this);
    }
}
