package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/** The writing side of a stream: bytes sent on the {@link Wire} at once, and bytes collected to be sent together. */
final class WireWriter extends Turn implements Runnable {
    /*
     * Design.
     *
     * `behind` holds the bytes collected by writeBuffered. They are sent, in this order of likelihood: at the end of
     * the step; by the next call that sends; by close; or, if the peer was too slow for the first, by a task that waits
     * for the peer (the flusher). Only one task may wait for the transport, so while the flusher waits, callers wait
     * for the flusher, which ends as soon as it has sent enough for them.
     *
     * A failure that no caller is there to receive is kept in `lost` and thrown to the next caller. Bytes that are
     * `discarded` are lost on purpose.
     */

    /** The values that asyncio uses. */
    private static final int DEFAULT_HIGH_BYTES = 64 * 1024;

    private static final int DEFAULT_LOW_BYTES = DEFAULT_HIGH_BYTES / 4;

    private final Wire wire;
    private WriteBehind behind = WriteBehind.NOTHING;
    private int lowBytes = DEFAULT_LOW_BYTES;
    private int highBytes = DEFAULT_HIGH_BYTES;
    private boolean flushScheduled;
    private boolean ended;
    private boolean discarded;
    private @Nullable Task<?> flusher;

    /** How many bytes the flusher may leave: more than 0 only while a waiter needs no more than that. */
    private int flusherLeaves;

    private @Nullable IOException lost;

    WireWriter(Wire wire) {
        this.wire = wire;
    }

    // ---- writing at once

    void write(ByteBuffer buffer) throws IOException {
        beginTurn(wire.checkpoint());
        try {
            throwLost();
            if (behind.isEmpty()) {
                wire.sendAll(buffer);
            } else if (buffer.remaining() <= highBytes - behind.size() && flusher == null) {
                ownBehind().append(buffer, buffer.remaining());
                drainTo(0);
            } else {
                drainTo(0);
                wire.sendAll(buffer);
            }
        } finally {
            endTurn();
        }
    }

    void write(ByteBuffer[] buffers) throws IOException {
        beginTurnDrained(wire.checkpoint());
        try {
            wire.sendAll(buffers);
        } finally {
            endTurn();
        }
    }

    /** Sends what can be sent without waiting, unless other bytes are queued before. */
    void sendAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        wire.requireLoop(task);
        if (behind.isEmpty() && !isTaken()) {
            beginTurn(task);
            try {
                throwLost();
                wire.sendCounted(buffer);
            } finally {
                endTurn();
            }
        }
    }

    void sendFile(FileChannel file, long position, long count) throws IOException {
        Counts.bytes("position", position);
        Counts.bytes("count", count);
        beginTurnDrained(wire.checkpoint());
        try {
            long left = count;
            while (left > 0) {
                long sent =
                        wire.sendPortion(file, position + (count - left), Math.min(left, FilePortions.PORTION_BYTES));
                if (sent < 0) {
                    FilePortions.requireAll(file, count - left, count, wire);
                    return;
                }
                left -= sent;
                if (left > 0) {
                    LowLevel.checkpoint(); // not after the last byte
                }
            }
        } finally {
            endTurn();
        }
    }

    /** Takes the turn, once nothing is left behind. */
    private void beginTurnDrained(Task<?> task) throws IOException {
        beginTurn(task);
        try {
            drainTo(0);
        } catch (Throwable failure) {
            endTurn();
            throw failure;
        }
    }

    // ---- writing behind

    void writeBuffered(ByteBuffer buffer) throws IOException {
        beginTurn(wire.checkpoint());
        try {
            throwLost();
            if (ended || wire.isClosed()) {
                throw new ClosedChannelException();
            }
            while (buffer.hasRemaining()) {
                if (behind.size() == BufferPool.BUFFER_BYTES) {
                    drainTo(Math.min(lowBytes, BufferPool.BUFFER_BYTES / 2));
                }
                ownBehind().append(buffer, Math.min(buffer.remaining(), BufferPool.BUFFER_BYTES - behind.size()));
            }
            if (behind.size() > highBytes) {
                drainTo(lowBytes);
            }
            scheduleFlush();
        } finally {
            endTurn();
        }
    }

    void flush() throws IOException {
        flush(wire.checkpoint());
    }

    private void flush(Task<?> task) throws IOException {
        if (discarded) {
            throw new ClosedChannelException();
        }
        beginTurnDrained(task);
        endTurn();
    }

    private WriteBehind ownBehind() {
        if (behind == WriteBehind.NOTHING) {
            behind = new WriteBehind(wire.pool);
        }
        return behind;
    }

    private void throwLost() throws IOException {
        if (lost != null) {
            throw lost;
        }
    }

    /** Sends until at most this many bytes are left behind. Called by the holder of the turn. */
    private void drainTo(int left) throws IOException {
        throwLost();
        try {
            while (behind.size() > left) {
                if (flusher != null) {
                    awaitFlusher(flusher, left);
                } else if (sendBehind() == 0) {
                    wire.awaitSendableLimited();
                } else if (behind.size() > left) {
                    LowLevel.checkpoint();
                }
            }
            if (left == 0) {
                wire.awaitSent();
            }
        } finally {
            scheduleFlush(); // for the rest, if this call was cancelled
        }
    }

    private void awaitFlusher(Task<?> present, int left) throws IOException {
        flusherLeaves = left;
        try {
            present.join();
        } finally {
            flusherLeaves = 0;
        }
        throwLost();
        if (discarded) {
            throw new AsynchronousCloseException();
        }
    }

    private int sendBehind() throws IOException {
        int count = wire.sendCounted(behind.content());
        behind.drained();
        return count;
    }

    private void scheduleFlush() {
        if (!behind.isEmpty() && !flushScheduled && flusher == null) {
            flushScheduled = true;
            LowLevel.atEndOfStep(this);
        }
    }

    /** Runs the flush that {@link #scheduleFlush} requested. */
    @Override
    public void run() {
        flushScheduled = false;
        if (behind.isEmpty() || flusher != null || isTaken()) {
            return; // the holder of the turn sends, or schedules another flush
        }
        try {
            sendBehind();
        } catch (IOException | RuntimeException failure) {
            loseBehind(failure);
        }
        if (!behind.isEmpty()) {
            behind.settle();
            flusher = LowLevel.createTask("flush of " + wire, this, this::flushInBackground);
        }
    }

    private @Nullable Void flushInBackground() {
        try {
            while (behind.size() > flusherLeaves) {
                if (sendBehind() == 0) {
                    wire.awaitSendableLimited();
                } else {
                    LowLevel.checkpoint();
                }
            }
        } catch (CancelledException | LoopClosedException closing) {
            throw closing;
        } catch (IOException | RuntimeException failure) {
            loseBehind(failure);
        } finally {
            flusher = null;
        }
        return null;
    }

    private void loseBehind(Exception failure) {
        if (!discarded) {
            lost = wire.broken(new IOException(
                    behind.size() + " bytes that were written to " + wire + " could not be sent: "
                            + LowLevel.describe(failure.getMessage()),
                    failure));
        }
        behind.clear();
    }

    // ---- ending

    void end() throws IOException {
        beginTurnDrained(wire.checkpoint());
        try {
            if (!ended) {
                ended = true;
                wire.endOutput();
            }
        } catch (IOException failure) {
            throw wire.broken(failure);
        } finally {
            endTurn();
        }
    }

    /** Sends the remaining bytes, even in a cancelled task, but for a limited time. */
    void flushToClose() throws IOException {
        throwLost();
        if (!behind.isEmpty() && !isTaken()) {
            Async.shield(Wire.CLOSE_LIMIT, () -> flush(Async.currentTask()));
        }
    }

    /** Drops the remaining bytes for good. */
    void discard() {
        discarded = true;
        behind.clear();
        if (flusher != null) {
            flusher.cancel("its stream was closed");
        }
    }

    // ---- settings and counts

    void setWatermarks(int low, int high) {
        if (low < 0 || low > high || high > BufferPool.BUFFER_BYTES) {
            throw new IllegalArgumentException("watermarks of " + low + " and " + high
                    + " bytes; they must be 0 or more, the low one not above the high one, and the high one at most "
                    + BufferPool.BUFFER_BYTES);
        }
        lowBytes = low;
        highBytes = high;
    }

    int lowBytes() {
        return lowBytes;
    }

    int highBytes() {
        return highBytes;
    }

    /** {@return how many bytes are unsent} */
    int pending() {
        return behind.size();
    }

    @Override
    public String toString() {
        return "the writing side of " + wire;
    }
}
