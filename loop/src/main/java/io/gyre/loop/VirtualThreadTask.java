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
 * The task: a virtual thread, and at the same time the scheduler of the thread.
 *
 * @param <T> the result
 */
sealed class VirtualThreadTask<T extends @Nullable Object> extends ScopedTask<T>
        implements Executor, Runnable, Step, Arrival permits CallbackRunner, Guest, LoopThread {
    /*
     * Design.
     *
     * The JDK calls execute(continuation) whenever the thread becomes runnable, in the thread that caused it. On the
     * loop, the task goes to the ready queue; from outside, through the entry queue. The tick then runs the
     * continuation, which mounts the thread on the carrier until it parks again.
     *
     * On the JDKs of today, a virtual thread started inside the task inherits this scheduler. Its continuation is not
     * ours (start() submits ours first), so it is queued by itself, as a GuestStep. See Guest.
     *
     * The current task is the scheduler of the current thread: one field load.
     *
     * States. `state` is the task's relation to the ready queue; each transition is one store. `wait` is the abort
     * handler of the call of ours in which the task waits, and identifies the wait: code that ends a wait names it, so
     * that a late wake-up never ends another.
     *
     *     NEW ─── execute ──▶ READY ─────── take ──────▶ RUNNING_OR_PARKED
     *      │                   │ ▲                         │  │        ▲
     *      │                   │ └── execute, no memory ───┘  │        │
     *      │                   unpark                         unpark   take
     *      │                   ▼                              ▼        │
     *      │                  UNPARKED ◀──────────────────────┘        │
     *      │                      └────────────────────────────────────┘
     *      └─ no memory or stack to start ──▶ NEVER_STARTED
     *
     *     execute      by the JDK: the thread was started, has yielded, or returns from a foreign park
     *     unpark       by us: the wait has ended, for any reason
     *     take         by the tick
     *     no memory    the JDK has unmounted the thread and could not continue: see halfParked
     *
     *     state                wait    the thread
     *     NEW                  null    is not started yet
     *     NEVER_STARTED        null    could not be started, queued or not; the loop drops the task before its turn comes
     *     READY                null    has been started, has yielded, or the JDK has ended its park
     *     UNPARKED             null    is parked, and the JDK does not know yet that it may continue: take() says so
     *     READY or UNPARKED    set     has an extra turn, for a foreign wake-up: it parks again
     *     RUNNING_OR_PARKED    null    is mounted, or parked in a foreign call: lock, socket, Thread.sleep
     *     RUNNING_OR_PARKED    set     is parked by us, or still on its way there
     *
     * A task that has ended is done, in any state.
     *
     * Unparking only queues the task and clears `wait`, which allocates nothing and makes no deeper calls; the JDK
     * learns of it on the carrier (`take`). So a wake-up is not lost when the heap is full or the stack exhausted. Nor
     * can it be lost between the decision to wait and the park of the thread, when callbacks at the end of the step may
     * park in a lock of the JDK and use up its permit: the thread parks only while `wait` is set. If such a callback
     * ends the wait, the task continues at once, and its place in the queue is the extra turn.
     *
     * The fields belong to the loop thread. A guest is always RUNNING_OR_PARKED: its turns are steps of its host.
     */
    private static final byte NEW = 0;
    static final byte NEVER_STARTED = 1;
    private static final byte RUNNING_OR_PARKED = 2;
    private static final byte READY = 3;
    private static final byte UNPARKED = 4;

    /** {@link #ending}: what was awaited has happened. */
    private static final byte AS_MEANT = 0;

    /** {@link #ending}: the wait was undone; the task raises its cancellation when it continues. */
    private static final byte ABORTED = 1;

    /** {@link #ending}: the loop was closed during the wait; permanent. */
    private static final byte ABANDONED = 2;

    /**
     * How many operations in a row may complete without suspending before the task yields, so that no other task
     * starves: 128, which a byte counts from here up to 0. An int would make each task eight bytes larger.
     */
    private static final byte BUDGET = Byte.MIN_VALUE;

    private static final int ROOM_FOR_A_STACK = 1 << 20;

    /** The method in which tasks wait, for those who read stacks. */
    static final String PARKING_METHOD = "parkThread";

    private static final long PAUSE_OF_OUTLIVED_NANOS = 1_000_000;

    private final Thread thread;

    /**
     * A Callable, or a VoidBody: wrapping one in the other would cost each task an object. Null if this is not a user's
     * task.
     */
    private final @Nullable Object body;

    /**
     * Mounts the thread. The first continuation that the JDK submits, null before that; all later ones are those of
     * guests.
     */
    private @Nullable Runnable continuation;

    /** One of NEW to UNPARKED. Set to NEVER_STARTED by the loop, otherwise here. */
    byte state;

    /**
     * The JDK has unmounted the thread and then found no memory to continue; take() makes it finish instead of mounting
     * it.
     */
    private boolean halfParked;

    /**
     * Whether it outlives the others when the loop closes. Read by the list, which makes no calls: they could overflow
     * the stack.
     */
    boolean system;

    /**
     * How the wait has ended, if not as intended. Set while `wait` is; the task checks it when `wait` is null again.
     */
    private byte ending = AS_MEANT;

    /** Whether it runs a body that must not suspend. */
    private boolean atomic;

    /** How often it may still continue without suspending, counted up to 0. Reset when it is taken or yields. */
    private byte budget = BUDGET;

    /** The abort handler of the current wait; null if there is none, or the wait has ended. */
    private @Nullable AbortHandler wait;

    /** What it waits for in a call of ours, or declared to wait for in one of the JDK's; null outside of such calls. */
    private @Nullable Object waitReason;

    /** The next in the ready queue; null if not queued. Set by the queue. */
    private @Nullable Step nextReady;

    /** Neighbours in the loop's list of tasks; null if not listed. Set by the list. */
    @Nullable
    VirtualThreadTask<?> previous;

    @Nullable
    VirtualThreadTask<?> next;

    /**
     * The last wait for a channel; kept until the task waits for another channel, or ends. Most tasks wait for one
     * channel over and over, and the JDK takes a lock to tell what a channel is registered for.
     */
    @Nullable
    ReadinessWait lastReadiness;

    VirtualThreadTask(LoopCore loop, @Nullable String name, @Nullable String createdAt, @Nullable Object body) {
        super(loop, createdAt);
        this.body = body == null ? null : loop.withContext(body);
        this.thread = VirtualThreads.newThread(this, name, this);
        this.state = NEW;
    }

    /** For a guest, whose thread is already running. */
    VirtualThreadTask(VirtualThreadTask<?> host, Thread guest) {
        super(host.loop, null);
        this.body = null;
        this.thread = guest;
        this.state = RUNNING_OR_PARKED;
        this.system = host.system;
    }

    // ---- current task

    static VirtualThreadTask<?> current() {
        Thread current = Thread.currentThread();
        if (!current.isVirtual() || !(VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> task)) {
            throw new IllegalStateException(
                    CalledMethod.name() + " needs an event loop, and " + Describe.object(current)
                            + " is not a task of an event loop. Call it inside EventLoop.run(() -> ...), or on a loop"
                            + " that runs in another thread with loop.call(() -> ...).");
        }
        if (task.loop.isClosed()) {
            throw task.outlivedLoop();
        }
        return task.thread == current ? task : Guest.of(task, current);
    }

    /**
     * Takes a moment: code that retries again and again must not keep a processor of the JDK's scheduler busy for good.
     */
    @SuppressWarnings("ThreadPriorityCheck") // gives way to whatever else the scheduler has
    private LoopClosedException outlivedLoop() {
        Thread.yield();
        LockSupport.parkNanos(PAUSE_OF_OUTLIVED_NANOS);
        return new LoopClosedException(loop, CalledMethod.name() + " in " + this);
    }

    /** {@return the calling task, or null if there is none or its loop is closed} */
    static @Nullable VirtualThreadTask<?> currentOrNull() {
        return currentLoopOrNull() == null ? null : current();
    }

    /**
     * {@return the calling task, or null if the caller is not a task with a body: a callback, a user's thread, or
     * outside}
     */
    static @Nullable VirtualThreadTask<?> currentTaskOrNull() {
        Thread current = Thread.currentThread();
        return current.isVirtual()
                        && VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> task
                        && task.thread == current
                        && task.body != null
                ? task
                : null;
    }

    /** {@return whether the caller is a virtual thread that runs on a loop without being a task of it} */
    static boolean isGuest() {
        Thread current = Thread.currentThread();
        return current.isVirtual()
                && VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> host
                && (host.thread != current || host instanceof LoopThread)
                && !host.loop.isClosed();
    }

    /** {@return the loop of the calling task, or null if there is none or it is closed} */
    static @Nullable LoopCore currentLoopOrNull() {
        Thread current = Thread.currentThread();
        return current.isVirtual()
                        && VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> task
                        && !task.loop.isClosed()
                ? task.loop
                : null;
    }

    // ---- running

    final void start() {
        thread.start();
    }

    /** Makes it outlive the other tasks when the loop closes. Call it before the start. */
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
            VirtualThreads.jdkScheduler().execute(runnable);
        }
    }

    private Arrival arrivalOf(Runnable runnable) {
        return runnable == continuation ? this : new GuestStep(this, runnable);
    }

    @Override
    public final void arrive() {
        becomeReady();
    }

    /** Queues the task, if it is not queued. Makes no deeper calls than the queue, and allocates nothing. */
    void becomeReady() {
        if (!isQueued()) {
            loop.tick.ready.add(this);
            state = READY;
        }
    }

    final boolean isQueued() {
        return state >= READY; // or UNPARKED
    }

    /** Mounts the thread, until it parks. Carrier only. */
    final void take() {
        budget = BUDGET;
        if (state == UNPARKED) {
            state = READY;
            LockSupport.unpark(thread); // the JDK calls execute(), where the state says that the task is queued
        }
        state = RUNNING_OR_PARKED;
        mount();
        if (isInterruptOwed() && loop.inLoop()) {
            loop.callInternally(this::interruptIfWaiting); // not from the carrier: the JDK takes locks for it
        }
        if (atomic && loop.inLoop()) {
            loop.callInternally(() -> AtomicBody.noteSuspension(this)); // the same
        }
    }

    /** For a timed park the JDK sets a timer after unmounting the thread, which needs memory. */
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
        loop.tick.noteInterrupt(thread);
        lastReadiness = null; // code that keeps the task for its result does not keep the channel
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
            // then it counts as a failure, which is reported
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

    /** Lets others run, but not in a body that must not suspend: the first checkpoint behind the body does. */
    @SuppressWarnings("ThreadPriorityCheck") // the scheduler is the loop, which queues a thread that yields last
    @Override
    final void yieldNow() {
        if (atomic) {
            return;
        }
        budget = BUDGET;
        loop.tick.noteInterrupt(thread);
        Thread.yield();
    }

    /**
     * Waits until {@link #unpark} names the handler.
     *
     * @param handler undoes the wait if it is cancelled, or ends by an error
     */
    final void park(Object reason, AbortHandler handler) {
        requireMayWait(reason, handler);
        if (isCancelPendingHere()) {
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
            if (wait == handler) { // otherwise it was unparked: what it waited for has happened, and takes precedence
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

    /** {@return whether it runs a body that must not suspend} */
    final boolean isAtomic() {
        return atomic;
    }

    final void setAtomic(boolean now) {
        atomic = now;
    }

    /** Refuses a call that always suspends, before it begins anything, in a body that must not. */
    final void requireMaySuspend(String what) {
        if (atomic) {
            throw refusal(what);
        }
    }

    /** {@return the refusal of a call, which is kept until the body ends} */
    private NotAtomicException refusal(String what) {
        NotAtomicException refusal = NotAtomicException.refusal(this, what);
        loop.notAtomic.put(this, refusal);
        return refusal;
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
        if (atomic) {
            undo(handler);
            throw refusal("wait for " + Describe.object(reason));
        }
    }

    void awaitUnpark() {
        loop.tick.runEndOfStep(); // as a waiting task: a callback at the end of the step may unpark it
        while (wait != null) {
            parkThread();
            cancelIfInterrupted();
        }
    }

    /** Parks the thread, unless this would only stop the loop: the loop itself would have to end the park. */
    private void parkThread() {
        loop.tick.noteInterrupt(thread);
        LockSupport.park();
        if (wait != null && isMemoryBack()) { // the wait has not ended: perhaps the watchdog has nudged the loop
            int nudges = loop.nudges();
            long tick = loop.tick.ticks();
            LockSupport.park(); // once more: perhaps there was no memory
            if (wait != null && nudges != loop.nudges() && tick == loop.tick.ticks()) {
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

    /**
     * An external interrupt is a request to stop. Our own interrupt is obsolete by now, and was restored by the user.
     */
    private void cancelIfInterrupted() {
        if (wait != null && Thread.interrupted() && interruptedFor() == null) {
            CancelScope.cancel(this, "its thread was interrupted");
        }
    }

    /** Undoes a wait, or reports that a handler failed to; the wait is over in both cases. */
    private boolean undo(AbortHandler handler) {
        try {
            return handler.abort();
        } catch (Throwable failure) {
            loop.report(new Failure(
                    "the abort handler of " + this + " failed (" + Describe.object(handler)
                            + "). The task was cancelled; the object it waited for may still list it. An abort handler must not"
                            + " throw.",
                    name(),
                    createdAt(),
                    failure));
            return true;
        }
    }

    /**
     * Declares what a blocking call of the JDK waits for while it runs, and turns its interruption into a cancellation.
     */
    final <R extends @Nullable Object, X extends Exception> R blocking(Object reason, BlockingBody<R, X> body)
            throws X {
        if (atomic) {
            throw refusal("wait for " + Describe.object(reason));
        }
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

    // ---- resuming: loop thread

    /** {@return whether it waits in a call of this library} */
    final boolean isParked() {
        return wait != null;
    }

    /** {@return whether it waits in the call of this abort handler, so that it can be handed something} */
    final boolean isParkedIn(AbortHandler handler) {
        return wait == handler && ending != ABANDONED;
    }

    /** {@return whether its wait was undone, and the task has not noticed yet} */
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

    /** Ends the current wait. */
    final boolean unpark() {
        if (wait == null) {
            return false;
        }
        if (loop.isClosed()) {
            resumeByTheJdk();
        } else {
            resume();
        }
        return true;
    }

    /** Lets it continue after its wait: queues it, and leaves it to the tick to tell the JDK. */
    void resume() {
        if (!isQueued()) {
            loop.tick.ready.add(this);
        }
        state = UNPARKED;
        wait = null;
    }

    /** Lets it continue after its wait, and tells the JDK at once. */
    final void resumeByTheJdk() {
        wait = null;
        LockSupport.unpark(thread);
    }

    /**
     * Undoes the wait, which the task then leaves by its cancellation.
     *
     * @return false if the handler keeps the wait until the value has arrived
     */
    final boolean abortWait() {
        AbortHandler handler = Objects.requireNonNull(wait);
        if (!undo(handler)) {
            return false;
        }
        if (wait == handler) {
            ending = ABORTED;
            unpark();
        }
        return true;
    }

    /** {@return whether it may be parked in a call of the JDK, since it is neither queued nor in a wait of ours} */
    final boolean mayWaitInTheJdk() {
        return !isQueued() && wait == null;
    }

    /** Records that it is to be interrupted when it waits in a call of the JDK: `take` checks after each step. */
    void interruptIsOwed() {}

    /**
     * Ends the waits of tasks, because nothing on the loop will end them any more. In a callback. All are marked first:
     * leaving one wait may admit another task, which must not proceed.
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

    /** Lets a task continue elsewhere after its loop has closed. Called by the closing thread. */
    final void letGo() {
        if (wait != null) {
            ending = ABANDONED;
            unpark();
        }
    }

    // ---- public: see VisibleTask

    @Override
    public final boolean isSystem() {
        return system;
    }

    @Override
    public final @Nullable String waitsFor() {
        loop.checkLoopThread("waitsFor");
        if (!isWaiting()) {
            return null;
        }
        return waitReason != null
                ? Describe.object(waitReason)
                : ForeignPark.describe(thread).words();
    }

    /** {@return what it says that it waits for; null in a call of the JDK that it has not declared} Any thread. */
    final @Nullable Object waitReason() {
        return waitReason;
    }

    /** {@return what this waits for if something outside the loop will end the wait, otherwise null} */
    final IdleLoop.@Nullable Hold hold() {
        return isWaiting() ? OutsideHold.of(this, waitReason, isParked()) : null;
    }

    private boolean isWaiting() {
        return !isDone() && !isQueued() && thread != Thread.currentThread();
    }

    @Override
    final Thread thread() {
        return thread;
    }
}
