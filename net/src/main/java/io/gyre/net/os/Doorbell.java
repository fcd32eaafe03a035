package io.gyre.net.os;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.OutsideWait;
import java.util.ArrayDeque;

/** Has tasks of one loop look again when another thread has done something. Is what they wait for, in words. */
final class Doorbell implements OutsideWait {
    /*
     * Design.
     *
     * Who waits has looked before, in the same step of the loop. A ring is a callback of the loop, so it cannot come between
     * the look and the park: none is lost. A ring says no more than "look again", so while one is on its way others add
     * nothing, and however many there are, one callback is queued.
     */
    private final EventLoop loop = EventLoop.current();
    private final String what;
    private final ArrayDeque<Task<?>> waiting = new ArrayDeque<>();
    private boolean onItsWay; // guarded by this

    Doorbell(String what) {
        this.what = what;
    }

    /** Waits for a ring. Suspends; a cancellation ends the wait. */
    void await() {
        awaitAs(this);
    }

    /** Does the same for a task that nobody waits for: it does not hold the clock of a test. */
    void awaitInBackground() {
        awaitAs(what);
    }

    private void awaitAs(Object reason) {
        Task<?> task = Async.currentTask();
        waiting.add(task);
        LowLevel.park(reason, () -> waiting.remove(task));
    }

    /** Wakes those who wait, soon. Any thread. Does nothing if the loop is closed. */
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
            // and nobody will
        }
    }

    private void answer() {
        synchronized (this) {
            onItsWay = false;
        }
        wakeAll();
    }

    /** Wakes those who wait. Loop thread; elsewhere, which is behind the end of the loop, it does nothing. */
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
