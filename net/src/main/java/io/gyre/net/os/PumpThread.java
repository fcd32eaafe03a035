package io.gyre.net.os;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** A daemon thread that does blocking work for tasks, piece by piece, while there is some. */
abstract class PumpThread {
    /*
     * Design.
     *
     * The monitor guards everything, and nobody holds it while he blocks. The thread begins with the first piece of work. It ends
     * when there will be no more, and when there has been none for a while, so that a stream that was forgotten costs no thread;
     * work that comes later has a new one begin.
     *
     * A thread that cannot be started is asked for before anything is taken: who wants work done is told, and may try again.
     */

    /** What a pipe of Linux holds. */
    static final int CHUNK_BYTES = 64 * 1024;

    /** Long for somebody who reads or writes now and then. */
    static final Duration IDLE_LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final ThreadFactory factory;
    private final Duration idleLimit;
    private boolean running;
    private @Nullable Thread thread;

    /** {@return what makes the threads, if nobody says otherwise} */
    static ThreadFactory daemon(String name) {
        return Thread.ofPlatform().daemon().name(name).factory();
    }

    PumpThread(String name, ThreadFactory factory, Duration idleLimit) {
        this.name = name;
        this.factory = factory;
        this.idleLimit = idleLimit;
    }

    // ---- what a subclass says

    /** {@return whether there is a piece of work to do} Called with the monitor. */
    abstract boolean hasWork();

    /** {@return whether there will be no more work} Synchronized. */
    abstract boolean isDone();

    /** Does a piece of work. Blocks; called without the monitor. */
    abstract void work();

    /** Called without the monitor, when there will be no more work and no thread is at any. */
    abstract void close();

    /** Tells those who wait that a piece of work has failed for a reason of this program's own. Called without the monitor. */
    abstract void failed(IOException failure);

    // ---- for a subclass

    /**
     * Has the thread look when the monitor is free, or begin. With the monitor.
     *
     * @throws NoThreadException if no thread can be started
     */
    final void startOrNotify() throws NoThreadException {
        if (running) {
            notifyAll();
            return;
        }
        Thread begun = factory.newThread(this::run);
        try {
            begun.start();
        } catch (OutOfMemoryError noThread) {
            throw new NoThreadException(name, noThread);
        }
        thread = begun;
        running = true;
    }

    /**
     * Has the thread look whether there will be no more work, and close then; if it is blocked, when it no longer is. With the
     * monitor. Returns false if there is no thread: who is calling closes, without the monitor.
     */
    final boolean leaveToThread() {
        if (running) {
            notifyAll();
        }
        return running;
    }

    /** Waits until the thread has ended, if it has begun. */
    final void join(Duration limit) throws InterruptedException {
        Thread begun;
        synchronized (this) {
            begun = thread;
        }
        if (begun != null) {
            begun.join(limit);
        }
    }

    // ---- the thread

    private void run() {
        try {
            while (awaitWork()) {
                work();
            }
        } catch (RuntimeException | Error unexpected) { // memory, above all
            failed(new IOException(name + " has failed", unexpected));
            awaitWork(); // which says that no thread is running
        }
        if (isDone()) {
            close();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // woken for nothing it ends early, and another begins when it is needed
    private synchronized boolean awaitWork() {
        if (!hasWork() && !isDone()) {
            try {
                wait(idleLimit.toMillis());
            } catch (InterruptedException toldToEnd) {
                // as if there had been nothing to do for long
            }
        }
        running = hasWork();
        return running;
    }
}
