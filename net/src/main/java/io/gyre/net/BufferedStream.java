package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.Task;
import io.gyre.loop.spi.ChannelOwner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream over a transport that moves bytes without blocking and can be waited for. All streams of this library are
 * built on it, and yours can be too.
 *
 * <p>A subclass says how to receive and send what is possible now, how to wait for more, and how to end. This class
 * does the rest: turns, checkpoints, reading ahead, writing behind, time limits, counts and the wire log.
 *
 * {@snippet :
 * final class SerialPort extends BufferedStream {
 *     protected int receive(ByteBuffer target) { return port.readAvailable(target); }
 *     protected void awaitReceivable() { received.await(); }
 *     ...
 * }
 * }
 *
 * <p><b>Confinement:</b> the loop that was current when it was created. The protected methods are called on that loop,
 * by one task at a time for each direction.
 */
@SuppressWarnings("this-escape") // its parts keep the reference, and use it only after construction
public abstract class BufferedStream extends Wire implements ByteStream {
    /*
     * Design.
     *
     * A façade: each call goes to the reader or the writer, and from there down to the Wire, which this class extends.
     * Wire declares the methods that a subclass implements.
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

    /**
     * For {@link Copying}: reads available bytes without waiting.
     * {@return how many; 0 if nothing has arrived, -1 at the end}
     */
    final int readAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        return reader.readAvailable(task, buffer);
    }

    /**
     * Reads the bytes that have arrived, without waiting. For a stream on top of this one; {@link #awaitReadable} waits
     * without a buffer.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param buffer receives the bytes, has room
     * @return how many bytes were read; 0 if none have arrived, -1 at the end of the stream
     * @throws io.gyre.loop.BusyException if another task is reading
     * @throws IOException if the connection is broken or closed
     */
    public final int tryRead(ByteBuffer buffer) throws IOException {
        Counts.writable(buffer);
        return reader.readAvailable(Async.currentTask(), buffer);
    }

    /**
     * Waits until {@link #tryRead} will probably deliver bytes, the end or a failure. May return early.
     *
     * <p><b>Suspends:</b> until then. <b>Cancellation:</b> takes nothing.
     *
     * @throws io.gyre.loop.BusyException if another task is reading
     * @throws IOException if the connection is broken or closed
     */
    public final void awaitReadable() throws IOException {
        reader.awaitMore();
    }

    /**
     * {@return whether this end has ended the input, as a draining server does: reads deliver what has arrived and then the
     * end of the stream, whatever the peer still sends}
     */
    public final boolean isInputEnded() {
        return reader.isEndedHere();
    }

    /**
     * {@return whether the peer has ended or broken the connection, as far as this end knows} For connection pools,
     * before reuse. Received bytes are kept for the next read, and so is a failure.
     *
     * <p><b>Suspends:</b> no. Only a time-out detects a peer that vanishes silently.
     */
    public final boolean hasEnded() {
        checkLoop();
        return reader.hasEnded();
    }

    /** Makes reads return the end of the stream once they have delivered what has arrived. */
    final void endInput() {
        reader.end();
    }

    /**
     * {@return the bytes received but not delivered yet, in order; this stream will not deliver them}
     *
     * <p>For a transport that outlives its closed stream: another stream may begin with these bytes.
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

    /**
     * Writes what can be sent without waiting; nothing while other bytes are still to be sent before. For a stream on top
     * of this one.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param buffer the bytes; its position says how many were sent
     * @throws IOException if the connection is broken or closed
     */
    public final void tryWrite(ByteBuffer buffer) throws IOException {
        writer.sendAvailable(Async.currentTask(), buffer);
    }

    /** For {@link Copying}: sends what can be sent at once, unless other bytes are queued before. */
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
            if (endsTransport()) { // false if an abort came first
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

    /**
     * Sends what is written behind and ends this stream, but not its transport.
     *
     * @return the bytes received and not delivered
     */
    final byte[] leaveTransport() throws IOException {
        Task<?> task = checkpoint();
        if (isClosed()) {
            throw new ClosedChannelException();
        }
        reader.beginTurn(task);
        try {
            flush();
        } finally {
            reader.endTurn();
        }
        beginClosing();
        writer.discard();
        endsTransport();
        return takeUndelivered();
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
     * Sets how many bytes {@link #writeBuffered} may leave unsent.
     *
     * @param lowBytes a suspended call resumes when at most this many bytes are unsent; by default 16 KiB
     * @param highBytes how many bytes may stay unsent before the call suspends; at most 128 KiB, by default 64 KiB
     * @throws IllegalArgumentException if not 0 ≤ low ≤ high ≤ 128 KiB
     */
    public final void setWatermarks(int lowBytes, int highBytes) {
        checkLoop();
        writer.setWatermarks(lowBytes, highBytes);
    }

    /** {@return how many bytes may be unsent when a suspended {@link #writeBuffered} resumes} */
    public final int lowWatermark() {
        return writer.lowBytes();
    }

    /** {@return how many bytes {@link #writeBuffered} may leave unsent before it suspends} */
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

    @Override
    final int unsent() {
        return writer.pending();
    }

    /** {@return what a dump asks about this stream} */
    final ChannelOwner inDumps() {
        return reader;
    }
}
