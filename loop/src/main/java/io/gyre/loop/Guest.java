package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/** What stands for a virtual thread that user code has started inside a task, as soon as it calls something that suspends. */
final class Guest extends VirtualThreadTask<@Nullable Void> {
    /*
     * Design.
     *
     * The thread inherits the scheduler of the task that has started it, its host, and its continuation keeps coming through
     * the host, as a GuestStep. A guest has parking and cancellation, but no body, no entry in the ready queue, and none in
     * the loop's list except while it waits.
     */
    private static final ThreadLocal<@Nullable Guest> OF_THREAD = new ThreadLocal<>();

    private Guest(VirtualThreadTask<?> host, Thread thread) {
        super(host, thread);
    }

    /** {@return what stands for the calling thread} */
    static VirtualThreadTask<?> of(VirtualThreadTask<?> host, Thread current) {
        Guest guest = OF_THREAD.get();
        if (guest == null) {
            guest = new Guest(host, current);
            OF_THREAD.set(guest);
        }
        return guest;
    }

    /** Has the class initialised. */
    static void touch() {
        OF_THREAD.remove();
    }

    @Override
    void awaitUnpark() {
        loop.adopt(this); // nobody else would know of it when the loop closes
        try {
            super.awaitUnpark();
        } finally {
            loop.release(this);
        }
    }

    /** Leaves it to the JDK: the thread comes back as a step of its host's. */
    @Override
    void resume() {
        resumeByTheJdk();
    }

    /** Nobody else knows when it parks: its steps are its host's. */
    @Override
    void interruptIsOwed() {
        loop.tick.interruptWhenWaiting(this);
    }
}
