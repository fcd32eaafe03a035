package io.gyre.loop.sync;

import io.gyre.loop.CancelledException;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait, first come, first served: what locks, queues and pools are made of.
 *
 * <p>A primitive of your own keeps its state in plain fields and its waiters here. Who changes the state wakes a waiter and
 * leaves the change to the waiter, so that nobody overtakes:
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
 * <p>A waiter that is cancelled leaves by itself. A waiter that was woken goes on, also if a cancellation comes before its
 * turn: nothing that it was handed is lost.
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
     * Creates a lot without tasks. Any thread.
     *
     * @param what what a task waits for here, in words that go before the place: "a free connection of"
     */
    public ParkingLot(String what) {
        this.what = Objects.requireNonNull(what);
        this.waiters = new WaitQueue<>(what);
    }

    /**
     * Waits until another task or a callback wakes this one.
     *
     * <p><b>Confinement:</b> a task. <b>Suspends:</b> until woken. <b>Cancellation:</b> leaves the lot; a task that was
     * woken before returns.
     *
     * @param place what the task waits at, for messages and dumps: the primitive, as a rule
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
        confinement.check("unpark");
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
        confinement.check("unparkAll");
        waiters.serveAll();
    }

    /** {@return how many tasks wait} Loop thread. */
    public int waiting() {
        return waiters.count();
    }

    @Override
    public String toString() {
        return "ParkingLot[" + what + " ..., " + waiters.size() + " waiting]";
    }
}
