package io.gyre.net.tls;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.net.BufferedStream;
import io.gyre.net.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The one way of encrypted bytes to the stream below, in the order in which the engine made them. */
final class CipherOutput implements Runnable {
    /*
     * Design.
     *
     * Everything that the engine makes goes through `add`: records of the writer, and messages that the reader causes
     * (handshake, answers to key updates, alerts). What the stream below takes at once is gone. The rest is queued in arrays
     * of their size, and pushed: by a task that calls `push`, if there is one in the same step, otherwise by a task in
     * the background (the pump). Only one task pushes; others wait for it.
     *
     * So a reader never waits for the peer to read: two ends that both write and do not read cannot block the
     * reading of either. A writer whose push is cancelled leaves the rest of a record to the pump: the peer gets whole
     * records. A failure that no caller is there to receive is kept, and thrown to the next.
     */
    /** Twice what one write encrypts: the rest are answers that a peer can ask for without end, such as key updates. */
    private static final int MAX_QUEUED_BYTES = 256 << 10;

    private final ByteStream below;
    private final @Nullable BufferedStream ours;
    private final Changes changes = new Changes(new Taken(this));
    private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>(0);
    /** Of whole buffers in the queue; the first of them may have been sent in part. */
    private long queuedBytes;

    private @Nullable Task<?> pusher;
    private @Nullable Task<?> pump;
    private boolean pumpScheduled;
    private @Nullable IOException failure;
    private boolean closed;

    CipherOutput(ByteStream below) {
        this.below = below;
        this.ours = below instanceof BufferedStream buffered ? buffered : null;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** {@return how many bytes are queued} */
    long size() {
        ByteBuffer first = queue.peekFirst();
        return first == null ? 0 : queuedBytes - first.position();
    }

    /** Sends bytes now, or soon and behind those queued. <b>Suspends:</b> no. */
    void add(ByteBuffer records) throws IOException {
        throwFailure();
        if (queue.isEmpty() && ours != null && records.hasRemaining()) {
            try {
                ours.tryWrite(records);
            } catch (IOException broken) {
                throw fail(broken);
            } catch (RuntimeException broken) {
                throw fail(unexpected(broken));
            }
        }
        if (records.hasRemaining()) {
            if (size() + records.remaining() > MAX_QUEUED_BYTES) {
                throw fail(new IOException("the peer of " + below + " makes this end answer and takes no answers: "
                        + size() + " bytes wait for it"));
            }
            queuedBytes += records.remaining();
            queue.addLast(RecordBuffers.copy(records));
            schedulePump();
        }
    }

    /** Sends what was written to the stream below before TLS began. */
    void flushBelow() throws IOException {
        below.flush();
    }

    /** Waits until all is sent. <b>Cancellation:</b> the rest is sent later. */
    void push() throws IOException {
        for (; ; ) {
            throwFailure();
            if (closed) {
                throw new AsynchronousCloseException();
            }
            if (queue.isEmpty()) {
                return;
            }
            if (pusher == null) {
                pushFirst();
            } else {
                changes.await();
            }
        }
    }

    private void pushFirst() throws IOException {
        pusher = Async.currentTask();
        try {
            ByteBuffer first = queue.getFirst();
            below.write(first);
            if (queue.pollFirst() != null) { // null if this stream was closed meanwhile
                queuedBytes -= first.limit();
            }
        } catch (IOException broken) {
            throw closed ? broken : fail(broken);
        } finally {
            pusher = null;
            changes.signal();
            schedulePump();
        }
    }

    private <X extends IOException> X fail(X broken) {
        failure = broken;
        clear();
        return broken;
    }

    private IOException unexpected(Throwable broken) {
        return new IOException(
                "cannot send encrypted bytes to " + LowLevel.describe(below) + ", which threw "
                        + LowLevel.describe(broken) + ". A stream may throw only IOException: mend that stream.",
                broken);
    }

    private void clear() {
        queue.clear();
        queuedBytes = 0;
    }

    void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    // ---- in the background

    private void schedulePump() {
        if (!queue.isEmpty() && !pumpScheduled && pump == null && !closed) {
            pumpScheduled = true;
            LowLevel.atEndOfStep(this);
        }
    }

    /** Starts the pump, unless a task has pushed since, or still pushes. */
    @Override
    public void run() {
        pumpScheduled = false;
        if (!queue.isEmpty() && pusher == null && pump == null && !closed) {
            pump = LowLevel.createTask("encrypted output to " + below, this, this::pump);
        }
    }

    private @Nullable Void pump() {
        try {
            push();
        } catch (IOException kept) {
            // thrown to the next caller
        } catch (TimeoutException late) {
            fail(new IOException("the peer of " + below + " took nothing: " + late.getMessage(), late));
        } catch (CancelledException ended) {
            fail(new IOException(this + " was cancelled", ended)); // with the loop, or because the stream was closed
        } catch (RuntimeException | Error broken) {
            fail(unexpected(broken));
        } finally {
            pump = null;
            changes.signal();
        }
        return null;
    }

    /** Drops what is queued, and ends the waits. <b>Suspends:</b> no. */
    void close() {
        closed = true;
        clear();
        if (pump != null) {
            pump.cancel("its stream was closed");
        }
        changes.signal();
    }

    @Override
    public String toString() {
        return "the encrypted output to " + below;
    }

    /** What a writer waits for. */
    private record Taken(CipherOutput output) {
        @Override
        public String toString() {
            return "the peer of " + output.below + " to read";
        }
    }
}
