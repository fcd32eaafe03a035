package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The end of a stream that bytes go into.
 *
 * <p>One task at a time may write; a second is a mistake that {@link BusyException} names.
 *
 * <p>{@code write} sends at once. {@code writeBuffered} collects small pieces, and what has been collected is sent when the
 * present step of the task ends, or with the next {@code write}, {@code flush} or {@code close}: many pieces cost one system
 * call. Both suspend while the peer does not read, so that back-pressure needs no further call.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that it was made on; a task of another loop gets
 * {@link io.gyre.loop.WrongLoopException}.
 *
 * <p><b>Cancellation:</b> each call that suspends is a checkpoint, before it gives a byte. {@code net/cancel-safety.md} says it
 * call by call.
 *
 * <p><b>Source:</b> asyncio {@code StreamWriter}, with trio's rule that a write applies back-pressure by itself.
 */
public interface ByteWriter extends AutoCloseable {
    /**
     * Writes all of a buffer.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes. <b>Cancellation:</b> the buffer's position says how many bytes
     * are on their way.
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
     * Writes all of several buffers, one after the other, with as few system calls as possible.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes. <b>Cancellation:</b> the buffers' positions say how many bytes
     * are on their way.
     *
     * @param buffers the bytes; belong to the stream until this returns
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken, or was closed
     * @see <a href="https://man7.org/linux/man-pages/man2/writev.2.html">writev(2)</a>
     */
    void write(ByteBuffer... buffers) throws IOException;

    /**
     * Writes all of a buffer, soon and together with what else is written in this step.
     *
     * <p><b>Suspends:</b> only when more bytes wait to be sent than the stream's {@linkplain BufferedStream#setWatermarks high
     * watermark}, until no more do than its low one. <b>Cancellation:</b> the buffer's position says how many bytes will be sent.
     * <b>Errors:</b> a failure to send is thrown by the next call, {@link #close} included.
     *
     * @param buffer the bytes, which are copied
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken, or was closed
     */
    void writeBuffered(ByteBuffer buffer) throws IOException;

    /**
     * Writes all of an array, as {@link #writeBuffered(ByteBuffer)} does.
     *
     * @param bytes the bytes, which are copied
     * @throws IOException if the connection is broken, or was closed
     */
    default void writeBuffered(byte[] bytes) throws IOException {
        writeBuffered(ByteBuffer.wrap(bytes));
    }

    /**
     * Sends what {@link #writeBuffered} has collected.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes. <b>Cancellation:</b> what is left is sent later.
     *
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken, or was closed
     */
    void flush() throws IOException;

    /**
     * Sends bytes of a file.
     *
     * <p><b>Suspends:</b> until all are sent. The file is read in other threads, in portions, so that a slow disk does not keep
     * the loop; where the system can, it moves the bytes by itself. <b>Cancellation:</b> a beginning has been sent, and nobody
     * learns how much: close the stream then.
     *
     * @param file where the bytes are
     * @param position of the first of them
     * @param count how many
     * @throws java.io.EOFException if the file is shorter; what there was has been sent
     * @throws BusyException if another task is writing
     * @throws IOException if the file cannot be read, or the connection is broken or was closed
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sendfile">asyncio sendfile</a>
     */
    void sendFile(FileChannel file, long position, long count) throws IOException;

    /**
     * Limits how long a call waits for the peer to take something, as {@link ByteReader#setReadTimeout} does for reading.
     *
     * @param limit positive, or null for none
     */
    void setWriteTimeout(@Nullable Duration limit);

    /**
     * Sends what {@link #writeBuffered} has collected, and closes it. Does nothing the second time.
     *
     * <p><b>Suspends:</b> while there is something to send that the peer does not take.
     *
     * @throws IOException if that or closing fails
     */
    @Override
    void close() throws IOException;
}
