package io.gyre.loop.sync;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.dump.Wait;
import io.gyre.loop.spi.WaitReason;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task in a {@link WaitQueue}: its place there, its wait reason, its abort handler, and the slot for what it brings or
 * is handed, in one object.
 *
 * @param <V> the value that it brings or is handed
 */
class Waiter<V> implements AbortHandler, WaitReason {
    private final Task<?> task;

    /** The object on which the wait was called, for messages. */
    private Object place;

    /** The queue in which it waits or has waited. */
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

    /** {@return the value that it brings; once it is served, the value that it was handed} */
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

    /** {@return whether it was served, and not dismissed} */
    final boolean isServed() {
        return served;
    }

    /**
     * Stores the value that it was handed. A {@link Select} also withdraws its other waiters here, before they are
     * served.
     */
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
    public final Wait explain(String words) {
        return WaitData.of(place, words);
    }

    @Override
    public String toString() {
        return queue.describe(this);
    }
}
