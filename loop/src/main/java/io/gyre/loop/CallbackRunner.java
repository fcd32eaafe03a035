package io.gyre.loop;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs callbacks: a task that takes those which stand next in the ready queue, as many as there are. */
final class CallbackRunner extends VirtualThreadTask<@Nullable Void> {
    /*
     * Design.
     *
     * Callbacks are user code, so they may not run on the carrier: one that waits for a lock which a parked task holds
     * would stop the loop for good. In a virtual thread it parks as a task does.
     *
     * The tick mounts the runner itself when a callback is next in line, which keeps callbacks and tasks in one FIFO
     * order. The runner takes callbacks until something else is next, then parks, idle. If control comes back to the
     * tick and the runner is not idle, a callback has parked: that runner is retired. It becomes an ordinary entry of
     * the ready queue when it is unparked, finishes the one callback and ends; its spare has taken over. A runner starts
     * its spare itself, before the first callback, because starting a thread takes a lock inside the JDK, and the
     * carrier takes none.
     *
     *     IDLE ── tick ──▶ DRAINING ── no callback is next ──▶ IDLE
     *                      DRAINING ── a callback parks ─────▶ RETIRED ── callback ends ──▶ done
     *     IDLE ── end() ─▶ RETIRED ──▶ done
     */
    private enum State {
        IDLE,
        DRAINING,
        RETIRED
    }

    private State state = State.IDLE;
    private boolean mounting;
    private @Nullable OutOfMemoryError starvedBy;

    CallbackRunner(EventLoop loop) {
        super(loop, loop.name() + "-callbacks", null, null);
    }

    /**
     * Mounts this runner until no callback is next, or one has parked. Carrier only.
     *
     * @return whether it can be mounted again
     */
    boolean drain() {
        state = State.DRAINING;
        mount();
        if (state == State.DRAINING) {
            state = State.RETIRED;
        }
        return state == State.IDLE;
    }

    /** Ends the thread of an idle runner. Carrier only. */
    void end() {
        state = State.RETIRED;
        mount();
    }

    private void mount() {
        mounting = true;
        LockSupport.unpark(thread());
        mounting = false;
        take();
    }

    @Override
    void becomeReady() {
        // An idle runner has nothing to do, whoever unparked it; the tick mounts it when a callback is next.
        if (!mounting && state != State.IDLE) {
            super.becomeReady();
        }
    }

    /** Throws what has kept the runner from running anything: there was no memory for its spare. Carrier only. */
    void throwIfStarved() {
        OutOfMemoryError why = starvedBy;
        if (why != null) {
            starvedBy = null;
            throw why;
        }
    }

    @Override
    @Nullable
    Void call() {
        while (state == State.DRAINING) {
            if (isSpareReady()) {
                for (Callback next = loop.nextCallback(); next != null; next = loop.nextCallback()) {
                    next.take();
                    forgetCancellation();
                    if (state == State.RETIRED) {
                        return null;
                    }
                }
            }
            state = State.IDLE;
            while (state == State.IDLE) {
                LockSupport.park();
                Thread.interrupted(); // with the flag set, park would return at once for ever
            }
            forgetCancellation(); // by somebody who has kept the task of an earlier callback
        }
        return null;
    }

    private boolean isSpareReady() {
        try {
            loop.prepareSpareRunner();
            return true;
        } catch (OutOfMemoryError e) {
            starvedBy = e;
            return false;
        }
    }

    /** A callback that cancelled or interrupted itself has done that to nobody but itself. */
    private void forgetCancellation() {
        switchTo(null);
        Thread.interrupted();
    }
}
