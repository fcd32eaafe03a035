package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A task among others: its scopes, the cancellations that have reached it, and the observers of failures.
 *
 * @param <T> the result
 */
abstract sealed class ScopedTask<T extends @Nullable Object> extends VisibleTask<T> permits VirtualThreadTask {
    /*
     * Design.
     *
     * A layer of the task instead of a separate object, because the memory of each task counts. Everything belongs to
     * the loop thread. CancelScope handles the tree of scopes, CancelDelivery the notification of the task.
     */

    /** The innermost scope; null until one is needed. */
    private @Nullable CancelScope scope;

    /** The cancellations that have reached this task; null if there are none. */
    private @Nullable CancelDelivery delivery;

    /** The tasks of this task's creator, including this one; null if only the group observes its failure. */
    private @Nullable Offspring siblings;

    /** The tasks that this task has created; null if there are none. */
    private @Nullable Offspring offspring;

    ScopedTask(LoopCore loop, @Nullable String createdAt) {
        super(loop, createdAt);
    }

    /** Lets other ready tasks run. In the task itself. */
    abstract void yieldNow();

    // ---- scopes

    final @Nullable CancelScope scope() {
        return scope;
    }

    final boolean isCancelPending() {
        return pendingCancellation() != null;
    }

    /** {@return the scope whose cancellation is pending, or null} */
    final @Nullable CancelScope pendingCancellation() {
        return delivery == null ? null : delivery.pending();
    }

    /** {@return whether a checkpoint raises a cancellation here} In the task itself. */
    final boolean isCancelPendingHere() {
        if (delivery != null) {
            leaveEndedScopes();
        }
        return isCancelPending();
    }

    /** {@return the scope for which an interrupt was sent and in which control still is; null if there is none} */
    final @Nullable CancelScope interruptedFor() {
        return delivery == null ? null : delivery.interruptedFor();
    }

    /** Leaves scopes whose blocks have ended without enough stack to leave them. In the task itself. */
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

    /** Starts anew, without a scope and without any cancellation that has come or is owed. */
    final void forgetScopesAndCancellations() {
        scope = null;
        delivery = null;
    }

    /**
     * Makes the parent of a scope the innermost one.
     *
     * @param left the scope
     * @param toldBefore for a shield, the earlier value of {@link #toldCancellation}, which is not delivered again
     */
    final void switchToParentOf(CancelScope left, @Nullable CancelScope toldBefore) {
        scope = left.parent();
        if (delivery != null) {
            delivery.left(left, toldBefore);
        }
        refreshPending();
    }

    /** Recomputes what is pending, and notifies the task if it was not notified. */
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

    // ---- interrupts: how a task in a call of the JDK is notified

    final boolean isInterruptOwed() {
        return delivery != null && delivery.isInterruptOwed();
    }

    /**
     * Interrupts the task if an interrupt is owed and it waits in a call of the JDK; returns whether it is still owed.
     * Loop thread.
     */
    final boolean interruptIfWaiting() {
        return delivery != null && delivery.interruptIfWaiting();
    }

    /** Clears an interrupt that was sent but has not ended a call. */
    final void takeInterruptBack() {
        if (delivery != null) {
            delivery.takeInterruptBack();
        }
    }

    /** Clears the interrupt, and sends it again when the task waits in a call of the JDK. */
    final void oweInterruptAgain() {
        if (delivery != null) {
            delivery.oweInterruptAgain();
        }
    }

    /**
     * {@return the scope that the task was notified of, unless only by an interrupt that has not ended a call yet} In
     * the task itself.
     */
    final @Nullable CancelScope toldCancellation() {
        return delivery == null ? null : delivery.toldAndArrived();
    }

    /**
     * {@return the exception of a call that was interrupted while it waited}
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
        // Behind a shield nothing is pending, but the call was interrupted nevertheless.
        CancelScope sent = interruptedFor();
        return cancellationBy(sent == null ? CancelScope.rootOf((VirtualThreadTask<?>) this) : sent);
    }

    /**
     * Restores the interrupt status after an external interrupt of a task that had to keep waiting. Our own interrupts
     * are delivered differently.
     */
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

    /**
     * Creates the exception of a checkpoint. Lets others run first if none could since the last time: the task may
     * retry forever.
     */
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
            // then it continues at once
        }
    }

    private CancelledException cancellationBy(CancelScope cause) {
        if (delivery != null) {
            delivery.raised(cause);
        }
        return new CancelledException(cause, this + " was cancelled: " + Describe.line(cause.reason()));
    }

    // ---- failures

    /** Keeps an unobserved failure, to report it when it is no longer likely to be observed. */
    final void keepFailureIfUnobserved() {
        Failed failed = unseenFailure();
        if (failed != null && !isObserved() && !loop.isEndedBy(failed.exception)) {
            loop.unseenFailures.add((VirtualThreadTask<?>) this, failed, siblings);
        }
    }

    /** {@return the record of the tasks that this task has created} For tasks that it creates. */
    final Offspring offspring() {
        if (offspring == null) {
            offspring = new Offspring();
        }
        return offspring;
    }

    /** Sets the task that has created this one. */
    final void setCreator(VirtualThreadTask<?> creator) {
        setSiblings(creator.offspring());
    }

    /** Sets the tasks with the same creator, which may observe their failures. */
    final void setSiblings(Offspring tasks) {
        siblings = tasks;
    }

    @Override
    public final void detach() {
        loop.checkLoopThread("detach");
        if (CancelScope.isInGroup(this)) {
            throw new IllegalStateException(
                    this + " belongs to a group, which awaits and cancels it. Create a task to be"
                            + " left alone outside of the group: Async.createTask.");
        }
        setSiblings(Offspring.OF_NOBODY);
        Failed failed = unseenFailure();
        if (failed != null) {
            loop.unseenFailures.reportNow(failed);
        }
    }

    /** Also reports that the failures of the tasks created by this one can no longer be observed by it. */
    @Override
    final void tellObservers() {
        super.tellObservers();
        if (offspring != null) {
            offspring.end();
        }
    }
}
