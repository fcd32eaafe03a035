package io.gyre.loop.sync;

import io.gyre.loop.Task;
import java.util.function.BooleanSupplier;

/**
 * Lets tasks that hold a {@link Lock} wait for a change that another one makes while holding it.
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
 * <p>The words are those of {@link java.util.concurrent.locks.Condition}, because {@code notify} and {@code wait} already
 * mean something else in each object.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> asyncio {@code Condition}. Differs: a signal is never lost to a cancellation.
 */
public final class Condition {
    /*
     * Design.
     *
     * A signal moves the waiter into the queue of the lock, which the signalling task holds: it is woken once, as the
     * owner. From the move on it refuses to be cancelled; the signal has been taken, and the lock must be held again
     * anyway.
     *
     * The lock knows which of its conditions are awaited, to tell those who wait when a task ended without releasing it.
     */
    private final Lock lock;
    private final WaitQueue<Lock> waiters = new WaitQueue<>("a signal of");

    /** Creates a condition with a lock of its own. */
    public Condition() {
        this(new Lock());
    }

    /**
     * Creates a condition.
     *
     * @param lock must be held by those who call; several conditions may share it
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
     * acquired again first, which may take time. Once signalled this returns, and the next checkpoint raises.
     *
     * @throws IllegalStateException if this task does not hold the lock; if the lock cannot be acquired again, or no signal
     *     can come any more, because a task ended without releasing it: then this task does not hold it
     */
    public void await() {
        Task<?> task = lock.checkpointOfOwner("await");
        lock.releaseToWait(this);
        Waiter<Lock> waiter;
        try {
            waiter = waiters.park(task, this);
        } catch (Throwable e) {
            if (task.loop().inLoop()) { // one that has outlived its loop may touch nothing, least of all take the lock
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
     * Waits until a predicate is true, which is asked at once and after each signal.
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
     * Wakes the task that has waited longest; it goes on when it has the lock. <b>Suspends:</b> no.
     *
     * @throws IllegalStateException if this task does not hold the lock
     */
    public void signal() {
        signal(1);
    }

    /**
     * Wakes the tasks that have waited longest. <b>Suspends:</b> no.
     *
     * @param count how many at the most
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

    /** {@return how many wait, and the state of the lock} */
    public Statistics statistics() {
        return new Statistics(waiters.size(), lock.statistics());
    }

    @Override
    public String toString() {
        return "Condition of " + lock;
    }
}
