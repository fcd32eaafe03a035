package io.gyre.net.os;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** A daemon thread that does blocking work for tasks, piece by piece, while there is any. */
abstract class PumpThread {
    /*
     * Design.
     *
     * The monitor guards everything, and is never held while blocking. The thread starts with the first piece of work.
     * It ends when no more work will come, and when it has been idle for a while, so that a forgotten stream costs no
     * thread; later work starts a new one.
     *
     * The thread is requested before any bytes are taken: if it cannot be started, the caller is told and may try
     * again.
     */

    /** The capacity of a Linux pipe. */
    static final int CHUNK_BYTES = 64 * 1024;

    /** Long enough for occasional reads or writes. */
    static final Duration IDLE_LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final ThreadFactory factory;
    private final Duration idleLimit;
    private boolean running;
    private @Nullable Thread thread;

    /** {@return the default thread factory} */
    static ThreadFactory daemon(String name) {
        return Thread.ofPlatform().daemon().name(name).factory();
    }

    PumpThread(String name, ThreadFactory factory, Duration idleLimit) {
        this.name = name;
        this.factory = factory;
        this.idleLimit = idleLimit;
    }

    // ---- what a subclass implements

    /** {@return whether there is a piece of work to do} Called with the monitor held. */
    abstract boolean hasWork();

    /** {@return whether no more work will come} Synchronized. */
    abstract boolean isDone();

    /** Does a piece of work. Blocks; called without the monitor. */
    abstract void work();

    /** Called without the monitor, when no more work will come and no thread is working. */
    abstract void close();

    /** Tells waiters that a piece of work failed for a reason inside this program. Called without the monitor. */
    abstract void failed(IOException failure);

    // ---- for subclasses

    /**
     * Wakes the thread, or starts it. Called with the monitor held.
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
     * Lets the thread notice that no more work will come, and close; if it is blocked, it does so once it is not.
     * Called with the monitor held. Returns false if there is no thread: the caller then closes, without the monitor.
     */
    final boolean leaveToThread() {
        if (running) {
            notifyAll();
        }
        return running;
    }

    /** Waits until the thread has ended, if it was started. */
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
        } catch (RuntimeException | Error unexpected) { // out of memory, above all
            failed(new IOException(name + " has failed", unexpected));
            awaitWork(); // records that no thread is running
        }
        if (isDone()) {
            close();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // on a spurious wake-up it ends early; a new thread starts when needed
    private synchronized boolean awaitWork() {
        if (!hasWork() && !isDone()) {
            try {
                wait(idleLimit.toMillis());
            } catch (InterruptedException toldToEnd) {
                // as if it had been idle for long
            }
        }
        running = hasWork();
        return running;
    }
}
