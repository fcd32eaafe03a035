package io.gyre.loop;

import io.gyre.loop.LowLevel.BlockingBody;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.IdleLoop;
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
        implements Task<T>, Executor, Runnable, Step permits CallbackRunner {
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
     * Parking. `abortHandler` is set exactly while the task is parked in our own call; only the loop thread reads or
     * writes it. JDK permits can be stale, so the park is repeated until unpark() has cleared the field.
     */

    /**
     * How many operations in a row may complete without suspending before one yields, so that nobody starves: 128, which a
     * byte counts from here up to 0. An int would make each task eight bytes larger.
     */
    private static final byte BUDGET = Byte.MIN_VALUE;

    private static final ThreadLocal<@Nullable VirtualThreadTask<?>> GUEST = new ThreadLocal<>();

    private final @Nullable String name;
    private final @Nullable Object createdAt;
    /** A Callable, or a VoidBody: to wrap one in the other would cost each task an object. */
    private final @Nullable Object body;

    private final Thread thread;
    private final boolean guest;
    private @Nullable Runnable continuation;

    /** Neighbours in the loop's list of tasks. Set by the list. */
    @Nullable
    VirtualThreadTask<?> previous;

    @Nullable
    VirtualThreadTask<?> next;

    /** The innermost scope; null until there is a need for one. */
    private @Nullable CancelScope scope;

    /** The scope whose cancellation the next checkpoint raises. */
    private @Nullable CancelScope pending;

    /** The scope whose request was brought to the task, which control has not left yet. Set while one is pending. */
    private @Nullable CancelScope told;

    private boolean interruptSent;
    private boolean interruptOwed;

    /**
     * What it waited for when it last waited for a channel; kept until it waits for another, or ends. Most tasks wait for
     * one, over and over, and the JDK locks a channel to say what it is registered for.
     */
    @Nullable
    ReadinessWait lastReadiness;

    private @Nullable Object waitReason;
    private @Nullable AbortHandler abortHandler;
    private boolean aborted;
    private boolean abandoned;
    private boolean ready;
    private boolean system;
    private byte budget = BUDGET;

    VirtualThreadTask(EventLoop loop, @Nullable String name, @Nullable Object createdAt, @Nullable Object body) {
        super(loop);
        this.name = name;
        this.createdAt = createdAt;
        this.body = body == null ? null : loop.withContext(body);
        this.thread = VirtualThreads.newThread(this, name, this);
        this.guest = false;
    }

    private VirtualThreadTask(VirtualThreadTask<?> host, Thread guest) {
        super(host.loop);
        this.name = guest.getName().isEmpty() ? null : guest.getName();
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
            throw new IllegalStateException("this call suspends, and " + current + " is not a task of an event loop."
                    + " Call it in a task: EventLoop.run(() -> ...), or loop.callSoonThreadsafe(() ->"
                    + " loop.createTask(...)) from another thread.");
        }
        if (task.loop.isClosed()) {
            throw new LoopClosedException(task.loop, "this call suspends in " + task);
        }
        return task.thread == current ? task : guest(task, current);
    }

    /** {@return the task that is calling, or null if there is none or its loop is closed} */
    static @Nullable VirtualThreadTask<?> currentOrNull() {
        return currentLoopOrNull() == null ? null : current();
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
        boolean own = runnable == continuation;
        if (!loop.inLoop()) {
            if (!loop.enter(own ? this::becomeReady : () -> loop.makeReady(new GuestStep(this, runnable)))) {
                VirtualThreads.defaultScheduler().execute(runnable);
            }
        } else if (own) {
            becomeReady();
        } else {
            loop.makeReady(new GuestStep(this, runnable));
        }
    }

    void becomeReady() {
        ready = true;
        loop.makeReady(this);
    }

    /** Mounts the thread, until it parks. Carrier only. */
    @Override
    public final void take() {
        ready = false;
        budget = BUDGET;
        Objects.requireNonNull(continuation).run();
    }

    /** Hands a failure that nobody waits for to the loop's failure handler. */
    final void reportIfUnobserved() {
        if (state() == State.FAILED
                && !isObserved()
                && !isFailureTaken()
                && !loop.isEndedBy(Objects.requireNonNull(failure()))) {
            reportFailure();
        }
    }

    final void reportFailure() {
        loop.report(new Failure(
                this + " failed and nobody was waiting for it. Await it, or give it a whenDone callback.",
                name(),
                createdAt(),
                Objects.requireNonNull(failure())));
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
            if (CancelScope.isCancellation(this, failure)) {
                completeCancelled(failure);
            } else {
                completeExceptionally(failure);
            }
        }
        lastReadiness = null; // who keeps the task for its result does not keep the channel
        loop.taskDone(this);
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

    final void park(Object reason, AbortHandler handler) {
        if (loop.isClosed()) {
            throw new LoopClosedException(loop, this + " waits for " + reason);
        }
        if (pending != null) {
            if (handler.abort()) {
                throw raiseCancellation();
            }
            interruptOwed = takeInterruptBack(); // it would end the park
        }
        Object outerReason = waitReason;
        waitReason = reason;
        abortHandler = handler;
        if (guest) {
            loop.adopt(this); // nobody else would know of it when the loop closes
        }
        loop.runEndOfStep(); // as one that is parked: what ends with the step may be what unparks it
        do {
            LockSupport.park();
        } while (abortHandler != null && !abortedByInterrupt());
        waitReason = outerReason;
        if (guest) {
            loop.release(this);
        }
        if (abandoned) {
            throw new LoopClosedException(loop, this + " waits for " + reason);
        }
        if (aborted) {
            aborted = false;
            throw raiseCancellation();
        }
        if (interruptOwed) {
            sendInterrupt();
        }
    }

    private boolean abortedByInterrupt() {
        if (Thread.interrupted()) {
            CancelScope.cancel(this, "its thread was interrupted");
            return abortHandler == null;
        }
        return false;
    }

    /** Says what a blocking call of the JDK waits for while it runs, and takes an interrupt of it for a cancellation. */
    final <R extends @Nullable Object, X extends Exception> R blocking(Object reason, BlockingBody<R, X> body)
            throws X {
        Object outerReason = waitReason;
        waitReason = reason;
        try {
            return body.run();
        } catch (InterruptedException e) {
            CancelledException cancelled = interruptedWhileWaitingFor(reason);
            cancelled.initCause(e);
            throw cancelled;
        } finally {
            waitReason = outerReason;
        }
    }

    /**
     * {@return what a call throws that has waited for something on another loop, which was cancelled}
     *
     * @param elsewhere the cancellation there
     * @param reason what was waited for
     */
    static CancelledException cancellationOfCaller(CancelledException elsewhere, Object reason) {
        VirtualThreadTask<?> caller = currentOrNull();
        if (caller == null || !(Thread.interrupted() || caller.pending != null)) {
            return elsewhere;
        }
        CancelledException cancelled = caller.interruptedWhileWaitingFor(reason);
        cancelled.initCause(elsewhere);
        return cancelled;
    }

    private CancelledException interruptedWhileWaitingFor(Object reason) {
        if (pending == null) {
            CancelScope.cancel(this, "its thread was interrupted while waiting for " + reason);
        }
        // Behind a shield nothing is pending, but the call has been broken off all the same.
        return raiseCancellation(pending == null ? CancelScope.rootOf(this) : pending);
    }

    // ---- cancellation: see CancelScope

    final @Nullable CancelScope scope() {
        return scope;
    }

    final @Nullable CancelScope pending() {
        return pending;
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
        told = told == null || told == left ? toldBefore : told;
        switchTo(left.parent());
    }

    /**
     * Computes anew what is pending; tells the task if it has not been, takes an interrupt back if nothing is any more.
     */
    final void refreshPending() {
        pending = scope == null ? null : scope.outermostCancelled();
        if (pending == null) {
            told = null;
            takeInterruptBack();
        } else if (told == null) {
            told = pending;
            deliverCancellation();
        }
    }

    private void deliverCancellation() {
        if (isParked()) {
            abortPark();
        } else {
            sendInterrupt();
        }
    }

    private void sendInterrupt() {
        interruptOwed = false;
        interruptSent = true;
        thread.interrupt();
    }

    /** {@return what the task was told, unless by an interrupt which has not ended anything yet} In the task itself. */
    final @Nullable CancelScope toldCancellation() {
        return interruptSent && thread.isInterrupted() ? null : told;
    }

    /** In the task itself: a request ends only when control leaves its scope. */
    private boolean takeInterruptBack() {
        interruptOwed = false;
        boolean sent = interruptSent;
        interruptSent = false;
        return sent && Thread.interrupted();
    }

    final void checkCancelled() {
        if (pending != null) {
            throw raiseCancellation();
        }
    }

    final CancelledException raiseCancellation() {
        return raiseCancellation(Objects.requireNonNull(pending));
    }

    private CancelledException raiseCancellation(CancelScope cause) {
        takeInterruptBack();
        return new CancelledException(cause, this + " was cancelled: " + cause.reason());
    }

    // ---- resuming: loop thread

    final boolean isParked() {
        return abortHandler != null;
    }

    /** {@return whether its wait was undone, and it does not know yet} */
    final boolean isBeingAborted() {
        return aborted;
    }

    final boolean isAsleep() {
        return abortHandler instanceof Sleep;
    }

    final boolean unpark() {
        if (abortHandler == null) {
            return false;
        }
        abortHandler = null;
        LockSupport.unpark(thread);
        return true;
    }

    final void abortPark() {
        if (Objects.requireNonNull(abortHandler).abort()) {
            aborted = true;
            unpark();
        } else {
            interruptOwed = true;
        }
    }

    /** Ends a wait that nobody on the loop will end any more. By whoever has closed it; the task goes on elsewhere. */
    final void abandon() {
        if (isParked()) {
            abandoned = true;
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
        return caller == null ? Thread.currentThread().getName() : caller.toString();
    }

    @Override
    public final String name() {
        return name == null ? "task-" + id() : name;
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
        if (waitReason != null) {
            return waitReason.toString();
        }
        return "a blocking call in " + OutsideHold.blockingCall(thread.getStackTrace());
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
        return name == null ? name() : "task '" + name + "'";
    }
}
