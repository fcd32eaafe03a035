package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import org.jspecify.annotations.Nullable;

/**
 * The cancellations that have reached a task, and how the task is notified. Created by the first; most tasks have none.
 */
final class CancelDelivery {
    /*
     * Design.
     *
     * If a task waits in a call of this library, its wait is undone. If it is parked in a call of the JDK that reacts
     * to interrupts, it is interrupted there, and only there: anywhere else an interrupt would hit unrelated code, such
     * as a file channel, which it closes for all its users, or clean-up.
     *
     * The next checkpoint clears the interrupt, and leaving the scope clears it again, whatever has become of the
     * status in between: code that has caught InterruptedException restores the status, as it should, and this must not
     * cancel the next block. Until then, a set status is assumed to have been restored.
     */

    /** No clean-up needs so many cancellations in a row. */
    private static final int MANY_RAISES = 128;

    private final VirtualThreadTask<?> task;

    /**
     * The scope whose cancellation the next checkpoint raises: the outermost cancelled scope visible. Null if there is
     * none.
     */
    private @Nullable CancelScope pending;

    /** The cancelled scope that the task is dealing with; the next one is delivered when control has left it. */
    private @Nullable CancelScope told;

    /** The scope for which an interrupt was sent, and in which control still is. */
    private @Nullable CancelScope interruptedFor;

    /**
     * The task was notified while it ran or was ready, and no checkpoint has raised yet: when it parks in a call of the
     * JDK, it is interrupted there.
     */
    private boolean interruptOwed;

    /** The tick in which a cancellation was raised last, to see whether other tasks could have run since. */
    private long raisedInTick = -1;

    private int raises;

    CancelDelivery(VirtualThreadTask<?> task) {
        this.task = task;
    }

    // ---- what reaches the task: see CancelScope

    @Nullable
    CancelScope pending() {
        return pending;
    }

    /** {@return the scope for which an interrupt was sent, and in which control still is} */
    @Nullable
    CancelScope interruptedFor() {
        return interruptedFor;
    }

    /** Records which cancellation is pending, and notifies the task if it is not dealing with another. */
    void tell(CancelScope nowPending) {
        pending = nowPending;
        if (told == null) {
            told = nowPending;
            deliver();
        }
    }

    /** Records that no cancellation is pending. */
    void withdraw() {
        pending = null;
        told = null;
        interruptOwed = false;
        takeInterruptBack();
    }

    /** {@return whether there is nothing to remember} */
    boolean isOver() {
        return pending == null && told == null && interruptedFor == null;
    }

    /**
     * Records that control has left a scope.
     *
     * @param toldBefore for a shield, the earlier value of {@link #toldAndArrived}, which is not delivered again
     */
    void left(CancelScope left, @Nullable CancelScope toldBefore) {
        told = told == null || told == left ? toldBefore : told;
        if (interruptedFor == left) {
            interruptedFor = null;
            Thread.interrupted(); // whatever the code in the block has done with it
        }
    }

    /**
     * {@return the scope that the task was notified of, unless only by an interrupt that has not ended a call yet} In
     * the task itself.
     */
    @Nullable
    CancelScope toldAndArrived() {
        return interruptOwed || (interruptedFor != null && task.thread().isInterrupted()) ? null : told;
    }

    // ---- notifying

    private void deliver() {
        if (task.isParked()) {
            if (!task.abortWait()) {
                interruptOwed = true;
            }
        } else {
            interruptOwed = true;
            interruptIfWaiting();
            if (interruptOwed) {
                task.interruptIsOwed();
            }
        }
    }

    boolean isInterruptOwed() {
        return interruptOwed;
    }

    /**
     * Interrupts the task if it waits in a call of the JDK that reacts to interrupts; if it does not, it may later.
     *
     * @return whether the interrupt is still to be sent
     */
    boolean interruptIfWaiting() {
        if (!interruptOwed || task.isDone()) {
            return false;
        }
        if (task.mayWaitInTheJdk() && ForeignPark.isInterruptible(task.thread())) {
            interruptOwed = false;
            interruptedFor = told;
            task.thread().interrupt();
        }
        return interruptOwed;
    }

    /** Clears an interrupt that has not ended a call; the request itself ends only when control leaves its scope. */
    boolean takeInterruptBack() {
        return interruptedFor != null && task.thread() == Thread.currentThread() && Thread.interrupted();
    }

    /** Clears the interrupt, and sends it again the next time the task waits in a call of the JDK. */
    void oweInterruptAgain() {
        if (takeInterruptBack()) {
            interruptOwed = true;
        }
    }

    // ---- raising it: in the task

    /** {@return whether a cancellation was raised in this tick already, so that no other task has run since} */
    boolean hasRaisedInThisTick() {
        return raisedInTick == task.loop.tick.ticks();
    }

    /** Records that the task raises a cancellation. Warns if this happens again and again. */
    void raised(CancelScope cause) {
        interruptOwed = false;
        takeInterruptBack();
        raisedInTick = task.loop.tick.ticks();
        raises++;
        if (raises == MANY_RAISES) {
            Warnings.log(task + " was cancelled " + MANY_RAISES + " times and goes on ("
                    + Describe.line(cause.reason())
                    + "). Let CancelledException pass: a retry loop that catches all exceptions must"
                    + " throw it again." + Stacks.text(task.createdAt(), task.stackTrace()));
        }
    }
}
