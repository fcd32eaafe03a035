package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for the same thing, in order of arrival.
 *
 * @param <V> the value that a waiter brings or is handed
 */
class WaitQueue<V> {
    /*
     * Design.
     *
     * A call that can serve a waiter does everything at once: it takes the waiter out of the queue, fills its slot and
     * unparks it. After that the task is not parked any more, so a cancellation finds no abort handler to call: the
     * value wins. No waiter is woken only to try again, so nobody can overtake, and a lock is never free while a task
     * waits for it.
     *
     * A cancelled waiter takes itself out of the linked list, in O(1). Its leaving can let others in, such as a small
     * request behind a large one; `left` handles this.
     *
     * A waiter may be dead: its wait has ended by an error that also kept it from leaving, or its loop has closed. A
     * value handed to a dead waiter would be lost, so `first` drops dead waiters.
     *
     *     waiting ── serve ────▶ unparked, isServed: it got something
     *     waiting ── dismiss ──▶ unparked, not isServed: closed, shut down, broken; it throws in its own stack
     *     waiting ── abort ────▶ CancelledException
     */
    private final String what;
    private @Nullable Waiter<V> first;
    private @Nullable Waiter<V> last;
    private int size;

    /** @param what the wait, in words that precede the name of the primitive, such as "get from" */
    WaitQueue(String what) {
        this.what = what;
    }

    // ---- waiting: in the task

    /** Parks until served or dismissed. The task must have passed a checkpoint. */
    Waiter<V> park(Task<?> task, Object place) {
        return park(newWaiter(task, place, null));
    }

    /** Parks with a value that the waiter brings. */
    Waiter<V> park(Task<?> task, Object place, V value) {
        return park(newWaiter(task, place, value));
    }

    /** Parks until served or dismissed, cancelled or not. */
    Waiter<V> parkUncancellably(Task<?> task, Object place) {
        Waiter<V> waiter = newWaiter(task, place, null);
        waiter.refuseCancellation();
        return park(waiter);
    }

    /** {@return the wait reason of a task} */
    Waiter<V> newWaiter(Task<?> task, Object place, @Nullable V value) {
        return new Waiter<>(this, task, place, value);
    }

    private Waiter<V> park(Waiter<V> waiter) {
        append(waiter);
        try {
            LowLevel.park(waiter, waiter);
        } catch (Throwable failure) {
            forget(waiter); // a cancelled waiter has left; one that refuses the cancellation has not
            throw failure;
        }
        return waiter;
    }

    /** Enlists a waiter whose task parks by itself, because it waits in other queues, too. */
    final void enlist(Waiter<V> waiter) {
        append(waiter);
        waiter.enlisted = true;
    }

    /** Withdraws such a waiter, if it is still in the queue. */
    final void withdraw(Waiter<V> waiter) {
        if (waiter.enlisted) {
            forget(waiter);
        }
    }

    // ---- serving: on the loop thread

    final boolean isEmpty() {
        return first() == null;
    }

    final int size() {
        return size;
    }

    /**
     * {@return the exact number of waiters, for decisions} Unlike {@link #size} it visits each waiter and drops the
     * dead.
     */
    final int count() {
        Waiter<V> after;
        for (Waiter<V> waiter = first; waiter != null; waiter = after) {
            after = waiter.next;
            dropIfDead(waiter);
        }
        return size;
    }

    /** {@return the waiter that has waited longest} */
    final @Nullable Waiter<V> first() {
        while (first != null && dropIfDead(first)) {
            // the next waiter may be dead, too
        }
        return first;
    }

    private boolean dropIfDead(Waiter<V> waiter) {
        boolean dead = !waiter.isAlive();
        if (dead) {
            remove(waiter);
            died(waiter);
        }
        return dead;
    }

    /** Serves a waiter. */
    final void serve(Waiter<V> waiter) {
        release(waiter, null);
    }

    /** Serves a waiter with a value. */
    final void serve(Waiter<V> waiter, V value) {
        release(waiter, value);
    }

    private void release(Waiter<V> waiter, @Nullable V value) {
        waiter.unpark(); // first: if there is no stack for it, nothing has changed
        remove(waiter);
        waiter.markServed(value);
    }

    final void serveAll() {
        for (Waiter<V> waiter = first(); waiter != null; waiter = first()) {
            serve(waiter);
        }
    }

    /** Ends a wait without serving the waiter. */
    final void dismiss(Waiter<V> waiter) {
        waiter.unpark();
        remove(waiter);
    }

    final void dismissAll() {
        for (Waiter<V> waiter = first(); waiter != null; waiter = first()) {
            dismiss(waiter);
        }
    }

    /** Dismisses all waiters of calls on {@code place}. */
    final void dismissAllAt(Object place) {
        Waiter<V> after;
        for (Waiter<V> waiter = first; waiter != null; waiter = after) {
            after = waiter.next;
            if (waiter.place() == place) {
                dismiss(waiter);
            }
        }
    }

    /** Moves a waiter to another queue, where it cannot be cancelled. */
    final void move(Waiter<V> waiter, WaitQueue<V> target, Object place) {
        remove(waiter);
        waiter.refuseCancellation();
        waiter.moveTo(target, place);
        target.append(waiter);
    }

    // ---- cancelling

    final void abort(Waiter<V> waiter) {
        if (waiter.listed) { // but not a waiter found dead because its loop is about to close
            remove(waiter);
            left(waiter);
        }
    }

    /**
     * Removes a waiter that may have been served or may have left. A waiter that has outlived its loop may touch
     * nothing.
     */
    private void forget(Waiter<V> waiter) {
        if (waiter.listed && waiter.task().loop().inLoop()) {
            remove(waiter);
            left(waiter);
        }
    }

    /** Called when a waiter was cancelled, in the code that cancels: must not throw. */
    void left(Waiter<V> waiter) {}

    /** Called when a waiter was found dead. */
    void died(Waiter<V> waiter) {}

    /** {@return the wait of a waiter, as text} */
    String describe(Waiter<V> waiter) {
        return what + " " + waiter.place();
    }

    // ---- the list

    private void append(Waiter<V> waiter) {
        waiter.previous = last;
        if (last == null) {
            first = waiter;
        } else {
            last.next = waiter;
        }
        last = waiter;
        size++;
        waiter.listed = true;
    }

    private void remove(Waiter<V> waiter) {
        Waiter<V> before = waiter.previous;
        Waiter<V> after = waiter.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        waiter.previous = null;
        waiter.next = null;
        waiter.enlisted = false;
        waiter.listed = false;
        size--;
    }
}
