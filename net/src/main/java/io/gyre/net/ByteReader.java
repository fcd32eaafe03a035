package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The readable end of a stream.
 *
 * <p>One task at a time may read; a second gets {@link BusyException}.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that created it; a task of another loop gets
 * {@link io.gyre.loop.WrongLoopException}.
 *
 * <p><b>Cancellation:</b> each call that suspends is a checkpoint, before it takes a byte. No byte is lost: bytes that
 * a cancelled call has received go to the next call. {@code net/cancel-safety.md} has a row for each call.
 *
 * <p><b>Source:</b> asyncio {@code StreamReader}, trio {@code ReceiveStream}.
 */
public interface ByteReader extends AutoCloseable {
    /**
     * Reads the bytes available, at least one.
     *
     * <p><b>Suspends:</b> until at least one byte or the end of the stream arrives.
     *
     * @param buffer receives the bytes; a direct buffer saves a copy; belongs to the stream until this call returns
     * @return how many bytes were read, 1 to {@code buffer.remaining()}; 0 if the buffer has no room; -1 at the end of
     *     the stream
     * @throws CancelledException if the task is cancelled; nothing has been read in this case
     * @throws BusyException if another task is reading
     * @throws IOException if the connection is broken or closed
     */
    int read(ByteBuffer buffer) throws IOException;

    /**
     * Fills a buffer.
     *
     * <p><b>Suspends:</b> until it is full. <b>Cancellation:</b> the bytes received so far are in the buffer; its
     * position says how many.
     *
     * @param buffer receives the bytes
     * @throws IncompleteReadException if the stream ends first; the bytes before the end are in the buffer
     * @throws IOException if the connection is broken or closed
     */
    void readExactly(ByteBuffer buffer) throws IOException;

    /**
     * Reads a given number of bytes.
     *
     * <p><b>Suspends:</b> until all have arrived. <b>Cancellation:</b> the bytes received so far go to the next read.
     *
     * @param length how many
     * @return the bytes
     * @throws IncompleteReadException if the stream ends first; the bytes before the end go to the next read
     * @throws IOException if the connection is broken or closed
     */
    byte[] readExactly(int length) throws IOException;

    /**
     * Reads up to and including a separator. If several separators match, the one that ends first wins; of those that
     * end at the same place, the longest.
     *
     * <p><b>Suspends:</b> until a separator has arrived. <b>Cancellation:</b> the bytes received so far go to the next
     * read.
     *
     * @param maxBytes how many bytes may come before the separator
     * @param separators one or more, none empty
     * @return the bytes, with the separator
     * @throws LimitExceededException if {@code maxBytes} is exceeded without a separator; nothing is consumed
     * @throws IncompleteReadException if the stream ends first; the bytes before the end go to the next read
     * @throws IOException if the connection is broken or closed
     * @see <a href="https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readuntil">asyncio
     *     readuntil</a>
     */
    byte[] readUntil(int maxBytes, byte[]... separators) throws IOException;

    /**
     * Reads a line, terminated by LF, CR LF or the end of the stream.
     *
     * <p><b>Suspends:</b> until the line is complete. <b>Cancellation:</b> the bytes received so far go to the next
     * read.
     *
     * @param maxBytes the longest line allowed, without its terminator
     * @param charset decodes the line; malformed input is replaced, as {@link String} does
     * @return the line without its terminator; empty at the end of the stream
     * @throws LimitExceededException if the line is longer; nothing is consumed, and the next read starts with it
     * @throws IOException if the connection is broken or closed
     */
    Optional<String> readLine(int maxBytes, Charset charset) throws IOException;

    /**
     * As {@link #readLine(int, Charset)}, in UTF-8.
     *
     * @param maxBytes the longest line allowed, without its terminator
     * @return the line without its terminator; empty at the end of the stream
     * @throws LimitExceededException if the line is longer; nothing is consumed, and the next read starts with it
     * @throws IOException if the connection is broken or closed
     */
    default Optional<String> readLine(int maxBytes) throws IOException {
        return readLine(maxBytes, StandardCharsets.UTF_8);
    }

    /**
     * Reads everything up to the end of the stream.
     *
     * <p><b>Suspends:</b> until the end of the stream. <b>Cancellation:</b> the bytes received so far go to the next
     * read.
     *
     * @param maxBytes how many bytes to accept
     * @return the bytes, possibly none
     * @throws LimitExceededException if there are more; nothing is consumed
     * @throws IOException if the connection is broken or closed
     */
    byte[] readAll(int maxBytes) throws IOException;

    /**
     * Returns the next bytes without consuming them.
     *
     * <p><b>Suspends:</b> until they have arrived, or the stream ends. <b>Cancellation:</b> consumes nothing.
     *
     * @param length how many
     * @return the bytes; fewer only at the end of the stream
     * @throws IOException if the connection is broken or closed
     */
    byte[] peek(int length) throws IOException;

    /**
     * Limits how long a read waits for the peer: each time a read has to wait and nothing arrives within the limit, it
     * throws {@link io.gyre.loop.TimeoutException}. To limit a whole call, wrap it in
     * {@link io.gyre.loop.Async#timeout}.
     *
     * @param limit positive, or null for none
     */
    void setReadTimeout(@Nullable Duration limit);

    /**
     * Closes this reader. Idempotent.
     *
     * @throws IOException if closing fails
     */
    @Override
    void close() throws IOException;
}
