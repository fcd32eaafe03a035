package io.gyre.loop.sync;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task in a {@link WaitQueue}: its place there, its wait reason, its abort handler, and the slot for what it brings or
 * is handed, in one object.
 *
 * @param <V> what it brings or is handed
 */
class Waiter<V> implements AbortHandler {
    private final Task<?> task;

    /** What it was called on, for messages. */
    private Object place;

    /** The queue that it waits in, or has waited in. */
    private WaitQueue<V> queue;

    /** Neighbours in the queue. Set by the queue. */
    @Nullable
    Waiter<V> previous;

    @Nullable
    Waiter<V> next;

    /** Whether it is in the queue. Set by the queue. */
    boolean listed;

    /** Whether a {@link Select} still has it in the queue. Set by the queue. */
    boolean enlisted;

    private @Nullable V value;
    private boolean cancellable = true;
    private boolean served;

    Waiter(WaitQueue<V> queue, Task<?> task, Object place, @Nullable V value) {
        this.queue = queue;
        this.task = task;
        this.place = place;
        this.value = value;
    }

    final Task<?> task() {
        return task;
    }

    final Object place() {
        return place;
    }

    /** {@return what it brings; once it is served, what it was handed} */
    final V value() {
        return Objects.requireNonNull(value);
    }

    /** {@return the abort handler of the call in which the task waits} */
    AbortHandler handler() {
        return this;
    }

    /** {@return whether its task waits, so that it can be served} */
    final boolean isAlive() {
        return LowLevel.isParkedIn(task, handler());
    }

    /** Makes its task ready. */
    final void unpark() {
        LowLevel.unpark(task, handler());
    }

    /** {@return whether it got what it was waiting for, instead of being sent away} */
    final boolean isServed() {
        return served;
    }

    /** Notes what it was handed. A {@link Select} also takes its other waiters back here, before anybody serves them. */
    void markServed(@Nullable V handed) {
        served = true;
        if (handed != null) {
            value = handed;
        }
    }

    final void refuseCancellation() {
        cancellable = false;
    }

    final void moveTo(WaitQueue<V> newQueue, Object newPlace) {
        queue = newQueue;
        place = newPlace;
    }

    @Override
    public boolean abort() {
        if (cancellable) {
            queue.abort(this);
        }
        return cancellable;
    }

    @Override
    public String toString() {
        return queue.describe(this);
    }
}
