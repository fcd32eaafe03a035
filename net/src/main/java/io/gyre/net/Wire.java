package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.VoidBody;
import io.gyre.loop.spi.Failure;
import io.gyre.net.PeerFailures.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The transport of a stream, with what both directions need around it: time limits, counts, the wire log, failures. */
abstract class Wire {
    /*
     * Design.
     *
     *     BufferedStream          what users see
     *     WireReader, WireWriter  turns, reading ahead, writing behind
     *     Wire                    each transport call: counted, logged, limited, its failure recorded
     *     the transport           the protected methods here, implemented by SocketStream and others
     *
     * A call goes down these layers and does not come back up; only a transport that sends a file by itself counts, waits
     * and reports here. The first and the last layer are one object, because
     * BufferedStream extends Wire: a connection has three objects (the stream, its reader, its writer), and no fourth
     * for the layer between them. To keep the layers apart, the reader and the writer know their stream only as a Wire.
     *
     * A transport failure that this end did not cause by closing is the peer's doing. So are an end in the middle of a
     * message, a wait that takes too long and a line that is too long. PeerFailures remembers such failures, so that
     * the owner of the stream can tell a broken connection from a faulty handler.
     */
    /** Long enough for a live peer, short enough not to delay the end of a program. */
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private static final String REMEDY =
            "A stream belongs to the loop that created it; from elsewhere use loop.call(() -> ...).";

    final EventLoop loop = EventLoop.current();
    final BufferPool pool = BufferPool.OF_LOOP.get();
    private @Nullable StreamLimits limits;
    private @Nullable WireLog log;
    private long bytesReceived;
    private long bytesSent;
    private boolean closed;
    private boolean transportEnded;
    private long closingSinceNanos;

    /** The task that serves this stream; null if it is not a connection of a server. */
    private @Nullable Task<?> owner;

    /** A task other than the owner has closed or aborted this stream. */
    private boolean cutOff;

    // ---- the transport, implemented by subclasses

    /**
     * Receives available bytes. Must not suspend.
     *
     * @param target has room
     * @return how many bytes were received; 0 if none are available; -1 at the end of the stream
     * @throws ClosedChannelException if this end is closed
     * @throws IOException if the connection is broken
     */
    protected abstract int receive(ByteBuffer target) throws IOException;

    /**
     * Waits until {@link #receive} may deliver bytes or fail. May return early.
     *
     * <p><b>Suspends:</b> yes. <b>Cancellation:</b> takes nothing.
     *
     * @throws java.nio.channels.AsynchronousCloseException if this end is closed while waiting
     * @throws IOException if the connection is broken
     */
    protected abstract void awaitReceivable() throws IOException;

    /**
     * Sends as much as possible now. Must not suspend.
     *
     * @param source the bytes; its position advances by the number sent
     * @return how many bytes were sent, possibly 0
     * @throws ClosedChannelException if this end is closed
     * @throws IOException if the connection is broken
     */
    protected abstract int send(ByteBuffer source) throws IOException;

    /**
     * Sends as much of several buffers as possible now. Must not suspend. Sends them one by one, unless overridden.
     *
     * @param sources the bytes; their positions advance by the number sent
     * @param first the index of the first non-empty buffer
     * @return how many bytes were sent, possibly 0
     * @throws ClosedChannelException if this end is closed
     * @throws IOException if the connection is broken
     */
    protected long send(ByteBuffer[] sources, int first) throws IOException {
        long total = 0;
        for (int i = first; i < sources.length; i++) {
            if (sources[i].hasRemaining()) {
                total += send(sources[i]);
                if (sources[i].hasRemaining()) {
                    break;
                }
            }
        }
        return total;
    }

    /**
     * Waits until {@link #send} may take bytes or fail. May return early.
     *
     * <p><b>Suspends:</b> yes. <b>Cancellation:</b> sends nothing.
     *
     * @throws java.nio.channels.AsynchronousCloseException if this end is closed while waiting
     * @throws IOException if the connection is broken
     */
    protected abstract void awaitSendable() throws IOException;

    /**
     * {@return whether bytes that {@link #send} has taken are still inside this transport; {@link #awaitSendable} then waits
     * until they are not} Writes and flushes wait for it. False unless overridden.
     */
    protected boolean isSending() {
        return false;
    }

    /**
     * Sends a portion of a file. Uses other threads; suspends. Copies through a buffer, unless overridden.
     *
     * @param file the file to read
     * @param position the position of the first byte
     * @param count how many at most, more than 0
     * @return how many were sent; -1 if the file ends before the position
     * @throws IOException if the file cannot be read or the connection is broken
     */
    protected long sendPortion(FileChannel file, long position, long count) throws IOException {
        ByteBuffer portion = FilePortions.read(file, position, count);
        if (portion == null) {
            return -1;
        }
        int length = portion.remaining();
        sendAll(portion);
        return length;
    }

    /**
     * Tells the peer that no more bytes will come. Called once. Must not suspend.
     *
     * @throws IOException if the connection is broken
     */
    protected abstract void endOutput() throws IOException;

    /**
     * Closes the transport; sent bytes are still delivered. Called once. Must wake waiting tasks. May suspend to send what
     * belongs to the end, for a limited time ({@link #closeLimitLeft}); must not suspend when its loop is closed.
     *
     * @throws IOException if closing fails
     */
    protected abstract void closeTransport() throws IOException;

    /**
     * Closes the transport such that the peer learns that bytes may be missing. Called once, instead of
     * {@link #closeTransport}. Must not suspend or throw.
     */
    protected abstract void abortTransport();

    /** Wakes a task in {@link #awaitReceivable}, which then returns. */
    protected abstract void wakeReceiver();

    // ---- receiving

    /** Receives available bytes, and counts and logs them. */
    final int receiveCounted(ByteBuffer target) throws IOException {
        int start = target.position();
        int count;
        try {
            count = receive(target);
        } catch (IOException failure) {
            throw broken(failure);
        }
        if (count > 0) {
            bytesReceived += count;
            bytesHaveMoved();
            if (log != null) {
                show(log::received, target, start);
            }
        }
        return count;
    }

    /** Waits until bytes can be received, within the time limits. */
    final void awaitReceivableLimited() throws IOException {
        try {
            if (limits != null && limits.ofReading()) {
                awaitWithin(limits, limits.readTimeout(), "a read from " + this, this::awaitReceivable);
            } else {
                awaitReceivable();
            }
        } catch (CancelledException tooSlow) {
            throw note(tooSlow, Kind.TIMED_OUT); // recorded in case a time-out is made of it
        }
    }

    // ---- sending

    /** Sends all of a buffer. */
    final void sendAll(ByteBuffer buffer) throws IOException {
        for (; ; ) {
            int asked = Math.min(buffer.remaining(), BufferPool.BUFFER_BYTES);
            int count = sendCounted(buffer);
            if (!buffer.hasRemaining()) {
                awaitSent();
                return;
            }
            awaitAfter(count, asked);
        }
    }

    /** Waits until the transport holds no bytes back. */
    final void awaitSent() throws IOException {
        while (isSending()) {
            awaitSendableLimited();
        }
    }

    /** Sends all of several buffers. */
    final void sendAll(ByteBuffer[] buffers) throws IOException {
        for (int first = nextNonEmpty(buffers, 0); first < buffers.length; first = nextNonEmpty(buffers, first)) {
            long asked = remaining(buffers, first);
            long count = sendCounted(buffers, first);
            if (count < asked) {
                awaitAfter(count, Math.min(asked, BufferPool.BUFFER_BYTES));
            }
        }
        awaitSent();
    }

    private static int nextNonEmpty(ByteBuffer[] buffers, int from) {
        int index = from;
        while (index < buffers.length && !buffers[index].hasRemaining()) {
            index++;
        }
        return index;
    }

    private static long remaining(ByteBuffer[] buffers, int first) {
        long total = 0;
        for (int i = first; i < buffers.length; i++) {
            total += buffers[i].remaining();
        }
        return total;
    }

    /** Between two transport calls: waits if the last one took less than it was given. */
    private void awaitAfter(long count, long asked) throws IOException {
        if (count < asked) {
            awaitSendableLimited();
        } else {
            LowLevel.checkpoint(); // a peer as fast as this end must not starve other tasks
        }
    }

    /** Sends as much as possible now, and counts and logs it. */
    final int sendCounted(ByteBuffer source) throws IOException {
        int start = source.position();
        int count;
        try {
            count = send(source);
        } catch (IOException failure) {
            throw broken(failure);
        }
        countSent(count);
        if (log != null && count > 0) {
            show(log::sent, source, start);
        }
        return count;
    }

    /** Sends as much of several buffers as possible now, from the first non-empty one; counts and logs it. */
    private long sendCounted(ByteBuffer[] sources, int first) throws IOException {
        if (log != null) {
            return sendCounted(sources[first]);
        }
        long count;
        try {
            count = send(sources, first);
        } catch (IOException failure) {
            throw broken(failure);
        }
        countSent(count);
        return count;
    }

    /** Counts sent bytes. */
    final void countSent(long count) {
        if (count > 0) {
            bytesSent += count;
            bytesHaveMoved();
        }
    }

    /** Waits until bytes can be sent, within the time limits. */
    final void awaitSendableLimited() throws IOException {
        try {
            if (limits != null && limits.ofWriting()) {
                awaitWithin(limits, limits.writeTimeout(), "a write to " + this, this::awaitSendable);
            } else {
                awaitSendable();
            }
        } catch (CancelledException tooSlow) {
            throw note(tooSlow, Kind.TIMED_OUT); // recorded in case a time-out is made of it
        }
    }

    // ---- limits, counts and the log

    private void awaitWithin(StreamLimits limits, @Nullable Duration timeout, String what, VoidBody<IOException> wait)
            throws IOException {
        try {
            limits.await(timeout, what, wait);
        } catch (TimeoutException tooSlow) {
            throw note(tooSlow, Kind.TIMED_OUT);
        }
    }

    private void bytesHaveMoved() {
        if (limits != null) {
            limits.bytesHaveMoved();
        }
    }

    /** {@return the limits, for setting them} A stream has no limits object until the first limit is set. */
    final StreamLimits ownLimits() {
        checkLoop();
        StreamLimits present = limits;
        if (present == null) {
            present = new StreamLimits(loop);
            limits = present;
        }
        return present;
    }

    final long bytesReceived() {
        return bytesReceived;
    }

    final long bytesSent() {
        return bytesSent;
    }

    final void logTo(@Nullable WireLog wireLog) {
        checkLoop();
        log = wireLog;
    }

    /** Shows bytes that have moved, which a log that fails must not lose. */
    private void show(BiConsumer<ByteStream, ByteBuffer> direction, ByteBuffer buffer, int start) {
        try {
            direction.accept(
                    asStream(), buffer.duplicate().flip().position(start).asReadOnlyBuffer());
        } catch (Throwable failure) {
            log = null;
            LowLevel.report(new Failure(
                    "the wire log of " + this
                            + " failed and was removed; no bytes are lost. A wire log must not throw.",
                    toString(),
                    null,
                    failure));
        }
    }

    /** {@return the stream that users know} */
    abstract ByteStream asStream();

    /** {@return how many bytes were written and are unsent} */
    abstract int unsent();

    // ---- failures

    /** For transport failures: unless this end caused them by closing, they are the peer's doing. */
    final <X extends IOException> X broken(X failure) {
        return failure instanceof ClosedChannelException ? failure : note(failure, Kind.BROKEN);
    }

    /**
     * Records that a stream could not begin, because its two ends did not agree on how to: a server counts it, and it is not
     * a failure of the handler.
     *
     * @param <X> the type of the failure
     * @param failure the failure
     * @return the failure
     */
    protected final <X extends IOException> X handshakeFailed(X failure) {
        return note(failure, Kind.HANDSHAKE);
    }

    /** Records a failure that the peer caused. */
    final <X extends Exception> X note(X failure, Kind kind) {
        return loop.inLoop() ? PeerFailures.OF_LOOP.get().note(failure, kind) : failure;
    }

    // ---- ending

    final boolean isClosed() {
        return closed;
    }

    /** Sets the task that serves this stream, so that an end caused by another task is recognised. */
    final void ownedBy(Task<?> task) {
        owner = task;
    }

    /** {@return whether it is a connection of a server} */
    final boolean isServed() {
        return owner != null;
    }

    /** {@return whether a failure means that a task other than the owner closed or aborted this stream} */
    final boolean isCutOffBy(Throwable failure) {
        return cutOff && failure instanceof ClosedChannelException;
    }

    /** Marks the stream as closed; its transport may still have bytes to send. */
    final void beginClosing() {
        checkLoop();
        closed = true;
        closingSinceNanos = loop.time();
        if (owner != null && !(LowLevel.inTask() && Async.currentTask() == owner)) {
            cutOff = true;
        }
    }

    /**
     * {@return how long {@link #closeTransport} may still suspend in a cancelled task: 5 s, less the time in which this stream
     * has already sent what was left} For {@link Async#shield(java.time.Duration, VoidBody)}.
     */
    protected final Duration closeLimitLeft() {
        Duration left = CLOSE_LIMIT.minusNanos(loop.time() - closingSinceNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** {@return whether the caller must end the transport: true for the first caller} */
    final boolean endsTransport() {
        boolean first = !transportEnded;
        transportEnded = true;
        return first;
    }

    // ---- confinement

    /** Starts a call that may suspend. */
    final Task<?> checkpoint() {
        return requireLoop(LowLevel.checkpoint());
    }

    final Task<?> requireLoop(Task<?> task) {
        if (task.loop() != loop) {
            LowLevel.checkLoop(this, loop, REMEDY);
        }
        return task;
    }

    /** For calls that do not suspend and may be made when no loop is current any more. */
    final void checkLoop() {
        if (!loop.isClosed()) {
            LowLevel.checkLoop(this, loop, REMEDY);
        }
    }
}
