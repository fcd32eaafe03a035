package io.gyre.net;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The writable end of a stream.
 *
 * <p>One task at a time may write; a second gets {@link BusyException}.
 *
 * <p>{@code write} sends at once. {@code writeBuffered} collects small pieces, which are sent when the current step of
 * the task ends, or by the next {@code write}, {@code flush} or {@code close}: many pieces cost one system call. Both
 * suspend while the peer does not read, so that back-pressure needs no extra call.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that created it; a task of another loop gets
 * {@link io.gyre.loop.WrongLoopException}.
 *
 * <p><b>Cancellation:</b> each call that suspends is a checkpoint, before it sends a byte. {@code net/cancel-safety.md}
 * has a row for each call.
 *
 * <p><b>Source:</b> asyncio {@code StreamWriter}, with trio's rule that a write applies back-pressure by itself.
 */
public interface ByteWriter extends AutoCloseable {
    /**
     * Writes all of a buffer.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes. <b>Cancellation:</b> the buffer's position says how
     * many bytes have been sent.
     *
     * @param buffer the bytes; a direct buffer saves a copy; belongs to the stream until this call returns
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken or closed
     */
    void write(ByteBuffer buffer) throws IOException;

    /**
     * Writes all of an array, as {@link #write(ByteBuffer)} does.
     *
     * @param bytes the bytes
     * @throws IOException if the connection is broken or closed
     */
    default void write(byte[] bytes) throws IOException {
        write(ByteBuffer.wrap(bytes));
    }

    /**
     * Writes all of several buffers in order, with as few system calls as possible.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes. <b>Cancellation:</b> the buffers' positions say how
     * many bytes have been sent.
     *
     * @param buffers the bytes; belong to the stream until this call returns
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken or closed
     * @see <a href="https://man7.org/linux/man-pages/man2/writev.2.html">writev(2)</a>
     */
    void write(ByteBuffer... buffers) throws IOException;

    /**
     * Writes all of a buffer, soon and together with other writes of this step.
     *
     * <p><b>Suspends:</b> only when more bytes are waiting to be sent than the stream's
     * {@linkplain BufferedStream#setWatermarks high watermark}, until they fall to the low watermark.
     * <b>Cancellation:</b> the buffer's position says how many bytes will be sent. <b>Errors:</b> the next call,
     * {@link #close} included, throws a failure to send.
     *
     * @param buffer the bytes, which are copied
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken or closed
     */
    void writeBuffered(ByteBuffer buffer) throws IOException;

    /**
     * Writes all of an array, as {@link #writeBuffered(ByteBuffer)} does.
     *
     * @param bytes the bytes, which are copied
     * @throws IOException if the connection is broken or closed
     */
    default void writeBuffered(byte[] bytes) throws IOException {
        writeBuffered(ByteBuffer.wrap(bytes));
    }

    /**
     * Sends the bytes collected by {@link #writeBuffered}.
     *
     * <p><b>Suspends:</b> while the peer does not take the bytes. <b>Cancellation:</b> the remaining bytes are sent
     * later.
     *
     * @throws CancelledException if the task is cancelled
     * @throws BusyException if another task is writing
     * @throws IOException if the connection is broken or closed
     */
    void flush() throws IOException;

    /**
     * Sends bytes of a file.
     *
     * <p><b>Suspends:</b> until all are sent. Other threads read the file, in portions, so that a slow disk does not
     * block the loop; where the system supports it, it moves the bytes itself. <b>Cancellation:</b> an unknown number
     * of bytes has been sent: close the stream.
     *
     * @param file the file to read
     * @param position the position of the first byte
     * @param count how many bytes
     * @throws java.io.EOFException if the file is shorter; its bytes up to the end have been sent
     * @throws BusyException if another task is writing
     * @throws IOException if the file cannot be read, or the connection is broken or closed
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sendfile">asyncio
     *     sendfile</a>
     */
    void sendFile(FileChannel file, long position, long count) throws IOException;

    /**
     * Limits how long a call waits for the peer to take bytes, as {@link ByteReader#setReadTimeout} does for reading.
     *
     * @param limit positive, or null for none
     */
    void setWriteTimeout(@Nullable Duration limit);

    /**
     * Sends the bytes collected by {@link #writeBuffered} and closes this writer. Idempotent.
     *
     * <p><b>Suspends:</b> while bytes remain that the peer does not take.
     *
     * @throws IOException if sending or closing fails
     */
    @Override
    void close() throws IOException;
}
