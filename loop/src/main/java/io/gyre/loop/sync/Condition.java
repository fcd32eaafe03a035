package io.gyre.loop.sync;

import io.gyre.loop.Task;
import java.util.function.BooleanSupplier;

/**
 * Lets a task that holds a {@link Lock} wait for a change that another task makes while holding the lock.
 *
 * {@snippet :
 * var lock = new Lock("pool");
 * var returned = new Condition(lock);
 *
 * try (var _ = lock.hold()) {
 *     returned.await(() -> !idle.isEmpty());
 *     use(idle.removeFirst());
 * }
 * }
 *
 * <p>The names are those of {@link java.util.concurrent.locks.Condition}, because {@code notify} and {@code wait} are
 * taken by {@code Object}.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> asyncio {@code Condition}. Differs: a signal is never lost to a cancellation.
 */
public final class Condition {
    /*
     * Design.
     *
     * The signalling task holds the lock, so a signal moves the waiter into the lock's queue: the waiter is woken once,
     * as the owner. After the move it cannot be cancelled; it has taken the signal, and must hold the lock again
     * anyway.
     *
     * The lock knows which of its conditions are awaited, so that it can tell the waiters when a task ends without
     * releasing it.
     */
    private final Lock lock;
    private final WaitQueue<Lock> waiters = new WaitQueue<>("a signal of");

    /** Creates a condition with its own lock. */
    public Condition() {
        this(new Lock());
    }

    /**
     * Creates a condition.
     *
     * @param lock callers must hold it; several conditions may share it
     */
    public Condition(Lock lock) {
        this.lock = lock;
    }

    /**
     * A condition at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param waiting how many tasks wait for a signal
     * @param lock its lock
     */
    public record Statistics(int waiting, Lock.Statistics lock) {}

    /** {@return the lock} */
    public Lock lock() {
        return lock;
    }

    /**
     * Releases the lock, waits for a signal, and acquires the lock again.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. <b>Cancellation:</b> ends the wait for the signal; the lock is
     * acquired again first, which may take time. Once signalled, this call returns and the next checkpoint raises.
     *
     * @throws IllegalStateException if this task does not hold the lock; if a task ended without releasing the lock, so
     *     that the lock cannot be acquired again or no signal can come; then this task does not hold the lock
     */
    public void await() {
        Task<?> task = lock.checkpointOfOwner("await");
        lock.releaseToWait(this);
        Waiter<Lock> waiter;
        try {
            waiter = waiters.park(task, this);
        } catch (Throwable e) {
            if (task.loop().inLoop()) { // a task that has outlived its loop may touch nothing, least of all the lock
                forgetIfNobodyWaits();
                reacquire(task, e);
            }
            throw e;
        }
        forgetIfNobodyWaits();
        lock.requireServed(waiter);
    }

    private void forgetIfNobodyWaits() {
        if (waiters.isEmpty()) {
            lock.noLongerAwaited(this);
        }
    }

    private void reacquire(Task<?> task, Throwable cancelled) {
        try {
            lock.reacquire(task);
        } catch (IllegalStateException broken) {
            broken.addSuppressed(cancelled);
            throw broken;
        }
    }

    /** The lock's owner has ended. */
    void sendAllAway() {
        waiters.dismissAll();
    }

    /**
     * Waits until a predicate is true. Tests it at once and after each signal.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. <b>Cancellation:</b> as {@link #await()}.
     *
     * @param predicate runs while the lock is held
     * @throws IllegalStateException if this task does not hold the lock
     */
    public void await(BooleanSupplier predicate) {
        lock.checkpointOfOwner("await");
        while (!predicate.getAsBoolean()) {
            await();
        }
    }

    /**
     * Wakes the task that has waited longest; the task goes on once it has the lock. <b>Suspends:</b> no.
     *
     * @throws IllegalStateException if this task does not hold the lock
     */
    public void signal() {
        signal(1);
    }

    /**
     * Wakes the tasks that have waited longest. <b>Suspends:</b> no.
     *
     * @param count the largest number of tasks to wake
     * @throws IllegalStateException if this task does not hold the lock
     */
    public void signal(int count) {
        lock.checkOwner("signal");
        Waiter<Lock> waiter = waiters.first();
        for (int left = count; left > 0 && waiter != null; left--) {
            lock.enqueue(waiters, waiter);
            waiter = waiters.first();
        }
    }

    /**
     * Wakes all tasks that wait. <b>Suspends:</b> no.
     *
     * @throws IllegalStateException if this task does not hold the lock
     */
    public void signalAll() {
        signal(Integer.MAX_VALUE);
    }

    /** {@return a snapshot of the number of waiting tasks and the state of the lock} */
    public Statistics statistics() {
        return new Statistics(waiters.size(), lock.statistics());
    }

    @Override
    public String toString() {
        return "Condition of " + lock;
    }
}
