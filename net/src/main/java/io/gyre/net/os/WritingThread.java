package io.gyre.net.os;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Writes to a blocking stream in a daemon thread, a chunk at a time, and closes it in the end. Any thread. */
final class WritingThread {
    /*
     * Design.
     *
     * Everything here is guarded by the monitor, which nobody holds while he waits for the one who reads. The bytes of
     * `chunk` belong to the thread while `length` is more than 0, and to those who put something in while it is 0.
     *
     * The thread begins with the first chunk. It ends with the stream or a failure, and when it has had nothing to do for a
     * while; a chunk that comes later has a new one begin.
     */
    private static final int CHUNK_BYTES = ReadingThread.CHUNK_BYTES;

    private final String name;
    private final OutputStream sink;
    private final Duration idleLimit;
    private byte[] chunk = {};
    private int length;
    private @Nullable IOException failure;
    private boolean ended;
    private boolean aborted;
    private @Nullable Doorbell wantedBy;
    private boolean running;
    private @Nullable Thread thread;

    WritingThread(String name, OutputStream sink) {
        this(name, sink, ReadingThread.IDLE_LIMIT);
    }

    WritingThread(String name, OutputStream sink, Duration idleLimit) {
        this.name = name;
        this.sink = sink;
        this.idleLimit = idleLimit;
    }

    // ---- those who have bytes

    /**
     * Moves what fits into the chunk, unless that is still being written.
     *
     * @return how many bytes; 0 if there is no room at present
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
        for (int i = first; i < sources.length && length < chunk.length; i++) {
            int count = Math.min(sources[i].remaining(), chunk.length - length);
            sources[i].get(chunk, length, count);
            length += count;
        }
        startOrNotify();
        return length;
    }

    /** Has the bell rung when there is room, or a failure. Returns false if that is so already. */
    synchronized boolean wantRoom(Doorbell bell) {
        if (length == 0 || failure != null) {
            return false;
        }
        wantedBy = bell;
        return true;
    }

    /** Closes the stream behind what has been put in. */
    void end() {
        synchronized (this) {
            ended = true;
            if (running) {
                notifyAll();
                return;
            }
        }
        closeSink();
    }

    /** Closes the stream, and drops what is not being written yet. */
    void abort() {
        synchronized (this) {
            aborted = true;
        }
        end();
    }

    /** Waits until the thread has ended, if it has begun. */
    void join(Duration limit) throws InterruptedException {
        Thread begun;
        synchronized (this) {
            begun = thread;
        }
        if (begun != null) {
            begun.join(limit);
        }
    }

    private void startOrNotify() {
        if (running) {
            notifyAll();
            return;
        }
        thread = Thread.ofPlatform().daemon().name(name).start(this::run);
        running = true;
    }

    // ---- the thread

    private void run() {
        while (awaitChunk()) {
            writeChunk();
        }
        if (isDone()) {
            closeSink();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // woken for nothing it ends early, and another begins when it is needed
    private synchronized boolean awaitChunk() {
        if (length == 0 && !isDone()) {
            try {
                wait(idleLimit.toMillis());
            } catch (InterruptedException toldToEnd) {
                // as if nobody had had anything for long
            }
        }
        running = length > 0 && !aborted;
        return running;
    }

    private synchronized boolean isDone() {
        return ended || failure != null;
    }

    private void writeChunk() {
        IOException thrown = null;
        try {
            sink.write(chunk, 0, length);
            sink.flush();
        } catch (IOException broken) {
            thrown = broken;
        }
        written(thrown);
    }

    private synchronized void written(@Nullable IOException thrown) {
        length = 0;
        failure = thrown;
        if (wantedBy != null) {
            wantedBy.ring();
            wantedBy = null;
        }
    }

    private void closeSink() {
        try {
            sink.close();
        } catch (IOException alreadyBroken) {
            // nothing is expected of it any more
        }
    }
}
