package io.gyre.loop;

import io.gyre.loop.LowLevel.BlockingBody;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.IdleLoop;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The task: a virtual thread, and itself the scheduler of that thread.
 *
 * @param <T> the result
 */
sealed class VirtualThreadTask<T extends @Nullable Object> extends Completion<T>
        implements Task<T>, Executor, Runnable, Step, Arrival permits CallbackRunner {
    /*
     * Design.
     *
     * The JDK calls execute(continuation) whenever the thread becomes runnable, in whatever thread caused that. In the
     * loop the task goes to the ready queue, from outside through the entry queue; the tick then runs the continuation,
     * which mounts the thread on the carrier until it parks again.
     *
     * A virtual thread that is started inside the task inherits this scheduler. Its continuation is not ours (start()
     * submits ours first), so it is queued by itself: a guest. When a guest calls something that suspends, it is given
     * a task of its own, kept in a thread-local, that has parking and cancellation but no body and no entry in the
     * loop's list, except while it is parked. Its thread is the guest's, and its continuation keeps coming through this
     * task.
     *
     * Which task am I? The scheduler of the current thread: one field load.
     *
     * Waiting. `wait` is the abort handler of the call of ours that the task waits in, and tells that wait from all others:
     * whoever ends a wait names it, so that a late word never ends another. Only the loop thread reads or writes it.
     *
     *     running ── park ──▶ waiting ── unpark ──▶ ready ── take ──▶ running
     *                            └─ cancelled: its handler undoes the wait, and the task is unparked
     *
     * Unparking only clears `wait` and queues the task, which allocates nothing and goes no deeper than that; the JDK
     * learns of it on the carrier (`take`). So a wake-up is not lost when the heap is full or the stack at its end. And
     * whatever runs between the decision to wait and the park of the thread (callbacks at the end of the step, which may
     * park in a lock of the JDK and eat its permit) cannot lose it either: the thread parks only while `wait` is set.
     *
     *     who             ready    wait    thread
     *     running         false    null    mounted
     *     waiting         false    set     parked by us, or still on its way there
     *     ready           true     null    parked until take() tells the JDK, or yielding, or just started
     *     in the JDK      false    null    parked in a call that is not ours: lock, socket, Thread.sleep
     */

    /**
     * How many operations in a row may complete without suspending before one yields, so that nobody starves: 128, which a
     * byte counts from here up to 0. An int would make each task eight bytes larger.
     */
    private static final byte BUDGET = Byte.MIN_VALUE;

    private static final int ROOM_FOR_A_STACK = 1 << 20;

    private static final long PAUSE_OF_OUTLIVED_NANOS = 1_000_000;

    private static final ThreadLocal<@Nullable VirtualThreadTask<?>> GUEST = new ThreadLocal<>();

    private final @Nullable Object createdAt;
    /** A Callable, or a VoidBody: to wrap one in the other would cost each task an object. */
    private final @Nullable Object body;

    /** {@link #ending}: what was waited for has come. */
    private static final byte AS_MEANT = 0;

    /** {@link #ending}: the wait was undone; the task is to raise its cancellation when it goes on. */
    private static final byte ABORTED = 1;

    /** {@link #ending}: the loop was closed under it. */
    private static final byte ABANDONED = 2;

    private final Thread thread;
    private final boolean guest;
    private @Nullable Runnable continuation;

    /** Neighbours in the loop's list of tasks. Set by the list. */
    @Nullable
    VirtualThreadTask<?> previous;

    @Nullable
    VirtualThreadTask<?> next;

    /** The next in the ready queue. Set by the queue. */
    private @Nullable Step nextReady;

    /** The innermost scope; null until there is a need for one. */
    private @Nullable CancelScope scope;

    /** The cancellations that have reached this; null if there is none. */
    private @Nullable CancelDelivery delivery;

    /** The tasks of whoever has created this, of whom this is one; null if nobody else is to look at its failure. */
    private @Nullable Offspring siblings;

    /** The tasks that this has created; null if there is none. */
    private @Nullable Offspring offspring;

    /**
     * What it waited for when it last waited for a channel; kept until it waits for another, or ends. Most tasks wait for
     * one, over and over, and the JDK locks a channel to say what it is registered for.
     */
    @Nullable
    ReadinessWait lastReadiness;

    private @Nullable Object waitReason;
    private @Nullable AbortHandler wait;

    /** How the wait has ended, if not by what it was for. */
    private byte ending = AS_MEANT;

    /** It is in the ready queue. */
    private boolean ready;

    /** It was unparked, and the JDK has not been told. */
    private boolean unparked;

    /** The JDK has unmounted it and then found no memory to go on. */
    private boolean halfParked;

    /** It outlives the others when the loop closes. Read by the list, which makes no calls: they could overflow the stack. */
    boolean system;

    /** There was no memory or stack to start its thread. Set by the loop. */
    boolean neverStarted;

    private byte budget = BUDGET;

    VirtualThreadTask(EventLoop loop, @Nullable String name, @Nullable Object createdAt, @Nullable Object body) {
        super(loop);
        this.createdAt = createdAt;
        this.body = body == null ? null : loop.withContext(body);
        this.thread = VirtualThreads.newThread(this, name, this);
        this.guest = false;
    }

    private VirtualThreadTask(VirtualThreadTask<?> host, Thread guest) {
        super(host.loop);
        this.createdAt = null;
        this.body = null;
        this.thread = guest;
        this.guest = true;
        this.system = host.system;
    }

    // ---- which task am I

    static VirtualThreadTask<?> current() {
        Thread current = Thread.currentThread();
        if (!current.isVirtual() || !(VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> task)) {
            throw new IllegalStateException(
                    "this call suspends, and " + Describe.object(current) + " is not a task of an event loop."
                            + " Call it in a task: EventLoop.run(() -> ...), or loop.callSoonThreadsafe(() ->"
                            + " loop.createTask(...)) from another thread.");
        }
        if (task.loop.isClosed()) {
            throw task.outlivedLoop();
        }
        return task.thread == current ? task : guest(task, current);
    }

    /** Takes a moment: code that tries again and again shall not keep a processor of the JDK's scheduler busy for good. */
    @SuppressWarnings("ThreadPriorityCheck") // gives way to whatever else the scheduler has
    private LoopClosedException outlivedLoop() {
        Thread.yield();
        LockSupport.parkNanos(PAUSE_OF_OUTLIVED_NANOS);
        return new LoopClosedException(loop, "this call suspends in " + this);
    }

    /** {@return the task that is calling, or null if there is none or its loop is closed} */
    static @Nullable VirtualThreadTask<?> currentOrNull() {
        return currentLoopOrNull() == null ? null : current();
    }

    /** {@return the task with a body that is calling, or null: there is none, it is a callback, or a thread of the user's} */
    static @Nullable VirtualThreadTask<?> currentTaskOrNull() {
        Thread current = Thread.currentThread();
        return current.isVirtual()
                        && VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> task
                        && task.thread == current
                        && task.body != null
                ? task
                : null;
    }

    /** {@return whether the caller is a virtual thread that runs on a loop and is no task of it} */
    static boolean isGuest() {
        Thread current = Thread.currentThread();
        return current.isVirtual()
                && VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> host
                && host.thread != current
                && !host.loop.isClosed();
    }

    /** {@return the loop whose task is calling, or null if there is none or it is closed} */
    static @Nullable EventLoop currentLoopOrNull() {
        Thread current = Thread.currentThread();
        return current.isVirtual()
                        && VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> task
                        && !task.loop.isClosed()
                ? task.loop
                : null;
    }

    private static VirtualThreadTask<?> guest(VirtualThreadTask<?> host, Thread current) {
        VirtualThreadTask<?> guest = GUEST.get();
        if (guest == null) {
            guest = new VirtualThreadTask<>(host, current);
            GUEST.set(guest);
        }
        return guest;
    }

    // ---- running

    final void start() {
        thread.start();
    }

    /** Lets it outlive the other tasks when the loop closes. Before it is started. */
    final void makeSystem() {
        system = true;
    }

    /** Called by the JDK, in any thread, when this task's thread or a guest's becomes runnable. */
    @Override
    public final void execute(Runnable runnable) {
        if (continuation == null) {
            continuation = runnable;
        }
        if (loop.inLoop()) {
            arrivalOf(runnable).arrive();
        } else if (!loop.enter(arrivalOf(runnable))) {
            VirtualThreads.defaultScheduler().execute(runnable);
        }
    }

    private Arrival arrivalOf(Runnable runnable) {
        return runnable == continuation ? this : new GuestStep(this, runnable);
    }

    @Override
    public final void arrive() {
        becomeReady();
    }

    /** Queues the task, if it is not queued. Goes no deeper than the queue, and allocates nothing. */
    void becomeReady() {
        if (!ready) {
            loop.makeReady(this);
            ready = true;
        }
    }

    /** Mounts the thread, until it parks. Carrier only. */
    @Override
    public final void take() {
        budget = BUDGET;
        if (unparked) {
            unparked = false;
            LockSupport.unpark(thread); // the JDK calls execute(), where `ready` says that the task is queued
        }
        ready = false;
        mount();
        if (delivery != null && delivery.interruptOwed && loop.inLoop()) {
            loop.callInternally(this::interruptIfWaiting); // not from the carrier: the JDK takes locks for it
        }
    }

    /** For a park that ends by itself the JDK sets a timer when it has unmounted the thread, which needs memory. */
    private void mount() {
        try {
            if (halfParked) {
                VirtualThreads.finishYield(thread);
                halfParked = false;
            } else {
                Objects.requireNonNull(continuation).run();
            }
        } catch (OutOfMemoryError e) {
            halfParked = true;
            becomeReady();
            throw e;
        }
    }

    @Override
    public final @Nullable Step nextReady() {
        return nextReady;
    }

    @Override
    public final void setNextReady(@Nullable Step next) {
        nextReady = next;
    }

    /** Sees to a failure that nobody waits for: it is reported when nobody will look at it any more. */
    final void keepFailureIfUnobserved() {
        Failed failed = unseenFailure();
        if (failed != null && !isObserved() && !loop.isEndedBy(failed.exception)) {
            loop.unseenFailures().add(this, failed, siblings);
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

    /** What the thread runs. */
    @SuppressWarnings({"unchecked", "NullAway"}) // a task with a VoidBody has a result type that may be null
    T call() throws Exception {
        if (body instanceof VoidBody<?> withoutResult) {
            withoutResult.run();
            return (T) null;
        }
        return ((Callable<? extends T>) Objects.requireNonNull(body)).call();
    }

    /** The thread's body. */
    @Override
    public final void run() {
        try {
            complete(call());
        } catch (Throwable failure) {
            completeBy(failure);
        }
        lastReadiness = null; // who keeps the task for its result does not keep the channel
        loop.taskDone(this);
    }

    private void completeBy(Throwable failure) {
        try {
            leaveEndedScopes();
            if (CancelScope.isCancellation(this, failure)) {
                completeCancelled(failure);
                return;
            }
        } catch (OutOfMemoryError e) {
            // then it counts as a failure, which somebody hears of
        }
        completeExceptionally(failure);
    }

    // ---- suspending: in the task

    /** Raises a pending cancellation, and yields if too many operations in a row have not suspended. */
    final void checkpoint() {
        checkCancelled();
        if (budget == 0) {
            yieldNow();
        } else {
            budget++;
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the scheduler is the loop, which queues a thread that yields last
    final void yieldNow() {
        budget = BUDGET;
        Thread.yield();
    }

    /**
     * Waits until {@link #unpark} names the handler.
     *
     * @param handler undoes the wait if it is to be cancelled, or ends by an error
     */
    final void park(Object reason, AbortHandler handler) {
        requireMayWait(reason, handler);
        if (delivery != null) {
            leaveEndedScopes();
        }
        if (isCancelPending()) {
            if (undo(handler)) {
                throw raiseCancellation();
            }
            oweInterruptAgain(); // it would end the park
        }
        Object outerReason = waitReason;
        waitReason = reason;
        wait = handler;
        try {
            awaitUnpark();
        } catch (Throwable failure) {
            if (wait == handler) { // else it has been unparked: what it waited for has come, and counts for more
                wait = null;
                undo(handler);
                throw failure;
            }
        } finally {
            waitReason = outerReason;
        }
        if (ending == ABANDONED) {
            throw new LoopClosedException(loop, this + " waits for " + Describe.object(reason));
        }
        if (ending == ABORTED) {
            ending = AS_MEANT;
            throw raiseCancellation();
        }
    }

    private void requireMayWait(Object reason, AbortHandler handler) {
        if (loop.isClosed()) {
            throw new LoopClosedException(loop, this + " waits for " + Describe.object(reason));
        }
        if (wait != null) {
            undo(handler);
            throw new IllegalStateException("a callback at the end of a step, which runs in " + this + ", waits for "
                    + Describe.object(reason) + ". It must not suspend: create a task for that.");
        }
    }

    private void awaitUnpark() {
        if (guest) {
            loop.adopt(this); // nobody else would know of it when the loop closes
        }
        try {
            loop.runEndOfStep(); // as one that waits: what ends with the step may be what unparks it
            while (wait != null) {
                parkThread();
                cancelIfInterrupted();
            }
        } finally {
            if (guest) {
                loop.release(this);
            }
        }
    }

    /** Parks the thread, unless that can only stop the loop: it is the loop which would have to end it. */
    private void parkThread() {
        LockSupport.park();
        if (wait != null && isMemoryBack()) { // nobody has ended the wait: the watchdog has nudged the loop, perhaps
            int nudges = loop.nudges();
            long tick = loop.ticks();
            LockSupport.park(); // once more: there was no memory, perhaps
            if (wait != null && nudges != loop.nudges() && tick == loop.ticks()) {
                throw new IllegalStateException(
                        this + " cannot wait for " + Describe.object(waitReason)
                                + " here, because its thread is pinned and would stop " + loop
                                + " for good. Do not suspend in a"
                                + " class initializer or below a call from native code. (A stack overflow may pin a thread, too.)");
            }
        }
    }

    private static boolean isMemoryBack() {
        try {
            return new byte[ROOM_FOR_A_STACK].length > 0;
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** An interrupt of somebody else's is a request to stop. One of ours is past by now, and was restored by the user. */
    private void cancelIfInterrupted() {
        if (wait != null && Thread.interrupted() && (delivery == null || delivery.interruptedFor == null)) {
            CancelScope.cancel(this, "its thread was interrupted");
        }
    }

    /** Undoes a wait, or says that a handler has failed to; then the wait is over all the same. */
    private boolean undo(AbortHandler handler) {
        try {
            return handler.abort();
        } catch (Throwable failure) {
            loop.report(new Failure(
                    "the abort handler of " + this + " failed (" + Describe.object(handler)
                            + "). The task was cancelled; what it waited in may still list it. An abort handler must not"
                            + " throw.",
                    name(),
                    createdAt(),
                    failure));
            return true;
        }
    }

    /** Says what a blocking call of the JDK waits for while it runs, and takes an interrupt of it for a cancellation. */
    final <R extends @Nullable Object, X extends Exception> R blocking(Object reason, BlockingBody<R, X> body)
            throws X {
        Object outerReason = waitReason;
        waitReason = reason;
        try {
            R result = body.run();
            takeInterruptBack(); // the value wins; the next checkpoint raises
            return result;
        } catch (InterruptedException e) {
            CancelledException cancelled = interruptedWhileWaitingFor(reason);
            cancelled.initCause(e);
            throw cancelled;
        } finally {
            waitReason = outerReason;
        }
    }

    /**
     * {@return what a call throws that was interrupted while it waited}
     *
     * @param reason what it waited for
     */
    final CancelledException interruptedWhileWaitingFor(Object reason) {
        if (!isCancelPending() && (delivery == null || delivery.interruptedFor == null)) {
            CancelScope.cancel(this, "its thread was interrupted while waiting for " + Describe.object(reason));
        }
        if (isCancelPending()) {
            return raiseCancellation();
        }
        // Behind a shield nothing is pending, but the call has been broken off all the same.
        CancelScope sent = delivery == null ? null : delivery.interruptedFor;
        return cancellationBy(sent == null ? CancelScope.rootOf(this) : sent);
    }

    /** Sets the status of an interrupt that somebody else has sent to a task which had to go on. One of ours is told otherwise. */
    static void restoreInterrupt() {
        VirtualThreadTask<?> task = currentOrNull();
        if (task == null || task.delivery == null || task.delivery.isOver()) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- cancellation: see CancelScope and CancelDelivery

    final @Nullable CancelScope scope() {
        return scope;
    }

    final boolean isCancelPending() {
        return delivery != null && delivery.pending != null;
    }

    /** {@return whether an interrupt was sent for a scope, in which control still is} */
    final boolean wasInterruptedFor(CancelScope cancelled) {
        return delivery != null && delivery.interruptedFor == cancelled;
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
        CancelDelivery known = delivery;
        if (known != null) {
            known.told = known.told == null || known.told == left ? toldBefore : known.told;
            if (known.interruptedFor == left) {
                known.interruptedFor = null;
                Thread.interrupted(); // whatever the code in the block has made of it
            }
        }
        refreshPending();
    }

    /** Computes anew what is pending, and tells the task if it has not been told. */
    final void refreshPending() {
        CancelScope pending = scope == null ? null : scope.effective();
        CancelDelivery known = delivery;
        if (pending != null) {
            if (known == null) {
                known = new CancelDelivery();
                delivery = known;
            }
            known.pending = pending;
            if (known.told == null) {
                known.told = pending;
                deliverCancellation(known);
            }
        } else if (known != null) {
            known.pending = null;
            known.told = null;
            known.interruptOwed = false;
            takeInterruptBack();
            delivery = known.isOver() ? null : known;
        }
    }

    private void deliverCancellation(CancelDelivery known) {
        if (wait != null) {
            abortWait(known);
        } else {
            known.interruptOwed = true;
            interruptIfWaiting();
            if (guest && known.interruptOwed) {
                loop.interruptWhenWaiting(this); // nobody else knows when it parks: its steps are its host's
            }
        }
    }

    /**
     * Interrupts the task if it waits in a call of the JDK that reacts to that; if it does not, that may come. Loop thread.
     *
     * @return whether there is an interrupt to be sent still
     */
    final boolean interruptIfWaiting() {
        CancelDelivery known = delivery;
        if (known == null || !known.interruptOwed || isDone()) {
            return false;
        }
        if (!ready && wait == null && ForeignPark.isInterruptible(thread)) {
            known.interruptOwed = false;
            known.interruptedFor = known.told;
            thread.interrupt();
        }
        return known.interruptOwed;
    }

    /** {@return what the task was told, unless by an interrupt which has not ended anything yet} In the task itself. */
    final @Nullable CancelScope toldCancellation() {
        return delivery != null && delivery.hasArrived(thread) ? delivery.told : null;
    }

    /** Takes back what was sent and has not ended anything; the request itself ends only when control leaves its scope. */
    private boolean takeInterruptBack() {
        return delivery != null
                && delivery.interruptedFor != null
                && thread == Thread.currentThread()
                && Thread.interrupted();
    }

    private void oweInterruptAgain() {
        if (takeInterruptBack()) {
            Objects.requireNonNull(delivery).interruptOwed = true;
        }
    }

    final void checkCancelled() {
        if (delivery != null) {
            leaveEndedScopes();
            if (isCancelPending()) {
                throw raiseCancellation();
            }
        }
    }

    /** Makes what a checkpoint throws. Lets others run first if nobody could since the last time: the task may try for ever. */
    final CancelledException raiseCancellation() {
        if (Objects.requireNonNull(delivery).hasRaisedIn(loop.ticks())) {
            letOthersRun();
        }
        return cancellationBy(Objects.requireNonNull(delivery.pending));
    }

    private void letOthersRun() {
        try {
            yieldNow();
        } catch (OutOfMemoryError noRoomForTheStack) {
            // then it goes on at once
        }
    }

    private CancelledException cancellationBy(CancelScope cause) {
        CancelDelivery known = delivery;
        if (known != null) {
            known.interruptOwed = false;
            takeInterruptBack();
            known.raised(loop.ticks());
        }
        if (known != null && known.isIgnored()) {
            Warnings.log(this + " was cancelled " + CancelDelivery.MANY_RAISES + " times and goes on ("
                    + Describe.line(cause.reason())
                    + "). Let CancelledException pass: a retry loop that catches all exceptions must"
                    + " throw it again." + Stacks.text(createdAt, thread.getStackTrace()));
        }
        return new CancelledException(cause, this + " was cancelled: " + Describe.line(cause.reason()));
    }

    // ---- resuming: loop thread

    /** {@return whether it waits in a call of this library} */
    final boolean isParked() {
        return wait != null;
    }

    /** {@return whether it waits in the very call that an abort handler belongs to, so that it can be handed something} */
    final boolean isParkedIn(AbortHandler handler) {
        return wait == handler && ending != ABANDONED;
    }

    /** {@return whether its wait was undone, and it does not know yet} */
    final boolean isBeingAborted() {
        return ending == ABORTED;
    }

    final boolean isAsleep() {
        return wait instanceof Sleep;
    }

    /**
     * Ends a wait.
     *
     * @param handler the abort handler of that wait
     * @return false if the task waits for something else or not at all; it is left alone then
     */
    final boolean unpark(AbortHandler handler) {
        return wait == handler && unpark();
    }

    /** Ends the wait that the task is in. */
    final boolean unpark() {
        if (wait == null) {
            return false;
        }
        if (guest || loop.isClosed()) { // the thread of a guest comes back as a step of its host's
            wait = null;
            LockSupport.unpark(thread);
            return true;
        }
        becomeReady();
        unparked = true;
        wait = null;
        return true;
    }

    /** Undoes the wait, which the task then leaves by its cancellation; or leaves it until the value has come. */
    private void abortWait(CancelDelivery known) {
        AbortHandler handler = Objects.requireNonNull(wait);
        if (!undo(handler)) {
            known.interruptOwed = true;
        } else if (wait == handler) {
            ending = ABORTED;
            unpark();
        }
    }

    /**
     * Takes tasks out of what they wait in, because nobody on the loop will end that any more. In a callback. All are given
     * up first: what one of them leaves may let in another, which must not get it.
     */
    static void abandon(List<VirtualThreadTask<?>> survivors) {
        for (VirtualThreadTask<?> survivor : survivors) {
            if (survivor.wait != null) {
                survivor.ending = ABANDONED;
            }
        }
        for (VirtualThreadTask<?> survivor : survivors) {
            if (survivor.wait != null) {
                survivor.undo(survivor.wait);
            }
        }
    }

    /** Lets a task whose loop is closed go on elsewhere. By whoever has closed it. */
    final void letGo() {
        if (wait != null) {
            ending = ABANDONED;
            unpark();
        }
    }

    // ---- what users see

    @Override
    public final boolean cancel(String reason) {
        Objects.requireNonNull(reason);
        if (isDone()) {
            return false;
        }
        if (loop.inLoop()) {
            CancelScope.cancel(this, reason);
            return true;
        }
        return loop.enter(() -> loop.cancelSoon(this, reason));
    }

    @Override
    public final void cancelAndJoin(String reason) {
        cancel(reason);
        join();
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        return cancel("cancel() was called by " + describeCaller());
    }

    private static String describeCaller() {
        VirtualThreadTask<?> caller = currentOrNull();
        return caller == null ? Describe.line(Thread.currentThread().getName()) : caller.toString();
    }

    @Override
    public final String name() {
        String name = thread.getName();
        return name.isEmpty() ? "task-" + id() : name;
    }

    @Override
    public final long id() {
        return thread.threadId();
    }

    @Override
    public final boolean isSystem() {
        return system;
    }

    @Override
    public final EventLoop loop() {
        return loop;
    }

    @Override
    public final @Nullable String waitsFor() {
        loop.checkLoopThread("waitsFor");
        if (isDone() || ready || thread == Thread.currentThread()) {
            return null;
        }
        return waitReason != null
                ? Describe.object(waitReason)
                : "a blocking call in " + ForeignPark.callOf(thread.getStackTrace());
    }

    /** {@return what this waits for if something outside the loop will end the wait, else null} */
    final IdleLoop.@Nullable Hold hold() {
        if (isDone() || ready || thread == Thread.currentThread()) {
            return null;
        }
        return OutsideHold.of(this, waitReason, isParked());
    }

    @Override
    public final StackTraceElement[] stackTrace() {
        return thread.getStackTrace();
    }

    @Override
    public final String stackNow() {
        return Stacks.text(createdAt, stackTrace());
    }

    final Thread thread() {
        return thread;
    }

    @Override
    public final @Nullable String createdAt() {
        return createdAt == null ? null : createdAt.toString();
    }

    @Override
    public final String toString() {
        String name = thread.getName();
        return name.isEmpty() ? name() : "task '" + Describe.line(name) + "'";
    }
}
