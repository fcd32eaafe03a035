package io.gyre.loop;

import io.gyre.loop.dump.DumpedScope;
import io.gyre.loop.dump.TaskRef;
import io.gyre.loop.internal.text.Failures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.NonNull;
import org.jspecify.annotations.Nullable;

/**
 * A block of code that can be cancelled as a whole. Time-outs, task groups and {@link Task#cancel} are made of scopes.
 *
 * <p>A cancelled scope stays cancelled. In its block, and in the tasks of groups opened there, each suspending call
 * throws {@link CancelledException} until control has left the block. The exception ends there: a scope swallows its
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
     * Scopes form a tree. The scopes of one task are a chain, from its root, which Task.cancel cancels, to the
     * innermost, `task.scope`. The root of a task in a group is a child of the group's scope, which belongs to another
     * task. A request goes down the tree to every task whose innermost scope it reaches, but not past a shield.
     *
     * Each scope knows the outermost cancelled scope visible from it, `effective`. It is the outermost, because an
     * exception that must leave all of the scopes need not be swallowed and raised again at each. `effective` changes
     * when a scope is cancelled or a shield ends, and then in the whole tree below, unless a scope further out was
     * cancelled before: a cancellation inside a tree that is already cancelled costs no second walk. Users nest scopes
     * thousands deep; nothing here recurses, and only the walk down depends on the depth.
     *
     * A walk first marks all scopes, then notifies the tasks. Notifying runs abort handlers, which are foreign code: a
     * handler that fails, or cancels something itself, finds the tree complete.
     *
     * How a request arrives depends on the state of the task:
     *
     *     waiting in our own call      its abort handler undoes the wait; if the handler refuses, the value is on its
     *                                  way, is delivered, and the next checkpoint raises
     *     parked in a call of the JDK  its thread is interrupted, once, if the call reacts to that
     *     running or ready             the next checkpoint raises; if the task parks in a call of the JDK before that,
     *                                  it is interrupted there
     *
     * Once a checkpoint has raised, clean-up code may block undisturbed. For the same reason, a request from further
     * out that arrives while control is leaving a scope is held until the scope has been left (CancelDelivery).
     *
     * An interrupt that other code sends to a task's thread is a request, too: it comes in through park.
     */
    private static final int MAX_DUMPED = 100;

    private final VirtualThreadTask<?> owner;
    private final @Nullable CancelScope parent;
    private @Nullable CancelScope firstChild;
    private @Nullable CancelScope lastChild;
    private @Nullable CancelScope previousSibling;
    private @Nullable CancelScope nextSibling;
    private @Nullable String reason;

    /** The outermost cancelled scope visible from here, including this one. */
    private @Nullable CancelScope effective;

    private @Nullable ScopeTimer timer;
    private boolean shield;
    private @Nullable CancelScope toldBeforeShield;

    /**
     * Whether its block has ended. A block sets this first, by a plain store, which needs no stack: if {@link #leave}
     * then runs out of stack, the next use of a scope in the task completes the exit.
     */
    boolean left;

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
                // At once: a later sleep that is due at the same instant must not overtake the deadline.
                scope.timeHasCome(this);
            } else {
                // In a callback: abort handlers are foreign code, and may not run on the carrier.
                scope.owner.loop.callInternally(() -> scope.timeHasCome(this));
            }
        }
    }

    /** {@return whether only the owner is in the block, and it is asleep or cancelled already} */
    private boolean tellsNobodyButASleeper() {
        CancelScope innermost = owner.scope();
        CancelScope scope = this;
        while (scope != null && scope != innermost) {
            CancelScope child = scope.firstChild;
            scope = child != null && child.nextSibling == null && child.owner == owner ? child : null;
        }
        return scope != null && scope.firstChild == null && (owner.isAsleep() || owner.isCancelPending());
    }

    private void timeHasCome(ScopeTimer fired) {
        if (timer != fired) {
            return; // the block has ended meanwhile, or has another deadline
        }
        timer = null;
        if (shield) {
            endShield();
        } else {
            cancel("its deadline has passed");
        }
    }

    private CancelScope(VirtualThreadTask<?> owner, @Nullable CancelScope parent) {
        this.owner = owner;
        this.parent = parent;
        if (parent != null) {
            effective = parent.effective;
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
     * Runs a block that its scope can cancel.
     *
     * <p><b>Suspends:</b> if the block does.
     *
     * @param <X> what the block may throw
     * @param block receives its scope
     * @return whether the block completed; false if this scope cancelled it
     * @throws X what the block throws
     */
    public static <X extends Exception> boolean run(VoidBlock<X> block) throws X {
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
            scope.left = true;
            scope.leave();
        }
    }

    /**
     * Runs a block with a result that its scope can cancel.
     *
     * <p><b>Suspends:</b> if the block does.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     * @param block receives its scope
     * @return its result; empty if this scope cancelled the block, or the result is null
     * @throws X what the block throws
     */
    public static <T extends @Nullable Object, X extends Exception> Optional<@NonNull T> call(Block<T, X> block)
            throws X {
        CancelScope scope = enter();
        try {
            return Optional.ofNullable(block.run(scope));
        } catch (Throwable failure) {
            if (scope.isCauseOf(failure)) {
                return Optional.empty();
            }
            throw failure;
        } finally {
            scope.left = true;
            scope.leave();
        }
    }

    /**
     * A block of code with its scope.
     *
     * @param <T> the result
     * @param <X> what the block may throw
     */
    @FunctionalInterface
    public interface Block<T extends @Nullable Object, X extends Exception> {
        /**
         * Runs the block.
         *
         * @param scope its scope
         * @return its result
         * @throws X what the block throws
         */
        T run(CancelScope scope) throws X;
    }

    /**
     * A block of code with its scope and without a result.
     *
     * @param <X> what the block may throw
     */
    @FunctionalInterface
    public interface VoidBlock<X extends Exception> {
        /**
         * Runs the block.
         *
         * @param scope its scope
         * @throws X what the block throws
         */
        void run(CancelScope scope) throws X;
    }

    /** Begins a block in the current task. */
    static CancelScope enter() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.leaveEndedScopes();
        var scope = new CancelScope(task, rootOrInnermost(task));
        task.switchTo(scope);
        return scope;
    }

    /** Begins a block that requests from outside do not reach until the limit has passed. */
    static CancelScope enterShield(Duration limit) {
        CancelScope scope = enter();
        try {
            scope.startTimer(scope.owner.loop.time() + LoopCore.saturatedNanos(limit));
        } catch (Throwable noMemory) {
            scope.leave();
            throw noMemory;
        }
        scope.toldBeforeShield = scope.owner.toldCancellation();
        scope.shield = true;
        scope.effective = null;
        scope.owner.refreshPending();
        return scope;
    }

    private void endShield() {
        CancelScope seen = parent == null ? null : parent.effective;
        if (seen == null) {
            shield = false;
            return;
        }
        List<VirtualThreadTask<?>> told = tasksBelow();
        shield = false;
        spread(seen, told);
    }

    /** Ends the block. Call it in the block's task, for the innermost scope. May be called again after an error. */
    void leave() {
        left = true;
        if (firstChild != null) {
            cancelNow("its block has ended by an error that left its tasks behind");
        }
        try {
            stopTimer();
            unlink();
        } finally {
            owner.switchToParentOf(this, toldBeforeShield);
        }
    }

    /** {@return whether a failure that leaves the block is this scope's cancellation} Ask before leaving the scope. */
    boolean isCauseOf(Throwable failure) {
        return reason != null && explains(failure, owner);
    }

    // ---- tasks as a whole

    /** Gives a new task a root scope under the scope of its group. */
    static void hangUnder(CancelScope group, VirtualThreadTask<?> task) {
        task.switchTo(new CancelScope(task, group));
    }

    /** {@return whether a task belongs to a group} */
    static boolean isInGroup(ScopedTask<?> task) {
        for (CancelScope scope = task.scope(); scope != null; scope = scope.parent) {
            if (scope.owner != task) {
                return true;
            }
        }
        return false;
    }

    boolean isOfSystemTask() {
        return owner.isSystem();
    }

    /** {@return the root scope of a task} */
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

    /** {@return whether a failure is a cancellation of the calling task} */
    static boolean isOwnCancellation(Throwable failure) {
        VirtualThreadTask<?> caller = VirtualThreadTask.currentOrNull();
        return caller != null && isCancellation(caller, failure);
    }

    /** {@return whether a failure that leaves all blocks of a task is a cancellation of it, by any of its scopes} */
    static boolean isCancellation(VirtualThreadTask<?> task, Throwable failure) {
        CancelScope outermost = task.scope() == null ? null : task.scope().effective;
        if (outermost == null) {
            return false;
        }
        if (outermost.explains(failure, task)) {
            return true; // nearly always; the list of other scopes is long when groups are nested deep
        }
        for (CancelScope scope = task.scope(); scope != null && scope != outermost; scope = scope.parent) {
            if (scope.reason != null && scope.explains(failure, task)) {
                return true;
            }
        }
        return false;
    }

    /** Removes the scopes of a task that is done from the tree. */
    static void discard(VirtualThreadTask<?> task) {
        CancelScope root = task.scope();
        if (root != null) {
            root.left = true;
            root.unlink();
        }
    }

    // ---- public

    /**
     * Cancels the block permanently. <b>Suspends:</b> no.
     *
     * @param why for the exception's message
     * @return false if the scope was already cancelled, or its block has ended
     */
    public boolean cancel(String why) {
        owner.loop.checkLoopThread("CancelScope.cancel");
        Objects.requireNonNull(why);
        return !left && cancelNow(why);
    }

    private boolean cancelNow(String why) {
        if (reason != null) {
            return false;
        }
        if (effective != null) {
            reason = why; // a scope further out has already cancelled everything below
            stopTimer();
            return true;
        }
        List<VirtualThreadTask<?>> told = tasksBelow();
        reason = why;
        stopTimer();
        spread(this, told);
        return true;
    }

    /** {@return whether {@link #cancel} was called or the deadline has passed} */
    public boolean isCancelled() {
        return reason != null;
    }

    /**
     * Sets the instant at which the scope cancels itself, replacing the previous deadline. <b>Suspends:</b> no. Does
     * nothing if the scope is cancelled.
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
     * Sets the deadline relative to now. <b>Suspends:</b> no.
     *
     * @param timeout from now; zero or less cancels at once
     */
    public void setTimeout(Duration timeout) {
        setDeadline(owner.loop.time() + LoopCore.saturatedNanos(timeout));
    }

    /** Removes the deadline. <b>Suspends:</b> no. */
    public void clearDeadline() {
        owner.loop.checkLoopThread("CancelScope.clearDeadline");
        stopTimer();
    }

    /**
     * {@return the deadline in nanoseconds of {@link EventLoop#time()}, if there is a deadline and it has not passed}
     */
    public OptionalLong deadline() {
        return timer == null || shield ? OptionalLong.empty() : OptionalLong.of(timer.deadlineNanos());
    }

    @Override
    public String toString() {
        return "a scope of " + owner + (reason == null ? "" : ", cancelled: " + reason);
    }

    // ---- for the task

    /**
     * {@return this scope and those around it, innermost first, without those that have no limit and were not cancelled}
     * Any thread.
     *
     * @param nowNanos the time from which deadlines count
     */
    List<DumpedScope> dump(long nowNanos) {
        var scopes = new ArrayList<DumpedScope>();
        CancelScope scope = this;
        for (int i = 0; scope != null && i < MAX_DUMPED; i++) {
            ScopeTimer limit = scope.timer;
            if (limit != null || scope.reason != null) {
                scopes.add(new DumpedScope(
                        LoopInspection.refTo(scope.owner),
                        limit == null ? null : Duration.ofNanos(limit.deadlineNanos() - nowNanos),
                        scope.shield,
                        scope.reason));
            }
            scope = scope.parent;
        }
        return scopes;
    }

    /** {@return the task that opened the group of this scope's task, or null} Any thread. */
    @Nullable
    TaskRef outerTask() {
        CancelScope scope = this;
        while (scope != null && scope.owner == owner) {
            scope = scope.parent;
        }
        return scope == null ? null : LoopInspection.refTo(scope.owner);
    }

    /** {@return why a task in this scope is cancelled, or null} Any thread. */
    @Nullable
    String effectiveReason() {
        CancelScope cancelled = effective;
        return cancelled == null ? null : cancelled.reason;
    }

    /** {@return the outermost cancelled scope visible from here, or null} */
    @Nullable
    CancelScope effective() {
        return effective;
    }

    /** {@return the earliest deadline visible from here; the current time, if no time is left} */
    OptionalLong earliestDeadline() {
        if (effective != null) {
            return OptionalLong.of(owner.loop.time());
        }
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

    /**
     * {@return whether this scope's cancellation caused a failure in a task} It caused an interruption if it sent the
     * interrupt.
     */
    private boolean explains(Throwable failure, VirtualThreadTask<?> task) {
        for (Throwable cause : Failures.causes(failure)) {
            if (cause instanceof CancelledException cancelled) {
                return cancelled.isCausedBy(this);
            }
            if (cause instanceof TimeoutException) {
                return false; // an inner scope has turned its own cancellation into this
            }
            if (ForeignPark.isInterruption(cause)) {
                return task.interruptedFor() == this;
            }
        }
        return false;
    }

    /** {@return the tasks affected by a change here: those whose innermost scope is this or below it, up to shields} */
    private List<VirtualThreadTask<?>> tasksBelow() {
        if (firstChild == null) {
            return owner.scope() == this ? List.of(owner) : List.of();
        }
        var tasks = new ArrayList<VirtualThreadTask<?>>();
        for (CancelScope scope = this; scope != null; scope = nextBelow(scope)) {
            if (scope.owner.scope() == scope) {
                tasks.add(scope.owner);
            }
        }
        return tasks;
    }

    /** Sets {@code effective} in this scope and below it, and notifies the tasks, each once. */
    private void spread(CancelScope seen, List<VirtualThreadTask<?>> told) {
        for (CancelScope scope = this; scope != null; scope = nextBelow(scope)) {
            scope.effective = seen;
        }
        Throwable failure = null;
        for (VirtualThreadTask<?> task : told) {
            try {
                task.refreshPending();
            } catch (RuntimeException | Error e) {
                failure = e; // out of memory; the other tasks are notified
            }
        }
        Failures.throwUnchecked(failure);
    }

    /**
     * {@return the scope after another on a walk through this one's tree, children before siblings; null at the end}
     */
    private @Nullable CancelScope nextBelow(CancelScope scope) {
        CancelScope child = unshielded(scope.firstChild);
        if (child != null) {
            return child;
        }
        for (CancelScope done = scope; done != this; done = Objects.requireNonNull(done.parent)) {
            CancelScope sibling = unshielded(done.nextSibling);
            if (sibling != null) {
                return sibling;
            }
        }
        return null;
    }

    private static @Nullable CancelScope unshielded(@Nullable CancelScope first) {
        CancelScope scope = first;
        while (scope != null && scope.shield) {
            scope = scope.nextSibling;
        }
        return scope;
    }

    private void startTimer(long deadlineNanos) {
        var started = new ScopeTimer(this, deadlineNanos);
        owner.loop.tick.timers.add(started);
        timer = started;
    }

    private void stopTimer() {
        if (timer != null) {
            if (owner.loop.inLoop()) { // not in a task that has outlived its loop
                owner.loop.tick.timers.remove(timer);
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
