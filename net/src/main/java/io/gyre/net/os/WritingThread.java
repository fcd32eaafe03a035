package io.gyre.net.os;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Writes to a blocking stream in a daemon thread, a chunk at a time, and eventually closes it. Any thread. */
final class WritingThread extends PumpThread {
    /*
     * Design.
     *
     * Work is a chunk. Its bytes belong to the thread while `length` is more than 0, and to the writers while it is 0.
     */
    private final OutputStream sink;
    private byte[] chunk = {};
    private int length;
    private @Nullable IOException failure;
    private boolean ended;
    private boolean aborted;
    private @Nullable Doorbell wantedBy;

    WritingThread(String name, OutputStream sink, ThreadFactory factory) {
        this(name, sink, factory, IDLE_LIMIT);
    }

    WritingThread(String name, OutputStream sink, ThreadFactory factory, Duration idleLimit) {
        super(name, factory, idleLimit);
        this.sink = sink;
    }

    // ---- for writers

    /**
     * Moves the bytes that fit into the chunk, unless it is still being written.
     *
     * @return how many bytes; 0 if there is no room now
     */
    synchronized long put(ByteBuffer[] sources, int first) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (ended) {
            throw new ClosedChannelException();
        }
        if (length > 0) {
            return 0;
        }
        if (chunk.length == 0) {
            chunk = new byte[CHUNK_BYTES];
        }
        startOrNotify(); // before any byte is taken: this may fail
        for (int i = first; i < sources.length && length < chunk.length; i++) {
            int count = Math.min(sources[i].remaining(), chunk.length - length);
            sources[i].get(chunk, length, count);
            length += count;
        }
        return length;
    }

    /** Rings the bell when there is room, or a failure. Returns false if that is already the case. */
    synchronized boolean wantRoom(Doorbell bell) {
        if (length == 0 || failure != null) {
            return false;
        }
        wantedBy = bell;
        return true;
    }

    /** Closes the stream after the bytes already put in. */
    void end() {
        synchronized (this) {
            ended = true;
            if (leaveToThread()) {
                return;
            }
        }
        close();
    }

    /** Closes the stream, and drops bytes that are not being written yet. */
    void abort() {
        synchronized (this) {
            aborted = true;
        }
        end();
    }

    // ---- the thread

    @Override
    synchronized boolean hasWork() {
        return length > 0 && !aborted;
    }

    @Override
    synchronized boolean isDone() {
        return ended || failure != null;
    }

    @Override
    void work() {
        IOException thrown = null;
        try {
            sink.write(chunk, 0, length);
            sink.flush();
        } catch (IOException broken) {
            thrown = broken;
        }
        written(thrown);
    }

    @Override
    void failed(IOException unexpected) {
        written(unexpected);
    }

    private synchronized void written(@Nullable IOException thrown) {
        length = 0;
        failure = thrown;
        if (wantedBy != null) {
            wantedBy.ring();
            wantedBy = null;
        }
    }

    @Override
    void close() {
        try {
            sink.close();
        } catch (IOException alreadyBroken) {
            // nothing depends on it any more
        }
    }
}
