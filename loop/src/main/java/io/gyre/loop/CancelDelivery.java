package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import org.jspecify.annotations.Nullable;

/** The cancellations that have reached a task, and how it is told of them. Made by the first; most tasks have none. */
final class CancelDelivery {
    /*
     * Design.
     *
     * A task that waits in a call of this library has its wait undone. One that is parked in a call of the JDK which reacts
     * to interrupts is interrupted there, and only there: anywhere else an interrupt would hit whatever comes next, a file
     * channel, which it closes for all who share it, or clean-up.
     *
     * What is sent is taken back by the next checkpoint, and again when control leaves the scope, whatever has become of
     * the status in between: code that has caught InterruptedException restores it, as it should, and the next block
     * must not be cancelled by that. Until then a status that is found set is taken for one that was restored.
     */

    /** So many cancellations in a row no clean-up needs. */
    private static final int MANY_RAISES = 128;

    private final VirtualThreadTask<?> task;

    /** The next checkpoint raises it: the outermost cancelled scope that can be seen. Null if there is none. */
    private @Nullable CancelScope pending;

    /** The one that the task is dealing with; another is told when control has left it. */
    private @Nullable CancelScope told;

    /** An interrupt was sent for this scope, in which control still is. */
    private @Nullable CancelScope interruptedFor;

    /**
     * The task was told while it ran or was ready, and no checkpoint has raised yet: when it parks in a call of the JDK, it is
     * interrupted there.
     */
    private boolean interruptOwed;

    /** The tick in which a cancellation was raised last, to see whether others could run since. */
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

    /** Takes in which cancellation is pending, and tells the task if it has not been told of any. */
    void tell(CancelScope nowPending) {
        pending = nowPending;
        if (told == null) {
            told = nowPending;
            deliver();
        }
    }

    /** Takes in that none is pending. */
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
     * Takes in that control has left a scope.
     *
     * @param toldBefore if it was a shield, what {@link #toldAndArrived} was before; that is not told again
     */
    void left(CancelScope left, @Nullable CancelScope toldBefore) {
        told = told == null || told == left ? toldBefore : told;
        if (interruptedFor == left) {
            interruptedFor = null;
            Thread.interrupted(); // whatever the code in the block has made of it
        }
    }

    /** {@return what the task was told, unless by an interrupt that has not ended anything yet} In the task itself. */
    @Nullable
    CancelScope toldAndArrived() {
        return interruptOwed || (interruptedFor != null && task.thread().isInterrupted()) ? null : told;
    }

    // ---- telling it

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
     * Interrupts the task if it waits in a call of the JDK that reacts to interrupts; if it does not, that may come.
     *
     * @return whether there is an interrupt to be sent still
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

    /** Takes back what was sent and has not ended anything; the request itself ends only when control leaves its scope. */
    boolean takeInterruptBack() {
        return interruptedFor != null && task.thread() == Thread.currentThread() && Thread.interrupted();
    }

    /** Takes back what was sent, and sends it when the task waits in a call of the JDK the next time. */
    void oweInterruptAgain() {
        if (takeInterruptBack()) {
            interruptOwed = true;
        }
    }

    // ---- raising it: in the task

    /** {@return whether a cancellation was raised in this tick already, so that nobody else has run since} */
    boolean hasRaisedInThisTick() {
        return raisedInTick == task.loop.tick.ticks();
    }

    /** Takes in that the task raises a cancellation. Warns of one that goes on and on all the same. */
    void raised(CancelScope cause) {
        interruptOwed = false;
        takeInterruptBack();
        raisedInTick = task.loop.tick.ticks();
        raises++;
        if (raises == MANY_RAISES) {
            Warnings.log(task + " was cancelled " + MANY_RAISES + " times and goes on ("
                    + Describe.line(cause.reason())
                    + "). Let CancelledException pass: a retry loop that catches all exceptions must"
                    + " throw it again." + task.stackNow());
        }
    }
}
