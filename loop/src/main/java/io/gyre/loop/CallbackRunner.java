package io.gyre.loop;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs callbacks: a task that takes the callbacks at the head of the ready queue, one after the other. */
final class CallbackRunner extends VirtualThreadTask<@Nullable Void> {
    /*
     * Design.
     *
     * Callbacks are user code, so they may not run on the carrier: a callback that waits for a lock held by a parked
     * task would stop the loop for good. In a virtual thread it parks like a task.
     *
     * The tick mounts the runner itself when a callback is next in line, which keeps callbacks and tasks in one FIFO
     * order. The runner takes callbacks until something else is next, then parks, idle. If control returns to the tick
     * and the runner is not idle, a callback has parked, and the runner is retired: it becomes an ordinary entry of the
     * ready queue when it is unparked, finishes its callback and ends, while its spare has taken over. A runner starts
     * its spare itself, before the first callback, because starting a thread takes a lock inside the JDK, and the
     * carrier takes none.
     *
     *     IDLE ── tick ──▶ DRAINING ── no callback is next ──▶ IDLE
     *                      DRAINING ── a callback parks ─────▶ RETIRED ── callback ends ──▶ done
     *     IDLE ── end() ─▶ RETIRED ──▶ done
     */
    private enum Phase {
        IDLE,
        DRAINING,
        RETIRED
    }

    private final Tick tick;
    private Phase phase = Phase.IDLE;
    private boolean mounting;
    private @Nullable OutOfMemoryError starvedBy;

    CallbackRunner(LoopCore loop, Tick tick) {
        super(loop, loop.name() + "-callbacks", null, null);
        this.tick = tick;
    }

    /**
     * Mounts this runner until no callback is next, or a callback has parked. Carrier only.
     *
     * @return whether it can be mounted again
     */
    boolean drain() {
        phase = Phase.DRAINING;
        mount();
        if (phase == Phase.DRAINING) {
            phase = Phase.RETIRED;
        }
        return phase == Phase.IDLE;
    }

    /** Ends the thread of an idle runner. Carrier only. */
    void end() {
        phase = Phase.RETIRED;
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
        // An idle runner has nothing to do, whatever unparked it; the tick mounts it when a callback is next.
        if (!mounting && phase != Phase.IDLE) {
            super.becomeReady();
        }
    }

    /** Throws the error that kept the runner from running anything: there was no memory for its spare. Carrier only. */
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
        while (phase == Phase.DRAINING) {
            if (isSpareReady()) {
                for (Callback next = tick.nextCallback(); next != null; next = tick.nextCallback()) {
                    next.take();
                    forgetCancellation();
                    if (phase == Phase.RETIRED) {
                        return null;
                    }
                }
            }
            tick.noteInterrupt(thread());
            phase = Phase.IDLE;
            while (phase == Phase.IDLE) {
                LockSupport.park();
                Thread.interrupted(); // with the flag set, park would return at once forever
            }
            forgetCancellation(); // cancelled through the task object of an earlier callback
        }
        return null;
    }

    private boolean isSpareReady() {
        try {
            tick.prepareSpareRunner();
            return true;
        } catch (OutOfMemoryError e) {
            starvedBy = e;
            return false;
        }
    }

    /** A callback that cancels or interrupts its own task affects only itself. */
    private void forgetCancellation() {
        forgetScopesAndCancellations();
        Thread.interrupted();
    }
}
