package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Bytes in both directions, in order.
 *
 * <p>One task may read while another writes. Two that read, or two that write, are a mistake that {@link BusyException}
 * names.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that the stream was made on.
 *
 * <p><b>Cancellation:</b> each call that suspends is a checkpoint, before it takes or gives a byte. No byte is lost: what a
 * cancelled call had received already is delivered to the next.
 *
 * <p><b>Source:</b> asyncio {@code StreamReader} and {@code StreamWriter} in one, with trio's rule that {@code write}
 * applies back-pressure by itself.
 */
public interface ByteStream extends AutoCloseable {
    /**
     * Reads what there is, at least one byte.
     *
     * <p><b>Suspends:</b> until at least one byte arrives, or the end of the stream.
     *
     * @param buffer receives the bytes; a direct one saves a copy; belongs to the stream until this returns
     * @return how many bytes were read, 1 to {@code buffer.remaining()}; 0 if the buffer has no room; -1 at the end of the
     *     stream
     * @throws CancelledException if the task is cancelled; nothing has been read then
     * @throws BusyException if another task is reading
     * @throws IOException if the connection is broken, or was closed
     */
    int read(ByteBuffer buffer) throws IOException;

    /**
     * Fills a buffer.
     *
     * <p><b>Suspends:</b> until it is full. <b>Cancellation:</b> the bytes that have arrived are in the buffer, and its
     * position says how many.
     *
     * @param buffer receives the bytes
     * @throws IncompleteReadException if the stream ends first; the bytes before the end are in the buffer
     * @throws IOException if the connection is broken, or was closed
     */
    void readExactly(ByteBuffer buffer) throws IOException;

    /**
     * Reads a number of bytes.
     *
     * <p><b>Suspends:</b> until all have arrived. <b>Cancellation:</b> the bytes that have arrived are delivered to the next
     * read.
     *
     * @param length how many
     * @return the bytes
     * @throws IncompleteReadException if the stream ends first; the bytes before the end are delivered to the next read
     * @throws IOException if the connection is broken, or was closed
     */
    byte[] readExactly(int length) throws IOException;

    /**
     * Reads a line of UTF-8, up to LF, CR LF or the end of the stream.
     *
     * <p><b>Suspends:</b> until the line is complete. <b>Cancellation:</b> the bytes that have arrived are delivered to the
     * next read.
     *
     * @param maxBytes how long the line may be, without its end
     * @return the line without its end; empty at the end of the stream
     * @throws LineTooLongException if the line is longer; nothing is consumed, and the next read begins with it
     * @throws IOException if the connection is broken, or was closed
     */
    Optional<String> readLine(int maxBytes) throws IOException;

    /**
     * Writes all of a buffer.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes: back-pressure needs no further call. <b>Cancellation:</b>
     * the buffer's position says how many bytes are on their way.
     *
     * @param buffer the bytes; a direct one saves a copy; belongs to the stream until this returns
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken, or was closed
     */
    void write(ByteBuffer buffer) throws IOException;

    /**
     * Writes all of an array, as {@link #write(ByteBuffer)} does.
     *
     * @param bytes the bytes
     * @throws IOException if the connection is broken, or was closed
     */
    default void write(byte[] bytes) throws IOException {
        write(ByteBuffer.wrap(bytes));
    }

    /**
     * Tells the peer that no more bytes will come; reading goes on. <b>Suspends:</b> no. Does nothing the second time.
     *
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken, or was closed
     */
    void closeOutput() throws IOException;

    /**
     * Closes both directions. Bytes that were written are still delivered. <b>Suspends:</b> no. Does nothing the second
     * time. A task that is reading or writing gets {@link java.nio.channels.AsynchronousCloseException}.
     *
     * @throws IOException if closing fails
     */
    @Override
    void close() throws IOException;

    /**
     * Closes both directions at once; bytes that are on their way may be lost, and the peer learns that. <b>Suspends:</b>
     * no. Never throws.
     */
    void abort();
}
