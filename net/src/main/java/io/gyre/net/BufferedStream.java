package io.gyre.net;

import io.gyre.loop.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream made of something that moves bytes without waiting, and that can be waited for: what all streams of this library
 * are, and yours can be.
 *
 * <p>A subclass says how to receive and to send what is possible right now, how to wait until more is, and how to end. This
 * class does the rest: turns, checkpoints, reading ahead, writing behind, limits of time, counts and the wire log.
 *
 * {@snippet :
 * final class SerialPort extends BufferedStream {
 *     protected int receive(ByteBuffer target) { return port.readAvailable(target); }
 *     protected void awaitReceivable() { received.await(); }
 *     ...
 * }
 * }
 *
 * <p><b>Confinement:</b> the loop that was current when it was made. The protected methods are called there, by one task for
 * each direction at a time.
 */
@SuppressWarnings("this-escape") // its parts keep it, and do not look at it before it is used
public abstract class BufferedStream extends Wire implements ByteStream {
    /*
     * Design.
     *
     * A face: each call goes to the reader or the writer, and from there down to the Wire, which this is itself. What a subclass
     * implements is declared there.
     */
    private final WireReader reader = new WireReader(this);
    private final WireWriter writer = new WireWriter(this);

    /** Creates a stream on the current loop. */
    protected BufferedStream() {}

    // ---- reading

    @Override
    public final int read(ByteBuffer buffer) throws IOException {
        return reader.read(buffer);
    }

    @Override
    public final void readExactly(ByteBuffer buffer) throws IOException {
        reader.readExactly(buffer);
    }

    @Override
    public final byte[] readExactly(int length) throws IOException {
        return reader.readExactly(length);
    }

    @Override
    public final byte[] readUntil(int maxBytes, byte[]... separators) throws IOException {
        return reader.readUntil(maxBytes, separators);
    }

    @Override
    public final Optional<String> readLine(int maxBytes, Charset charset) throws IOException {
        return reader.readLine(maxBytes, charset);
    }

    @Override
    public final byte[] readAll(int maxBytes) throws IOException {
        return reader.readAll(maxBytes);
    }

    @Override
    public final byte[] peek(int length) throws IOException {
        return reader.peek(length);
    }

    /** For {@link Copying}: reads what has come, and does not wait for more. {@return how much; 0 if nothing has come, -1 at the end} */
    final int readAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        return reader.readAvailable(task, buffer);
    }

    /** For {@link Copying}: waits until more has probably come. */
    final void awaitMore() throws IOException {
        reader.awaitMore();
    }

    /**
     * {@return whether the peer has ended or broken the connection, as far as this end knows} For pools of connections, before one
     * is used again. Bytes that have come are kept for the next read, and so is a failure.
     *
     * <p><b>Suspends:</b> no. A peer that vanishes without a word is noticed by a time-out only.
     */
    public final boolean hasEnded() {
        checkLoop();
        return reader.hasEnded();
    }

    /** Lets reads return the end of the stream once what has arrived is read. */
    final void endInput() {
        reader.end();
    }

    /**
     * {@return what has been received and is not delivered yet, in order; it never will be by this}
     *
     * <p>For a transport that outlives its stream, when that is closed: another stream may begin with these bytes.
     */
    protected final byte[] takeUndelivered() {
        return reader.take(reader.size());
    }

    // ---- writing

    @Override
    public final void write(ByteBuffer buffer) throws IOException {
        writer.write(buffer);
    }

    @Override
    public final void write(ByteBuffer... buffers) throws IOException {
        writer.write(buffers);
    }

    @Override
    public final void writeBuffered(ByteBuffer buffer) throws IOException {
        writer.writeBuffered(buffer);
    }

    @Override
    public final void flush() throws IOException {
        writer.flush();
    }

    @Override
    public final void sendFile(FileChannel file, long position, long count) throws IOException {
        writer.sendFile(file, position, count);
    }

    @Override
    public final void closeOutput() throws IOException {
        writer.end();
    }

    /** For {@link Copying}: sends what can be sent at once, unless others are before. */
    final void sendAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        writer.sendAvailable(task, buffer);
    }

    // ---- ending

    @Override
    public final void close() throws IOException {
        if (isClosed()) {
            return;
        }
        beginClosing();
        try {
            if (loop.inLoop()) {
                writer.flushToClose();
            }
        } finally {
            writer.discard();
            if (endsTransport()) { // and no abort was faster
                closeTransport();
            }
        }
    }

    @Override
    public final void abort() {
        beginClosing();
        writer.discard();
        if (endsTransport()) {
            abortTransport();
        }
    }

    @Override
    public final boolean isOpen() {
        return !isClosed();
    }

    // ---- settings and counts

    @Override
    public final StreamStatistics statistics() {
        return new StreamStatistics(bytesReceived(), bytesSent(), reader.size(), writer.pending());
    }

    @Override
    public final void setReadTimeout(@Nullable Duration limit) {
        ownLimits().setReadTimeout(limit);
    }

    @Override
    public final void setWriteTimeout(@Nullable Duration limit) {
        ownLimits().setWriteTimeout(limit);
    }

    @Override
    public final void setIdleTimeout(@Nullable Duration limit) {
        ownLimits().setIdleTimeout(limit);
    }

    /**
     * Says how much {@link #writeBuffered} may leave to be sent.
     *
     * @param lowBytes how much may be left when it goes on after having suspended; by default 16 KiB
     * @param highBytes how much may be left without that it suspends; at most 128 KiB, by default 64 KiB
     * @throws IllegalArgumentException if not 0 ≤ low ≤ high ≤ 128 KiB
     */
    public final void setWatermarks(int lowBytes, int highBytes) {
        writer.setWatermarks(lowBytes, highBytes);
    }

    /** {@return how many bytes may be left to be sent when a {@link #writeBuffered} that has suspended goes on} */
    public final int lowWatermark() {
        return writer.lowBytes();
    }

    /** {@return how many bytes {@link #writeBuffered} may leave to be sent without that it suspends} */
    public final int highWatermark() {
        return writer.highBytes();
    }

    @Override
    public final void setWireLog(@Nullable WireLog log) {
        logTo(log);
    }

    @Override
    final ByteStream asStream() {
        return this;
    }
}
