package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.OutsideWait;
import java.util.ArrayDeque;

/** Wakes waiting tasks of one loop when another thread has done something. Describes what they wait for. */
final class Doorbell implements OutsideWait {
    /*
     * Design.
     *
     * A waiter has checked its condition before, in the same step of the loop. A ring is a callback of the loop, so it
     * cannot come between the check and the park: no ring is lost. A ring only means "check again", so while one is
     * pending others add nothing: at most one callback is queued.
     */
    private final EventLoop loop = EventLoop.current();
    private final String what;
    private final ArrayDeque<Task<?>> waiting = new ArrayDeque<>();
    private boolean onItsWay; // guarded by this

    Doorbell(String what) {
        this.what = what;
    }

    /** Waits for a ring. Suspends; cancellation ends the wait. */
    void await() {
        awaitAs(this);
    }

    /** The same for a background task: the wait does not stop the virtual clock of a test. */
    void awaitInBackground() {
        awaitAs(what);
    }

    private void awaitAs(Object reason) {
        Task<?> task = Async.currentTask();
        waiting.add(task);
        LowLevel.park(reason, () -> waiting.remove(task));
    }

    /** Wakes the waiters, soon. Any thread. Does nothing if the loop is closed. */
    void ring() {
        synchronized (this) {
            if (onItsWay) {
                return;
            }
            onItsWay = true;
        }
        try {
            loop.callSoonThreadsafe(this::answer);
        } catch (LoopClosedException nobodyWaits) {
            // and so has no waiters
        }
    }

    private void answer() {
        synchronized (this) {
            onItsWay = false;
        }
        wakeAll();
    }

    /** Wakes the waiters. Loop thread; on another thread, which means that the loop has ended, it does nothing. */
    void wakeAll() {
        if (loop.inLoop()) {
            for (Task<?> task = waiting.poll(); task != null; task = waiting.poll()) {
                LowLevel.unpark(task);
            }
        }
    }

    @Override
    public String toString() {
        return what;
    }
}
