package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task among others: the scopes that it is in, the cancellations that have reached it, and who looks at failures.
 *
 * @param <T> the result
 */
abstract sealed class ScopedTask<T extends @Nullable Object> extends VisibleTask<T> permits VirtualThreadTask {
    /*
     * Design.
     *
     * A layer of the task, and no object of its own, because the memory of each task counts. Everything belongs to the loop
     * thread. How scopes hang together is CancelScope's affair, how a task is told CancelDelivery's.
     */

    /** The innermost scope; null until there is a need for one. */
    private @Nullable CancelScope scope;

    /** The cancellations that have reached this; null if there is none. */
    private @Nullable CancelDelivery delivery;

    /** The tasks of whoever has created this, of whom this is one; null if nobody else is to look at its failure. */
    private @Nullable Offspring siblings;

    /** The tasks that this has created; null if there is none. */
    private @Nullable Offspring offspring;

    ScopedTask(LoopCore loop, @Nullable Object createdAt) {
        super(loop, createdAt);
    }

    /** Lets the others run that are ready. In the task itself. */
    abstract void yieldNow();

    // ---- scopes

    final @Nullable CancelScope scope() {
        return scope;
    }

    final boolean isCancelPending() {
        return delivery != null && delivery.pending() != null;
    }

    /** {@return whether a checkpoint raises a cancellation here} In the task itself. */
    final boolean isCancelPendingHere() {
        if (delivery != null) {
            leaveEndedScopes();
        }
        return isCancelPending();
    }

    /** {@return the scope for which an interrupt was sent, in which control still is; null if there is none} */
    final @Nullable CancelScope interruptedFor() {
        return delivery == null ? null : delivery.interruptedFor();
    }

    /** Leaves scopes whose blocks have ended without stack enough to leave them. In the task itself. */
    final void leaveEndedScopes() {
        while (scope != null && scope.left) {
            scope.leave();
        }
    }

    /** Makes a scope the innermost one. */
    final void switchTo(@Nullable CancelScope innermost) {
        scope = innermost;
        refreshPending();
    }

    /**
     * Makes the parent of a scope the innermost one.
     *
     * @param left the scope
     * @param toldBefore if it was a shield, what {@link #toldCancellation} was before; that is not told again
     */
    final void switchToParentOf(CancelScope left, @Nullable CancelScope toldBefore) {
        scope = left.parent();
        if (delivery != null) {
            delivery.left(left, toldBefore);
        }
        refreshPending();
    }

    /** Computes anew what is pending, and tells the task if it has not been told. */
    final void refreshPending() {
        CancelScope pending = scope == null ? null : scope.effective();
        CancelDelivery known = delivery;
        if (pending != null) {
            if (known == null) {
                known = new CancelDelivery((VirtualThreadTask<?>) this);
                delivery = known;
            }
            known.tell(pending);
        } else if (known != null) {
            known.withdraw();
            delivery = known.isOver() ? null : known;
        }
    }

    // ---- interrupts: how a call of the JDK is told

    final boolean isInterruptOwed() {
        return delivery != null && delivery.isInterruptOwed();
    }

    /** Interrupts it if that is owed, and it waits in a call of the JDK; says whether it is owed still. Loop thread. */
    final boolean interruptIfWaiting() {
        return delivery != null && delivery.interruptIfWaiting();
    }

    /** Takes back an interrupt that was sent and has not ended anything. */
    final void takeInterruptBack() {
        if (delivery != null) {
            delivery.takeInterruptBack();
        }
    }

    /** Takes it back, and sends it again when the task waits in a call of the JDK. */
    final void oweInterruptAgain() {
        if (delivery != null) {
            delivery.oweInterruptAgain();
        }
    }

    /** {@return what the task was told, unless by an interrupt that has not ended anything yet} In the task itself. */
    final @Nullable CancelScope toldCancellation() {
        return delivery == null ? null : delivery.toldAndArrived();
    }

    /**
     * {@return what a call throws that was interrupted while it waited}
     *
     * @param reason what it waited for
     */
    final CancelledException interruptedWhileWaitingFor(Object reason) {
        if (!isCancelPending() && interruptedFor() == null) {
            CancelScope.cancel(
                    (VirtualThreadTask<?>) this,
                    "its thread was interrupted while waiting for " + Describe.object(reason));
        }
        if (isCancelPending()) {
            return raiseCancellation();
        }
        // Behind a shield nothing is pending, but the call has been broken off all the same.
        CancelScope sent = interruptedFor();
        return cancellationBy(sent == null ? CancelScope.rootOf((VirtualThreadTask<?>) this) : sent);
    }

    /** Sets the status of an interrupt that somebody else has sent to a task which had to go on. One of ours is told otherwise. */
    static void restoreInterrupt() {
        ScopedTask<?> task = VirtualThreadTask.currentOrNull();
        if (task == null || task.delivery == null || task.delivery.isOver()) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- raising: in the task itself

    final void checkCancelled() {
        if (isCancelPendingHere()) {
            throw raiseCancellation();
        }
    }

    /** Makes what a checkpoint throws. Lets others run first if nobody could since the last time: the task may try for ever. */
    final CancelledException raiseCancellation() {
        if (Objects.requireNonNull(delivery).hasRaisedInThisTick()) {
            letOthersRun();
        }
        return cancellationBy(Objects.requireNonNull(delivery.pending()));
    }

    private void letOthersRun() {
        try {
            yieldNow();
        } catch (OutOfMemoryError noRoomForTheStack) {
            // then it goes on at once
        }
    }

    private CancelledException cancellationBy(CancelScope cause) {
        if (delivery != null) {
            delivery.raised(cause);
        }
        return new CancelledException(cause, this + " was cancelled: " + Describe.line(cause.reason()));
    }

    // ---- failures

    /** Sees to a failure that nobody waits for: it is reported when nobody will look at it any more. */
    final void keepFailureIfUnobserved() {
        Failed failed = unseenFailure();
        if (failed != null && !isObserved() && !loop.isEndedBy(failed.exception)) {
            loop.unseenFailures.add((VirtualThreadTask<?>) this, failed, siblings);
        }
    }

    /** {@return who waits for what this has created} For tasks that this creates. */
    final Offspring offspring() {
        if (offspring == null) {
            offspring = new Offspring();
        }
        return offspring;
    }

    /** Says which task has created this. */
    final void setCreator(VirtualThreadTask<?> creator) {
        setSiblings(creator.offspring());
    }

    /** Says which tasks are created by whoever has created this, who may look at their failures. */
    final void setSiblings(Offspring tasks) {
        siblings = tasks;
    }

    /** Tells, too, that nobody is left who would look at what the tasks of this have come to. */
    @Override
    final void tellObservers() {
        super.tellObservers();
        if (offspring != null) {
            offspring.end();
        }
    }
}
