package io.gyre.loop.sync;

import static io.gyre.loop.Async.currentTask;

import io.gyre.loop.Body;
import io.gyre.loop.Handle;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets one task at a time through code that suspends.
 *
 * <p>Code that does not suspend needs no lock: between two suspensions no other task of the loop runs.
 *
 * {@snippet :
 * var lock = new Lock("account");
 * lock.withLock(() -> {
 *     long balance = load();
 *     store(balance - amount);
 * });
 * }
 *
 * <p>Only the task that has acquired it may release it, and it may not acquire it twice. A task that ends without
 * releasing the lock breaks it: tasks that wait for the lock or for one of its {@link Condition}s, and tasks that come
 * later, get an exception. This does not cover a virtual thread that a task has started by itself: its end goes
 * unnoticed, and tasks that wait for its lock wait forever.
 *
 * <p><b>Confinement:</b> one loop, see the package. Callbacks of a loop may share a task; between callbacks, use a
 * {@link Semaphore} with one permit.
 *
 * <p><b>Source:</b> asyncio {@code Lock}, with trio's check of the owner. Differs from
 * {@link java.util.concurrent.locks.ReentrantLock}, which works in tasks too: always fair, not reentrant, cancellable,
 * and dumps show what a task waits for.
 */
public final class Lock {
    /*
     * Design.
     *
     * Besides a release, one event ends a wait: the owner ends. So the owner is watched, but only while a task waits
     * for the lock or for a signal of one of its conditions. For an uncontended lock, the cost is a look at an empty
     * list.
     */
    private final Label label;
    private final Confinement confinement = new Confinement(this);
    private final Runnable release = this::release;
    private final Runnable ownerEnded = this::sendAllAway;
    private final List<Condition> awaitedConditions = new ArrayList<>(0);
    private final WaitQueue<Lock> waiters = new WaitQueue<>("") {
        @Override
        String describe(Waiter<Lock> waiter) {
            return waiter.place().toString();
        }

        @Override
        void left(Waiter<Lock> waiter) {
            stopWatchingForNobody();
        }
    };

    private @Nullable Task<?> owner;
    private @Nullable Handle watch;

    /** Creates a lock without a name. */
    public Lock() {
        label = new Label("Lock", null);
    }

    /**
     * Creates a lock.
     *
     * @param name for messages
     */
    public Lock(String name) {
        label = new Label("Lock", name);
    }

    /**
     * A lock at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param owner the task that holds it, or null
     * @param waiting how many tasks wait for it
     */
    public record Statistics(@Nullable Task<?> owner, int waiting) {}

    /**
     * Waits until the lock is free, and takes it.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. <b>Cancellation:</b> takes nothing; once the lock has been handed
     * over, this call returns and the next checkpoint raises.
     *
     * @throws IllegalStateException if this task already holds the lock, or the owner ended without releasing it, also
     *     while waiting
     */
    public void acquire() {
        Task<?> task = confinement.checkpoint();
        if (!take(task)) {
            watchOwner();
            requireServed(waiters.park(task, this));
        }
    }

    /**
     * Takes the lock if it is free. <b>Suspends:</b> no.
     *
     * @return whether this task holds it now
     * @throws IllegalStateException if this task already holds the lock, or the owner ended without releasing it
     */
    public boolean tryAcquire() {
        confinement.check();
        return take(currentTask());
    }

    /** {@return where a {@link Select} waits for the lock} An owner that ends dismisses its waiter, too. */
    SelectPlace<Lock> selectPlace() {
        return new SelectPlace<>(
                waiters,
                this,
                waiter -> {
                    waiters.enlist(waiter);
                    watchOwner();
                },
                waiters::withdraw);
    }

    /** {@return what releases the lock, which this task holds} */
    Held held() {
        return new Held(release);
    }

    private boolean take(Task<?> task) {
        if (owner == null) {
            boolean watched = !awaitedConditions.isEmpty();
            owner = task;
            if (watched) {
                watchOwner();
            }
            return true;
        }
        if (owner == task) {
            throw new IllegalStateException(
                    task + " holds " + label
                            + " already, and would wait for itself forever. Acquire the lock once, and call code that expects the lock to be held.");
        }
        if (isBroken()) {
            throw ownerHasEnded();
        }
        return false;
    }

    private boolean isBroken() {
        return owner != null && (owner.isDone() || owner.loop().isClosed());
    }

    private IllegalStateException ownerHasEnded() {
        return new IllegalStateException(owner + " ended without releasing " + label
                + ", so nothing will release it. Use withLock, or release in a finally block.");
    }

    /**
     * Gives the lock to the task that has waited longest, or frees it. <b>Suspends:</b> no.
     *
     * @throws IllegalStateException if this task does not hold it
     */
    public void release() {
        confinement.check();
        requireOwner("release", currentTask());
        handOver();
    }

    private void handOver() {
        stopWatching();
        Waiter<Lock> next = waiters.first();
        if (next == null) {
            owner = null;
        } else {
            owner = next.task();
            waiters.serve(next);
            if (isAwaited()) {
                watchOwner();
            }
        }
    }

    private void requireOwner(String what, Task<?> task) {
        if (owner != task) {
            if (isBroken()) {
                throw ownerHasEnded();
            }
            throw new IllegalStateException(what + ": " + task + " does not hold " + label + ", "
                    + (owner == null ? "nobody" : owner) + " does.");
        }
    }

    /**
     * Acquires the lock for a {@code try} statement.
     *
     * <p><b>Suspends:</b> as {@link #acquire()}.
     *
     * @return releases the lock when closed
     */
    public Held hold() {
        LowLevel.requireStackForRelease();
        acquire();
        return held();
    }

    /**
     * Runs a body while holding the lock.
     *
     * <p><b>Suspends:</b> as {@link #acquire()} and the body do.
     *
     * @param <T> the result
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @return its result
     * @throws X the exception of the body, unchanged
     */
    public <T extends @Nullable Object, X extends Exception> T withLock(Body<T, X> body) throws X {
        LowLevel.requireStackForRelease();
        acquire();
        try {
            return body.run();
        } finally {
            release();
        }
    }

    /**
     * Runs a body without a result while holding the lock.
     *
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @throws X the exception of the body, unchanged
     */
    public <X extends Exception> void withLock(VoidBody<X> body) throws X {
        LowLevel.requireStackForRelease();
        acquire();
        try {
            body.run();
        } finally {
            release();
        }
    }

    /** {@return whether a task holds it} */
    public boolean isLocked() {
        return owner != null;
    }

    /** {@return a snapshot of the owner and the number of waiting tasks} */
    public Statistics statistics() {
        return new Statistics(owner, waiters.size());
    }

    @Override
    public String toString() {
        return owner == null
                ? label.toString()
                : label + " held by " + owner + (owner.isDone() ? ", which is done" : "");
    }

    // ---- an owner that ends

    private boolean isAwaited() {
        return !waiters.isEmpty() || !awaitedConditions.isEmpty();
    }

    private void watchOwner() {
        if (watch == null && owner != null) {
            watch = LowLevel.whenEnded(owner, ownerEnded);
        }
    }

    private void stopWatching() {
        if (watch != null) {
            watch.cancel();
            watch = null;
        }
    }

    private void stopWatchingForNobody() {
        if (!isAwaited()) {
            stopWatching();
        }
    }

    private void sendAllAway() {
        watch = null;
        waiters.dismissAll();
        awaitedConditions.forEach(Condition::sendAllAway);
    }

    // ---- for conditions

    /** A checkpoint of a task that must hold the lock. */
    Task<?> checkpointOfOwner(String what) {
        Task<?> task = confinement.checkpoint();
        requireOwner(what, task);
        return task;
    }

    void checkOwner(String what) {
        confinement.check();
        requireOwner(what, currentTask());
    }

    /** Releases on behalf of the owner, which has just been checked and is about to wait for a condition. */
    void releaseToWait(Condition condition) {
        if (!awaitedConditions.contains(condition)) {
            awaitedConditions.add(condition);
        }
        handOver();
    }

    /** No task waits for a condition any more. */
    void noLongerAwaited(Condition condition) {
        awaitedConditions.remove(condition);
        stopWatchingForNobody();
    }

    /** Acquires even in a cancelled task. */
    void reacquire(Task<?> task) {
        if (!take(task)) {
            watchOwner();
            requireServed(waiters.parkUncancellably(task, this));
        }
    }

    void requireServed(Waiter<Lock> waiter) {
        if (!waiter.isServed()) {
            throw ownerHasEnded();
        }
    }

    /** Moves a task that waits elsewhere into this lock's queue. The caller holds the lock. */
    void enqueue(WaitQueue<Lock> from, Waiter<Lock> waiter) {
        from.move(waiter, waiters, this);
        watchOwner();
    }
}
