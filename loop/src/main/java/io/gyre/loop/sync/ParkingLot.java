package io.gyre.loop.sync;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue of waiting tasks, first come, first served: the building block of locks, queues and pools.
 *
 * <p>Your own primitive keeps its state in plain fields and its waiters here. A call that changes the state hands the
 * change to a waiter and wakes it, so no other task overtakes it:
 *
 * {@snippet :
 * final class Gate {
 *     private final ParkingLot waiting = new ParkingLot("the opening of");
 *     private boolean open;
 *
 *     void pass() {
 *         if (!open) {
 *             waiting.park(this);
 *         }
 *     }
 *
 *     void open() {
 *         open = true;
 *         waiting.unparkAll();
 *     }
 * }
 * }
 *
 * <p>A cancelled waiter leaves by itself. A woken waiter goes on even if it is cancelled before its turn, so nothing
 * that was handed to it is lost.
 *
 * <p><b>Confinement:</b> the loop that uses it first. It may outlive that loop.
 *
 * <p><b>Source:</b> trio {@code lowlevel.ParkingLot}.
 */
public final class ParkingLot {
    private final WaitQueue<Object> waiters;
    private final Confinement confinement = new Confinement(this);
    private final String what;

    /**
     * Creates an empty lot. Any thread.
     *
     * @param what what a task waits for, in words that precede the place: "a free connection of"
     */
    public ParkingLot(String what) {
        this.what = Objects.requireNonNull(what);
        this.waiters = new WaitQueue<>(what);
    }

    /**
     * Waits until another task or a callback wakes this one.
     *
     * <p><b>Confinement:</b> a task. <b>Suspends:</b> until woken. <b>Cancellation:</b> leaves the lot; a task that was
     * already woken returns.
     *
     * @param place the object at which the task waits, for messages and dumps; usually the primitive
     * @throws CancelledException if the task is cancelled
     * @throws WrongLoopException if tasks of another loop use the lot
     */
    public void park(Object place) {
        waiters.park(confinement.checkpoint(), Objects.requireNonNull(place));
    }

    /**
     * Wakes the task that has waited longest.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @return the task; null if none waits
     * @throws WrongThreadException if called on another thread
     */
    public @Nullable Task<?> unpark() {
        confinement.check();
        Waiter<Object> first = waiters.first();
        if (first == null) {
            return null;
        }
        waiters.serve(first);
        return first.task();
    }

    /**
     * Wakes all tasks that wait, in order of arrival.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @throws WrongThreadException if called on another thread
     */
    public void unparkAll() {
        confinement.check();
        waiters.serveAll();
    }

    /** {@return how many tasks wait} Loop thread. */
    public int waiting() {
        confinement.check();
        return waiters.count();
    }

    @Override
    public String toString() {
        return "ParkingLot[" + what + " ..., " + waiters.size() + " waiting]";
    }
}
