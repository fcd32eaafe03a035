package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.VoidBody;
import io.gyre.loop.WrongLoopException;
import io.gyre.net.PeerFailures.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The transport of a stream, with what both directions need around it: limits of time, counts, the wire log, failures. */
abstract class Wire {
    /*
     * Design.
     *
     *     BufferedStream          what users see
     *     WireReader, WireWriter  whose turn it is, reading ahead, writing behind
     *     Wire                    each call of the transport: counted, logged, limited, its failure noted
     *     the transport           the protected methods here, which SocketStream and its like implement
     *
     * A call goes down these layers and does not come back up. The first layer and the last are one object, because
     * BufferedStream extends Wire: a connection has three objects (the stream, its reader, its writer), and no fourth for the
     * layer between them. So that the layers stay apart, the reader and the writer know their stream as a Wire only.
     *
     * What fails in the transport, and not because this end has closed it, is the peer's doing, and so are an end in the middle of
     * a message, a wait that takes too long and a line that is too long. PeerFailures remembers such failures, so that the owner
     * of the stream can tell a connection that broke from a handler that did.
     */
    final EventLoop loop = EventLoop.current();
    final BufferPool pool = BufferPool.OF_LOOP.get();
    private @Nullable StreamLimits limits;
    private @Nullable WireLog log;
    private long bytesReceived;
    private long bytesSent;
    private boolean closed;
    private boolean transportEnded;

    /** The task that serves this; null if it is no connection of a server. */
    private @Nullable Task<?> owner;

    /** Another task than the owner has closed or aborted this. */
    private boolean cutOff;

    // ---- the transport: what a subclass says

    /**
     * Receives what has come. Must not suspend.
     *
     * @param target has room
     * @return how many bytes were received; 0 if there are none at present; -1 at the end of the stream
     * @throws ClosedChannelException if this end is closed
     * @throws IOException if the connection is broken
     */
    protected abstract int receive(ByteBuffer target) throws IOException;

    /**
     * Waits until {@link #receive} may have something, or fail. May return too early.
     *
     * <p><b>Suspends:</b> yes. <b>Cancellation:</b> takes nothing.
     *
     * @throws java.nio.channels.AsynchronousCloseException if this end is closed meanwhile
     * @throws IOException if the connection is broken
     */
    protected abstract void awaitReceivable() throws IOException;

    /**
     * Sends what can be sent at present. Must not suspend.
     *
     * @param source the bytes; its position moves on by what was sent
     * @return how many bytes were sent, possibly 0
     * @throws ClosedChannelException if this end is closed
     * @throws IOException if the connection is broken
     */
    protected abstract int send(ByteBuffer source) throws IOException;

    /**
     * Sends what can be sent at present of several buffers. Must not suspend. One after the other, unless overridden.
     *
     * @param sources the bytes; their positions move on by what was sent
     * @param first the index of the first buffer that has some
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
     * Waits until {@link #send} may take something, or fail. May return too early.
     *
     * <p><b>Suspends:</b> yes. <b>Cancellation:</b> sends nothing.
     *
     * @throws java.nio.channels.AsynchronousCloseException if this end is closed meanwhile
     * @throws IOException if the connection is broken
     */
    protected abstract void awaitSendable() throws IOException;

    /**
     * Sends a portion of a file. In other threads; suspends. Through a buffer, unless overridden.
     *
     * @param file where the bytes are
     * @param position of the first of them
     * @param count how many at the most, more than 0
     * @return how many were sent; -1 if the file has none there
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
     * Tells the peer that nothing more will come. Called once. Must not suspend.
     *
     * @throws IOException if the connection is broken
     */
    protected abstract void endOutput() throws IOException;

    /**
     * Closes it; what was sent is still delivered. Called once. Must not suspend. Whoever waits must be woken.
     *
     * @throws IOException if closing fails
     */
    protected abstract void closeTransport() throws IOException;

    /**
     * Closes it so that the peer learns that bytes may be missing. Called once, and instead of {@link #closeTransport}. Must not
     * suspend, must not throw.
     */
    protected abstract void abortTransport();

    /** Wakes a task that is in {@link #awaitReceivable}, which then returns. */
    protected abstract void wakeReceiver();

    // ---- receiving

    /** Receives what has come, which is counted and logged. */
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
                log.received(
                        asStream(), target.duplicate().flip().position(start).asReadOnlyBuffer());
            }
        }
        return count;
    }

    /** Waits until something can be received, within the limits of time. */
    final void awaitReceivableLimited() throws IOException {
        try {
            if (limits != null && limits.ofReading()) {
                awaitWithin(limits, limits.readTimeout(), "a read from " + this, this::awaitReceivable);
            } else {
                awaitReceivable();
            }
        } catch (CancelledException tooSlow) {
            throw note(tooSlow, Kind.TIMED_OUT); // if a time-out is made of it
        }
    }

    // ---- sending

    /** Sends all of a buffer. */
    final void sendAll(ByteBuffer buffer) throws IOException {
        for (; ; ) {
            int asked = Math.min(buffer.remaining(), BufferPool.BUFFER_BYTES);
            int count = sendCounted(buffer);
            if (!buffer.hasRemaining()) {
                return;
            }
            awaitAfter(count, asked);
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

    /** Between two calls of the transport: waits if it has taken less than it was given. */
    private void awaitAfter(long count, long asked) throws IOException {
        if (count < asked) {
            awaitSendableLimited();
        } else {
            LowLevel.checkpoint(); // a peer that is as fast as we are must not keep the others waiting
        }
    }

    /** Sends what can be sent at present, which is counted and logged. */
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
            log.sent(asStream(), source.duplicate().flip().position(start).asReadOnlyBuffer());
        }
        return count;
    }

    /** Sends what can be sent at present of several buffers, from the first that is not empty; it is counted and logged. */
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

    /** Counts what was sent. */
    final void countSent(long count) {
        if (count > 0) {
            bytesSent += count;
            bytesHaveMoved();
        }
    }

    /** Waits until something can be sent, within the limits of time. */
    final void awaitSendableLimited() throws IOException {
        try {
            if (limits != null && limits.ofWriting()) {
                awaitWithin(limits, limits.writeTimeout(), "a write to " + this, this::awaitSendable);
            } else {
                awaitSendable();
            }
        } catch (CancelledException tooSlow) {
            throw note(tooSlow, Kind.TIMED_OUT); // if a time-out is made of it
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

    /** {@return the limits, to be set} A stream has none, and no object for them, until the first is set. */
    final StreamLimits ownLimits() {
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
        log = wireLog;
    }

    /** {@return what users know this as} */
    abstract ByteStream asStream();

    // ---- failures

    /** For failures of the transport: what fails there, and not because we have closed it, is the peer's doing. */
    final <X extends IOException> X broken(X failure) {
        return failure instanceof ClosedChannelException ? failure : note(failure, Kind.BROKEN);
    }

    /** Takes note of what the peer has done. */
    final <X extends Exception> X note(X failure, Kind kind) {
        return loop.inLoop() ? PeerFailures.OF_LOOP.get().note(failure, kind) : failure;
    }

    // ---- ending

    final boolean isClosed() {
        return closed;
    }

    /** Says which task serves this, so that an end which another task has caused is known as such. */
    final void ownedBy(Task<?> task) {
        owner = task;
    }

    /** {@return whether a failure says that this was closed or aborted by another task than the one that serves it} */
    final boolean isCutOffBy(Throwable failure) {
        return cutOff && failure instanceof ClosedChannelException;
    }

    /** From now on this is closed; its transport may have something to send yet. */
    final void beginClosing() {
        checkLoop();
        closed = true;
        if (owner != null && !(LowLevel.inTask() && Async.currentTask() == owner)) {
            cutOff = true;
        }
    }

    /** {@return whether the caller is to end the transport: the first one is} */
    final boolean endsTransport() {
        boolean first = !transportEnded;
        transportEnded = true;
        return first;
    }

    // ---- confinement

    /** Begins a call that may suspend. */
    final Task<?> checkpoint() {
        return requireLoop(LowLevel.checkpoint());
    }

    final Task<?> requireLoop(Task<?> task) {
        if (task.loop() != loop) {
            throw wrongLoop(task);
        }
        return task;
    }

    /** For what does not suspend, and may be called where no loop is current any more. */
    final void checkLoop() {
        if (!loop.inLoop() && !loop.isClosed()) {
            throw wrongLoop(Thread.currentThread().isVirtual() ? Async.currentTask() : Thread.currentThread());
        }
    }

    private WrongLoopException wrongLoop(Object user) {
        return new WrongLoopException(this, loop, user, "A stream stays on the loop that made it.");
    }
}
