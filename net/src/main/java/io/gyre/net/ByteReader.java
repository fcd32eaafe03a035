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
 * The end of a stream that bytes come out of.
 *
 * <p>One task at a time may read; a second is a mistake that {@link BusyException} names.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that it was made on; a task of another loop gets
 * {@link io.gyre.loop.WrongLoopException}.
 *
 * <p><b>Cancellation:</b> each call that suspends is a checkpoint, before it takes a byte. No byte is lost: what a cancelled
 * call had received already is delivered to the next. {@code net/cancel-safety.md} says it call by call.
 *
 * <p><b>Source:</b> asyncio {@code StreamReader}, trio {@code ReceiveStream}.
 */
public interface ByteReader extends AutoCloseable {
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
     * Reads up to a separator, and the separator. Of several, the one that ends first counts, and of those that end at the
     * same place the longest.
     *
     * <p><b>Suspends:</b> until it has arrived. <b>Cancellation:</b> the bytes that have arrived are delivered to the next
     * read.
     *
     * @param maxBytes how many bytes may come before the separator
     * @param separators one or more, none of them empty
     * @return the bytes, with the separator
     * @throws LimitExceededException if more bytes come without a separator; nothing is consumed
     * @throws IncompleteReadException if the stream ends first; the bytes before the end are delivered to the next read
     * @throws IOException if the connection is broken, or was closed
     * @see <a href="https://docs.python.org/3/library/asyncio-stream.html#asyncio.StreamReader.readuntil">asyncio
     *     readuntil</a>
     */
    byte[] readUntil(int maxBytes, byte[]... separators) throws IOException;

    /**
     * Reads a line, up to LF, CR LF or the end of the stream.
     *
     * <p><b>Suspends:</b> until the line is complete. <b>Cancellation:</b> the bytes that have arrived are delivered to the
     * next read.
     *
     * @param maxBytes how long the line may be, without its end
     * @param charset decodes it; malformed input is replaced, as {@link String} does it
     * @return the line without its end; empty at the end of the stream
     * @throws LimitExceededException if the line is longer; nothing is consumed, and the next read begins with it
     * @throws IOException if the connection is broken, or was closed
     */
    Optional<String> readLine(int maxBytes, Charset charset) throws IOException;

    /**
     * Does what {@link #readLine(int, Charset)} does, for a line of UTF-8.
     *
     * @param maxBytes how long the line may be, without its end
     * @return the line without its end; empty at the end of the stream
     * @throws LimitExceededException if the line is longer; nothing is consumed, and the next read begins with it
     * @throws IOException if the connection is broken, or was closed
     */
    default Optional<String> readLine(int maxBytes) throws IOException {
        return readLine(maxBytes, StandardCharsets.UTF_8);
    }

    /**
     * Reads everything up to the end of the stream.
     *
     * <p><b>Suspends:</b> until the end. <b>Cancellation:</b> the bytes that have arrived are delivered to the next read.
     *
     * @param maxBytes how much that may be
     * @return the bytes, possibly none
     * @throws LimitExceededException if there are more; nothing is consumed
     * @throws IOException if the connection is broken, or was closed
     */
    byte[] readAll(int maxBytes) throws IOException;

    /**
     * Looks at the next bytes, which the next read delivers all the same.
     *
     * <p><b>Suspends:</b> until they have arrived, or the stream ends. <b>Cancellation:</b> consumes nothing.
     *
     * @param length how many
     * @return the bytes; fewer only if the stream ends
     * @throws IOException if the connection is broken, or was closed
     */
    byte[] peek(int length) throws IOException;

    /**
     * Limits how long a call waits for the peer to send something: each time that a read has to wait, it throws
     * {@link io.gyre.loop.TimeoutException} when nothing has come for so long. To limit a whole call, put it into
     * {@link io.gyre.loop.Async#timeout}.
     *
     * @param limit positive, or null for none
     */
    void setReadTimeout(@Nullable Duration limit);

    /**
     * Closes it. Does nothing the second time.
     *
     * @throws IOException if closing fails
     */
    @Override
    void close() throws IOException;
}
