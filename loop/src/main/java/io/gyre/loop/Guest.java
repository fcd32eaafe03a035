package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/**
 * Stands for a virtual thread that user code has started inside a task, as soon as the thread calls something that
 * suspends.
 */
final class Guest extends VirtualThreadTask<@Nullable Void> {
    /*
     * Design.
     *
     * On the JDKs of today, the thread inherits the scheduler of the task that started it, its host, and its continuation
     * keeps coming through the host, as a GuestStep. On a JDK that passes no scheduler on, there are no guests. A guest has parking and cancellation, but no body, no entry in the ready queue,
     * and is in the loop's list only while it waits.
     */
    private static final ThreadLocal<@Nullable Guest> OF_THREAD = new ThreadLocal<>();

    private Guest(VirtualThreadTask<?> host, Thread thread) {
        super(host, thread);
    }

    /** {@return the guest of the calling thread} */
    static VirtualThreadTask<?> of(VirtualThreadTask<?> host, Thread current) {
        Guest guest = OF_THREAD.get();
        if (guest == null) {
            guest = new Guest(host, current);
            OF_THREAD.set(guest);
        }
        return guest;
    }

    /** Forces the initialisation of the class. */
    static void touch() {
        OF_THREAD.remove();
    }

    @Override
    void awaitUnpark() {
        loop.adopt(this); // otherwise it would be missed when the loop closes
        try {
            super.awaitUnpark();
        } finally {
            loop.release(this);
        }
    }

    /** Leaves it to the JDK: the thread comes back as a step of its host. */
    @Override
    void resume() {
        resumeByTheJdk();
    }

    /** Nothing else notices its park: its steps are its host's. */
    @Override
    void interruptIsOwed() {
        loop.tick.interruptWhenWaiting(this);
    }
}
