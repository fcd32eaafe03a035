package io.gyre.loop;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A block of code that can be cancelled as a whole: what a time-out, a task group and {@link Task#cancel} are made of.
 *
 * <p>A scope that is cancelled stays so. In its block, and in the tasks of groups that were opened there, each suspending
 * call throws {@link CancelledException}, until control has left the block. There the exception ends: a scope swallows its
 * own cancellation, and no other.
 *
 * {@snippet :
 * boolean completed = CancelScope.run(scope -> {
 *     button.whenPressed(() -> scope.cancel("the user gave up"));
 *     download();
 * });
 * }
 *
 * <p><b>Confinement:</b> loop thread. <b>Source:</b> trio {@code CancelScope}.
 */
public final class CancelScope {
    /*
     * Design.
     *
     * Scopes form a tree. The scopes of one task are a chain, from its root, which Task.cancel cancels, to the innermost,
     * `task.scope`. The root of a task in a group hangs under the group's scope, which belongs to another task. A request
     * goes down the tree to every task whose innermost scope it reaches, but not past a shield.
     *
     * What a checkpoint tests is one field of the task, `pending`: the outermost cancelled scope that the innermost one can
     * see. It is computed anew whenever that may change: a scope is cancelled, entered or left, a shield ends. The
     * outermost, because an exception that must leave all of them need not be swallowed and raised again at each.
     *
     * How a request arrives depends on where the task is:
     *
     *     parked in our own call       its abort handler undoes the wait; when the handler refuses, the value is on its
     *                                  way, is delivered, and the next checkpoint raises
     *     anywhere else                its thread is interrupted, once: that ends a blocking call of the JDK, the present
     *                                  one or the next. If a checkpoint comes first, it takes the interrupt back, so that
     *                                  clean-up code can block in peace
     *
     * For the same reason a request from further out that comes while control is on its way out of a scope is told when
     * it has left that: `task.told` is the scope of the request that it is dealing with.
     *
     * An interrupt that somebody else sends to a task's thread is a request, too: it comes in through park.
     */
    /** Nobody wraps an exception so often, but a chain of causes may be a ring. */
    private static final int MAX_CAUSES = 50;

    private final VirtualThreadTask<?> owner;
    private final @Nullable CancelScope parent;
    private @Nullable CancelScope firstChild;
    private @Nullable CancelScope lastChild;
    private @Nullable CancelScope previousSibling;
    private @Nullable CancelScope nextSibling;
    private @Nullable String reason;
    private @Nullable ScopeTimer timer;
    private boolean shield;
    private @Nullable CancelScope toldBeforeShield;
    private boolean left;

    /** A deadline, or the limit of a shield. */
    private static final class ScopeTimer extends Timer {
        private final CancelScope scope;

        ScopeTimer(CancelScope scope, long deadlineNanos) {
            super(deadlineNanos);
            this.scope = scope;
        }

        @Override
        void fire() {
            if (scope.tellsNobodyButASleeper()) {
                // At once: a sleep that is due at the same instant and was begun later must not overtake the deadline.
                scope.timeHasCome(this);
            } else {
                // In a callback: abort handlers are not ours, and may not run on the carrier.
                scope.owner.loop.callInternally(() -> scope.timeHasCome(this));
            }
        }
    }

    /** {@return whether no task but the owner is in the block, and that is asleep, or cancelled already} */
    private boolean tellsNobodyButASleeper() {
        CancelScope innermost = owner.scope();
        CancelScope scope = this;
        while (scope != null && scope != innermost) {
            CancelScope child = scope.firstChild;
            scope = child != null && child.nextSibling == null && child.owner == owner ? child : null;
        }
        return scope != null && scope.firstChild == null && (owner.isAsleep() || owner.pending() != null);
    }

    private void timeHasCome(ScopeTimer fired) {
        if (timer != fired) {
            return; // the block has ended meanwhile, or has another deadline
        }
        timer = null;
        if (shield) {
            shield = false;
            refreshTasks();
        } else {
            cancel("its deadline has passed");
        }
    }

    private CancelScope(VirtualThreadTask<?> owner, @Nullable CancelScope parent) {
        this.owner = owner;
        this.parent = parent;
        if (parent != null) {
            previousSibling = parent.lastChild;
            if (previousSibling == null) {
                parent.firstChild = this;
            } else {
                previousSibling.nextSibling = this;
            }
            parent.lastChild = this;
        }
    }

    // ---- blocks

    /**
     * Runs a block that can be cancelled by its scope.
     *
     * <p><b>Suspends:</b> if the block does.
     *
     * @param <X> what the block may throw
     * @param block receives its scope
     * @return whether the block was completed; false if it was cancelled by this scope
     * @throws X what the block throws
     */
    public static <X extends Exception> boolean run(ScopedBody<X> block) throws X {
        CancelScope scope = enter();
        try {
            block.run(scope);
            return true;
        } catch (Throwable failure) {
            if (scope.isCauseOf(failure)) {
                return false;
            }
            throw failure;
        } finally {
            scope.leave();
        }
    }

    /**
     * A block of code with its scope.
     *
     * @param <X> what the block may throw
     */
    @FunctionalInterface
    public interface ScopedBody<X extends Exception> {
        /**
         * Runs the block.
         *
         * @param scope its scope
         * @throws X as the block does
         */
        void run(CancelScope scope) throws X;
    }

    /** Begins a block in the current task. */
    static CancelScope enter() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        var scope = new CancelScope(task, rootOrInnermost(task));
        task.switchTo(scope);
        return scope;
    }

    /** Begins a block that requests from outside do not reach, until the limit has passed. */
    static CancelScope enterShield(Duration limit) {
        CancelScope scope = enter();
        scope.toldBeforeShield = scope.owner.toldCancellation();
        scope.shield = true;
        scope.startTimer(scope.owner.loop.time() + EventLoop.saturatedNanos(limit));
        scope.owner.refreshPending();
        return scope;
    }

    /** Ends the block. */
    void leave() {
        left = true;
        stopTimer();
        unlink();
        owner.switchToParentOf(this, toldBeforeShield);
    }

    /** {@return whether a failure that comes out of the block is this scope's cancellation} Asked before it is left. */
    boolean isCauseOf(Throwable failure) {
        return reason != null && explains(failure, owner.pending() == this);
    }

    // ---- tasks as a whole

    /** Gives a new task a root under the scope of its group. */
    static void hangUnder(CancelScope group, VirtualThreadTask<?> task) {
        task.switchTo(new CancelScope(task, group));
    }

    boolean isOfSystemTask() {
        return owner.isSystem();
    }

    /** {@return the scope that is a task as a whole} */
    static CancelScope rootOf(VirtualThreadTask<?> task) {
        CancelScope root = rootOrInnermost(task);
        while (root.parent != null && root.parent.owner == task) {
            root = root.parent;
        }
        return root;
    }

    private static CancelScope rootOrInnermost(VirtualThreadTask<?> task) {
        CancelScope innermost = task.scope();
        if (innermost == null) {
            innermost = new CancelScope(task, null);
            task.switchTo(innermost);
        }
        return innermost;
    }

    /** Cancels a task as a whole. Loop thread. */
    static void cancel(VirtualThreadTask<?> task, String reason) {
        if (!task.isDone()) {
            rootOf(task).cancel(reason);
        }
    }

    /** {@return whether a failure that comes out of all the blocks of a task is its cancellation, by whichever scope} */
    static boolean isCancellation(VirtualThreadTask<?> task, Throwable failure) {
        for (CancelScope scope = task.scope(); scope != null && !scope.shield; scope = scope.parent) {
            if (scope.reason != null && scope.explains(failure, true)) {
                return true;
            }
        }
        return false;
    }

    /** Takes the scopes of a task that is done out of the tree. */
    static void discard(VirtualThreadTask<?> task) {
        CancelScope root = task.scope();
        if (root != null) {
            root.left = true;
            root.unlink();
        }
    }

    // ---- what users see

    /**
     * Cancels the block, for good. <b>Suspends:</b> no.
     *
     * @param why for the message of the exception
     * @return false if the scope was already cancelled, or its block has ended
     */
    public boolean cancel(String why) {
        owner.loop.checkLoopThread("CancelScope.cancel");
        Objects.requireNonNull(why);
        if (reason != null || left) {
            return false;
        }
        reason = why;
        stopTimer();
        refreshTasks();
        return true;
    }

    /** {@return whether {@link #cancel} was called or the deadline has passed} */
    public boolean isCancelled() {
        return reason != null;
    }

    /**
     * Sets the instant at which the scope cancels itself, instead of the one before. <b>Suspends:</b> no. Does nothing if
     * the scope is cancelled.
     *
     * @param deadlineNanos the instant, in nanoseconds of {@link EventLoop#time()}
     */
    public void setDeadline(long deadlineNanos) {
        owner.loop.checkLoopThread("CancelScope.setDeadline");
        stopTimer();
        if (reason != null || left) {
            return;
        }
        if (deadlineNanos - owner.loop.time() <= 0) {
            cancel("its deadline has passed");
        } else {
            startTimer(deadlineNanos);
        }
    }

    /**
     * Sets the deadline to a time from now. <b>Suspends:</b> no.
     *
     * @param timeout from now; zero or less cancels at once
     */
    public void setTimeout(Duration timeout) {
        setDeadline(owner.loop.time() + EventLoop.saturatedNanos(timeout));
    }

    /** Takes the deadline back. <b>Suspends:</b> no. */
    public void clearDeadline() {
        owner.loop.checkLoopThread("CancelScope.clearDeadline");
        stopTimer();
    }

    /** {@return the deadline in nanoseconds of {@link EventLoop#time()}, if there is one and it has not passed} */
    public OptionalLong deadline() {
        return timer == null || shield ? OptionalLong.empty() : OptionalLong.of(timer.deadlineNanos());
    }

    @Override
    public String toString() {
        return "a scope of " + owner + (reason == null ? "" : ", cancelled: " + reason);
    }

    // ---- for the task

    /** {@return the outermost cancelled scope that can be seen from here, or null} */
    @Nullable
    CancelScope outermostCancelled() {
        CancelScope found = null;
        for (CancelScope scope = this; scope != null; scope = scope.parent) {
            if (scope.reason != null) {
                found = scope;
            }
            if (scope.shield) {
                break;
            }
        }
        return found;
    }

    /** {@return the earliest deadline that can be seen from here} */
    OptionalLong earliestDeadline() {
        OptionalLong earliest = OptionalLong.empty();
        for (CancelScope scope = this; scope != null && !scope.shield; scope = scope.parent) {
            OptionalLong own = scope.deadline();
            if (own.isPresent() && (earliest.isEmpty() || own.getAsLong() - earliest.getAsLong() < 0)) {
                earliest = own;
            }
        }
        return earliest;
    }

    @Nullable
    CancelScope parent() {
        return parent;
    }

    String reason() {
        return Objects.requireNonNull(reason);
    }

    private boolean explains(Throwable failure, boolean interruptIsMine) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++, cause = cause.getCause()) {
            if (cause instanceof CancelledException cancelled) {
                return cancelled.isCausedBy(this);
            }
            if (cause instanceof TimeoutException) {
                return false; // an inner scope has made that out of its own cancellation
            }
            if (cause instanceof InterruptedException
                    || cause instanceof InterruptedIOException
                    || cause instanceof ClosedByInterruptException) {
                return interruptIsMine;
            }
        }
        return false;
    }

    private void refreshTasks() {
        if (owner.scope() == this) {
            owner.refreshPending();
        }
        for (CancelScope child = firstChild; child != null; child = child.nextSibling) {
            if (!child.shield) {
                child.refreshTasks();
            }
        }
    }

    private void startTimer(long deadlineNanos) {
        timer = new ScopeTimer(this, deadlineNanos);
        owner.loop.timers().add(timer);
    }

    private void stopTimer() {
        if (timer != null) {
            if (owner.loop.inLoop()) { // not in a task that has outlived its loop
                owner.loop.timers().remove(timer);
            }
            timer = null;
        }
    }

    private void unlink() {
        if (previousSibling != null) {
            previousSibling.nextSibling = nextSibling;
        } else if (parent != null && parent.firstChild == this) {
            parent.firstChild = nextSibling;
        }
        if (nextSibling != null) {
            nextSibling.previousSibling = previousSibling;
        } else if (parent != null && parent.lastChild == this) {
            parent.lastChild = previousSibling;
        }
        previousSibling = null;
        nextSibling = null;
    }
}
