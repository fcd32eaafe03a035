package io.gyre.net.os;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Reads a blocking stream in a daemon thread, a chunk at a time, and only on request. Any thread. */
final class ReadingThread extends PumpThread {
    /*
     * Design.
     *
     * Work is a request for a chunk. The bytes of `chunk` belong to the thread while none are available, and to the
     * takers while some are.
     *
     * Reading ahead is left to the system, whose pipe holds as much as a chunk: bytes that were not requested stay
     * where the process could still leave them to other readers. A request cannot be withdrawn, because a blocked read
     * cannot be interrupted: its bytes stay here for the next request.
     */
    private final InputStream source;
    private final boolean ownsSource;
    private ByteBuffer givenBack = ByteBuffer.allocate(0);
    private byte[] chunk = {};
    private int start;
    private int end;
    private boolean atEnd;
    private @Nullable IOException failure;
    private @Nullable Doorbell wantedBy;
    private boolean released;
    private boolean discarding;

    ReadingThread(String name, InputStream source, boolean ownsSource, ThreadFactory factory, Duration idleLimit) {
        super(name, factory, idleLimit);
        this.source = source;
        this.ownsSource = ownsSource;
    }

    /** {@return a reader of a stream that it eventually closes} */
    static ReadingThread owning(String name, InputStream source, ThreadFactory factory) {
        return new ReadingThread(name, source, true, factory, IDLE_LIMIT);
    }

    /** {@return a reader of a stream that it leaves open} */
    static ReadingThread borrowing(String name, InputStream source) {
        return new ReadingThread(name, source, false, daemon(name), IDLE_LIMIT);
    }

    // ---- for readers

    /** {@return how many available bytes were moved; 0 if there are none yet, -1 at the end} */
    synchronized int take(ByteBuffer target) throws IOException {
        if (givenBack.hasRemaining()) {
            int count = Math.min(givenBack.remaining(), target.remaining());
            target.put(givenBack.slice(givenBack.position(), count));
            givenBack.position(givenBack.position() + count);
            return count;
        }
        if (start < end) {
            int count = Math.min(end - start, target.remaining());
            target.put(chunk, start, count);
            start += count;
            return count;
        }
        if (failure != null) {
            throw failure;
        }
        return atEnd ? -1 : 0;
    }

    /**
     * Requests a chunk, and a ring of the bell when it is there. Returns false if there is something to take already.
     *
     * @throws NoThreadException if no thread can be started
     */
    synchronized boolean want(Doorbell bell) throws NoThreadException {
        if (givenBack.hasRemaining() || start < end || isOver()) {
            return false;
        }
        startOrNotify();
        wantedBy = bell;
        return true;
    }

    /** Puts bytes back in front of the available ones. */
    synchronized void giveBack(byte[] bytes) {
        if (bytes.length > 0) {
            givenBack = ByteBuffer.allocate(bytes.length + givenBack.remaining())
                    .put(bytes)
                    .put(givenBack)
                    .flip();
        }
    }

    /** Starts again after {@link #release}, even after an end of the stream: a terminal may deliver more. */
    synchronized void reopen() {
        released = false;
        atEnd = false;
        failure = null;
    }

    /** Says that nothing more is wanted. The thread ends; if it is blocked, it ends once it no longer is. */
    void release() {
        synchronized (this) {
            released = true;
            wantedBy = null;
            if (leaveToThread()) {
                return;
            }
        }
        close();
    }

    /** Reads and discards everything up to the end, so that the writer is not blocked. Ends with the stream. */
    synchronized void discardRest() {
        if (!released && !isOver()) {
            try {
                startOrNotify();
                discarding = true;
            } catch (NoThreadException e) {
                // the writer blocks when the pipe is full
            }
        }
    }

    private boolean isOver() {
        return atEnd || failure != null;
    }

    // ---- the thread

    @Override
    synchronized boolean hasWork() {
        return (wantedBy != null || discarding) && !isDone();
    }

    @Override
    synchronized boolean isDone() {
        return isOver() || (released && !discarding);
    }

    @Override
    void work() {
        if (chunk.length == 0) {
            chunk = new byte[CHUNK_BYTES];
        }
        int count = 0;
        IOException thrown = null;
        try {
            count = source.read(chunk);
        } catch (IOException broken) {
            thrown = broken;
        } catch (RuntimeException odd) {
            thrown = new IOException(LowLevel.describe(source) + " cannot be read: " + LowLevel.describe(odd), odd);
        }
        publish(count, thrown);
    }

    @Override
    void failed(IOException unexpected) {
        publish(0, unexpected);
    }

    private synchronized void publish(int count, @Nullable IOException thrown) {
        failure = thrown;
        atEnd = count < 0;
        if (!discarding) {
            start = 0;
            end = Math.max(count, 0);
        }
        if (wantedBy != null) {
            wantedBy.ring();
            wantedBy = null;
        }
    }

    @Override
    void close() {
        if (ownsSource) {
            try {
                source.close();
            } catch (IOException alreadyBroken) {
                // nothing depends on it any more
            }
        }
    }
}
