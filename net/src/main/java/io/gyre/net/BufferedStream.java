package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.net.PeerFailures.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Arrays;
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
public abstract class BufferedStream implements ByteStream {
    /*
     * Design.
     *
     * Straight through: no queue and no second task stand between the caller and the transport. An operation tries first and
     * waits only when that gives nothing, except after a short read: fewer bytes than asked for mean that there is probably
     * nothing left now, so the next read waits at once instead of paying for a call that returns nothing.
     *
     * Reading lives here, writing in StreamOutput, which has the bytes that were written and not yet sent.
     *
     * What fails in the transport, and not because we closed it, is the peer's doing, and so are an end in the middle of a
     * message, a wait that takes too long and a line that is too long. PeerFailures remembers such failures, so that whoever
     * owns the stream can tell a connection that broke from a handler that did.
     */

    /** Of an array whose length somebody else has chosen. */
    private static final int FIRST_BYTES = 64 * 1024;

    private static final byte LF = '\n';
    private static final byte CR = '\r';

    private final EventLoop loop = EventLoop.current();
    final BufferPool pool = BufferPool.OF_LOOP.get();
    private final StreamInput input = new StreamInput(this);
    private final StreamOutput output = new StreamOutput(this);
    private @Nullable StreamLimits limits;
    private boolean probablyEmpty;
    private boolean inputEnds;
    private boolean closed;
    private boolean transportClosed;
    private long bytesReceived;

    /** What {@link #hasEnded} has met, for the next read: a transport may tell it once. */
    private @Nullable IOException seenFailure;

    /** The task that serves this; null if it is no connection of a server. */
    private @Nullable Task<?> owner;

    /** Somebody else than the owner has closed or aborted this. */
    private boolean cutOff;

    private @Nullable WireLog wireLog;

    /** Creates a stream on the current loop. */
    protected BufferedStream() {}

    // ---- what a subclass says

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
        output.sendAll(portion);
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

    // ---- reading

    @Override
    public final int read(ByteBuffer buffer) throws IOException {
        Counts.writable(buffer);
        input.beginTurn(checkpoint());
        try {
            return readSome(buffer);
        } finally {
            input.endTurn();
        }
    }

    @Override
    public final void readExactly(ByteBuffer buffer) throws IOException {
        Counts.writable(buffer);
        input.beginTurn(checkpoint());
        try {
            int start = buffer.position();
            while (buffer.hasRemaining()) {
                if (readSome(buffer) < 0) {
                    throw broken(new IncompleteReadException(this, buffer.position() - start, buffer.limit() - start));
                }
                if (buffer.hasRemaining()) {
                    LowLevel.checkpoint(); // not behind the last byte: what is complete is delivered
                }
            }
        } finally {
            input.endTurn();
        }
    }

    @Override
    public final byte[] readExactly(int length) throws IOException {
        Counts.bytes("length", length);
        input.beginTurn(checkpoint());
        try {
            return readGrowing(length);
        } finally {
            input.endTurn();
        }
    }

    /** The peer may have said how long it is: memory follows what has come, and not that. */
    private byte[] readGrowing(int length) throws IOException {
        var bytes = new byte[Math.min(length, Math.max(FIRST_BYTES, input.size()))];
        int count = 0;
        try {
            while (count < length) {
                if (count == bytes.length) {
                    bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * count));
                }
                int more = readSome(ByteBuffer.wrap(bytes, count, bytes.length - count));
                if (more < 0) {
                    throw broken(new IncompleteReadException(this, count, length));
                }
                count += more;
                if (count < length) {
                    LowLevel.checkpoint(); // not behind the last byte: what is complete is delivered
                }
            }
        } catch (Throwable failure) {
            if (count > 0) {
                input.prepend(bytes, count);
            }
            throw failure;
        }
        return bytes;
    }

    @Override
    public final byte[] readUntil(int maxBytes, byte[]... separators) throws IOException {
        Counts.bytes("maxBytes", maxBytes);
        var search = new SeparatorSearch(input, separators);
        input.beginTurn(checkpoint());
        try {
            while (!search.found()) {
                if (input.size() - search.longestSeparator() >= maxBytes) {
                    throw tooLarge("no separator, and", maxBytes);
                }
                LowLevel.checkpoint();
                if (readMoreAhead() < 0) {
                    throw broken(new IncompleteReadException(this, input.size(), search.describe()));
                }
            }
            if (search.start() > maxBytes) {
                throw tooLarge("before a separator", maxBytes);
            }
            return input.take(search.end());
        } finally {
            input.endTurn();
        }
    }

    @Override
    public final Optional<String> readLine(int maxBytes, Charset charset) throws IOException {
        Counts.bytes("maxBytes", maxBytes);
        input.beginTurn(checkpoint());
        try {
            int searched = 0;
            for (; ; ) {
                int end = input.indexOf(LF, searched);
                searched = input.size();
                int length = end < 0 ? searched : withoutCarriageReturn(end);
                // A line that is one byte too long may still end in a carriage return.
                if (length > maxBytes && (end >= 0 || length > maxBytes + 1 || input.at(maxBytes) != CR)) {
                    throw tooLarge("a line of", maxBytes);
                }
                if (end >= 0) {
                    return Optional.of(takeLine(length, end + 1, charset));
                }
                LowLevel.checkpoint();
                if (readMoreAhead() < 0) {
                    return lastLine(maxBytes, charset);
                }
            }
        } finally {
            input.endTurn();
        }
    }

    private Optional<String> lastLine(int maxBytes, Charset charset) throws IOException {
        int length = input.size();
        if (length > maxBytes) {
            throw tooLarge("a line of", maxBytes);
        }
        return length == 0 ? Optional.empty() : Optional.of(takeLine(length, length, charset));
    }

    private LimitExceededException tooLarge(String what, int maxBytes) {
        return note(new LimitExceededException(this, what, maxBytes), Kind.TOO_LARGE);
    }

    private int withoutCarriageReturn(int end) {
        return end > 0 && input.at(end - 1) == CR ? end - 1 : end;
    }

    private String takeLine(int length, int lengthWithEnd, Charset charset) {
        String line = input.text(length, charset);
        input.skip(lengthWithEnd);
        return line;
    }

    @Override
    public final byte[] readAll(int maxBytes) throws IOException {
        Counts.bytes("maxBytes", maxBytes);
        input.beginTurn(checkpoint());
        try {
            do {
                if (input.size() > maxBytes) {
                    throw tooLarge("in all", maxBytes);
                }
                LowLevel.checkpoint();
            } while (readMoreAhead() >= 0);
            return input.take(input.size());
        } finally {
            input.endTurn();
        }
    }

    @Override
    public final byte[] peek(int length) throws IOException {
        Counts.bytes("length", length);
        input.beginTurn(checkpoint());
        try {
            while (input.size() < length) {
                LowLevel.checkpoint();
                if (readMoreAhead() < 0) {
                    break;
                }
            }
            return input.copy(Math.min(length, input.size()));
        } finally {
            input.endTurn();
        }
    }

    /** For {@link Copying}: reads what has come, and does not wait for more. {@return how much; 0 if nothing has come, -1 at the end} */
    final int readAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        input.beginTurn(requireLoop(task));
        try {
            if (!input.isEmpty()) {
                return input.deliver(buffer);
            }
            int count = probablyEmpty && !inputEnds && !closed ? 0 : receiveCounted(buffer);
            return count == 0 && inputEnds ? -1 : count;
        } finally {
            input.endTurn();
        }
    }

    /** For {@link Copying}: waits until more has probably come. */
    final void awaitMore() throws IOException {
        input.beginTurn(checkpoint());
        try {
            awaitIfProbablyEmpty();
        } finally {
            input.endTurn();
        }
    }

    private int readMoreAhead() throws IOException {
        for (; ; ) {
            awaitIfProbablyEmpty();
            ByteBuffer direct = pool.take();
            try {
                int count = receiveCounted(direct);
                input.append(direct.flip());
                if (count != 0 || inputEnds) {
                    return count == 0 ? -1 : count;
                }
            } finally {
                pool.giveBack(direct);
            }
        }
    }

    private int readSome(ByteBuffer buffer) throws IOException {
        if (!buffer.hasRemaining()) {
            return 0;
        }
        if (!input.isEmpty()) {
            return input.deliver(buffer);
        }
        for (; ; ) {
            awaitIfProbablyEmpty();
            int count = receiveCounted(buffer);
            if (count != 0 || inputEnds) {
                return count == 0 ? -1 : count;
            }
        }
    }

    private void awaitIfProbablyEmpty() throws IOException {
        if (probablyEmpty && !inputEnds && !closed) { // one that is closed wakes nobody; receive says that it is
            try {
                if (limits != null && limits.ofReading()) {
                    limits.awaitReceivable();
                } else {
                    awaitReceivable();
                }
            } catch (CancelledException tooSlow) {
                throw note(tooSlow, Kind.TIMED_OUT); // if a time-out is made of it
            }
            probablyEmpty = false;
        }
    }

    private int receiveCounted(ByteBuffer target) throws IOException {
        int start = target.position();
        int asked = target.remaining();
        int count;
        if (seenFailure != null) {
            throw seenFailure;
        }
        try {
            count = receive(target);
        } catch (IOException failure) {
            throw broken(failure);
        }
        probablyEmpty = count >= 0 && count < asked;
        if (count > 0) {
            bytesReceived += count;
            bytesHaveMoved();
            if (wireLog != null) {
                wireLog.received(this, target.duplicate().flip().position(start).asReadOnlyBuffer());
            }
        }
        return count;
    }

    /**
     * {@return whether the peer has ended or broken the connection, as far as this end knows} For pools of connections, before one
     * is used again. Bytes that have come are kept for the next read, and so is a failure.
     *
     * <p><b>Suspends:</b> no. A peer that vanishes without a word is noticed by a time-out only.
     */
    public final boolean hasEnded() {
        checkLoop();
        if (closed || inputEnds || seenFailure != null) {
            return true;
        }
        if (input.isTaken() || !input.isEmpty()) {
            return false;
        }
        ByteBuffer direct = pool.take();
        try {
            int count = receiveCounted(direct);
            input.append(direct.flip());
            return count < 0;
        } catch (IOException failure) {
            seenFailure = failure;
            return true;
        } finally {
            pool.giveBack(direct);
        }
    }

    /** Lets reads return the end of the stream once what has arrived is read. */
    final void endInput() {
        inputEnds = true;
        wakeReceiver();
    }

    /**
     * {@return what has been received and is not delivered yet, in order; it never will be by this}
     *
     * <p>For a transport that outlives its stream, when that is closed: another stream may begin with these bytes.
     */
    protected final byte[] takeUndelivered() {
        return input.take(input.size());
    }

    // ---- writing

    @Override
    public final void write(ByteBuffer buffer) throws IOException {
        output.write(checkpoint(), buffer);
    }

    @Override
    public final void write(ByteBuffer... buffers) throws IOException {
        output.write(checkpoint(), buffers);
    }

    @Override
    public final void writeBuffered(ByteBuffer buffer) throws IOException {
        output.writeBuffered(checkpoint(), buffer);
    }

    @Override
    public final void flush() throws IOException {
        output.flush(checkpoint());
    }

    @Override
    public final void sendFile(FileChannel file, long position, long count) throws IOException {
        Counts.bytes("position", position);
        Counts.bytes("count", count);
        Task<?> task = checkpoint();
        output.beginTurnDrained(task);
        try {
            long left = count;
            while (left > 0) {
                long sent = sendPortion(file, position + (count - left), Math.min(left, FilePortions.PORTION_BYTES));
                if (sent < 0) {
                    FilePortions.requireAll(file, count - left, count, this);
                    return;
                }
                left -= sent;
                if (left > 0) {
                    LowLevel.checkpoint(); // not behind the last byte
                }
            }
        } finally {
            output.endTurn();
        }
    }

    @Override
    public final void closeOutput() throws IOException {
        output.close(checkpoint());
    }

    /** For {@link Copying}: sends what can be sent at once, unless others are before. */
    final void sendAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        output.sendAvailable(requireLoop(task), buffer);
    }

    /** For {@link StreamOutput}: sends, and counts. */
    final int sendCounted(ByteBuffer source) throws IOException {
        int start = source.position();
        int count;
        try {
            count = send(source);
        } catch (IOException failure) {
            throw broken(failure);
        }
        sent(count);
        if (wireLog != null && count > 0) {
            wireLog.sent(this, source.duplicate().flip().position(start).asReadOnlyBuffer());
        }
        return count;
    }

    /** For {@link StreamOutput}: sends of several buffers, and counts. */
    final long sendCounted(ByteBuffer[] sources, int first) throws IOException {
        if (wireLog != null) {
            return sendCounted(sources[first]);
        }
        long count;
        try {
            count = send(sources, first);
        } catch (IOException failure) {
            throw broken(failure);
        }
        sent(count);
        return count;
    }

    /** Counts what was sent. */
    final void sent(long count) {
        if (count > 0) {
            output.count(count);
            bytesHaveMoved();
        }
    }

    private void bytesHaveMoved() {
        if (limits != null) {
            limits.bytesHaveMoved();
        }
    }

    /** For {@link StreamOutput}: waits until something can be sent. */
    final void awaitSendableLimited() throws IOException {
        try {
            if (limits != null && limits.ofWriting()) {
                limits.awaitSendable();
            } else {
                awaitSendable();
            }
        } catch (CancelledException tooSlow) {
            throw note(tooSlow, Kind.TIMED_OUT); // if a time-out is made of it
        }
    }

    // ---- ending

    @Override
    public final void close() throws IOException {
        if (closed) {
            return;
        }
        checkLoop();
        noteWhoEnds();
        try {
            if (loop.inLoop()) {
                output.flushToClose();
            }
        } finally {
            output.discard();
            if (endsTransport()) { // and no abort was faster
                closeTransport();
            }
        }
    }

    @Override
    public final void abort() {
        checkLoop();
        noteWhoEnds();
        output.discard();
        if (endsTransport()) {
            abortTransport();
        }
    }

    private void noteWhoEnds() {
        closed = true;
        if (owner != null && !(LowLevel.inTask() && Async.currentTask() == owner)) {
            cutOff = true;
        }
    }

    /** {@return whether the caller is to end the transport: the first one is} */
    private boolean endsTransport() {
        boolean first = !transportClosed;
        transportClosed = true;
        return first;
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    // ---- settings and counts

    @Override
    public final StreamStatistics statistics() {
        return new StreamStatistics(bytesReceived, output.bytesSent(), input.size(), output.pending());
    }

    private StreamLimits ownLimits() {
        StreamLimits present = limits;
        if (present == null) {
            present = new StreamLimits(this);
            limits = present;
        }
        return present;
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
        output.setWatermarks(lowBytes, highBytes);
    }

    /** {@return how many bytes may be left to be sent when a {@link #writeBuffered} that has suspended goes on} */
    public final int lowWatermark() {
        return output.lowBytes();
    }

    /** {@return how many bytes {@link #writeBuffered} may leave to be sent without that it suspends} */
    public final int highWatermark() {
        return output.highBytes();
    }

    @Override
    public final void setWireLog(@Nullable WireLog log) {
        wireLog = log;
    }

    // ---- for this package

    final EventLoop loop() {
        return loop;
    }

    /** Says which task serves this, so that an end which somebody else has caused is known as such. */
    final void ownedBy(Task<?> task) {
        owner = task;
    }

    /** {@return whether a failure says that this was closed or aborted by somebody else than the task that serves it} */
    final boolean isCutOffBy(Throwable failure) {
        return cutOff && failure instanceof ClosedChannelException;
    }

    /** For failures of the transport: what fails there, and not because we have closed it, is the peer's doing. */
    final <X extends IOException> X broken(X failure) {
        return failure instanceof ClosedChannelException ? failure : note(failure, Kind.BROKEN);
    }

    /** Takes note of what the peer has done. */
    final <X extends Exception> X note(X failure, Kind kind) {
        return loop.inLoop() ? PeerFailures.OF_LOOP.get().note(failure, kind) : failure;
    }

    private Task<?> checkpoint() {
        return requireLoop(LowLevel.checkpoint());
    }

    private Task<?> requireLoop(Task<?> task) {
        if (task.loop() != loop) {
            throw wrongLoop(task);
        }
        return task;
    }

    /** For what does not suspend, and may be called where no loop is current any more. */
    private void checkLoop() {
        if (!loop.inLoop() && !loop.isClosed()) {
            throw wrongLoop(Thread.currentThread().isVirtual() ? Async.currentTask() : Thread.currentThread());
        }
    }

    private WrongLoopException wrongLoop(Object user) {
        return new WrongLoopException(this, loop, user, "A stream stays on the loop that made it.");
    }
}
