package io.gyre.loop;

import io.gyre.loop.internal.vthread.VirtualThreads;
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
sealed class VirtualThreadTask<T extends @Nullable Object> extends Completion<T> implements Task<T>, Executor, Step
        permits CallbackRunner {
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
     * loop's list. Its thread is the guest's, and its continuation keeps coming through this task.
     *
     * Which task am I? The scheduler of the current thread: one field load.
     *
     * Parking. `abortHandler` is set exactly while the task is parked in our own call; only the loop thread reads or
     * writes it. JDK permits can be stale, so the park is repeated until unpark() has cleared the field.
     */

    /** How many operations in a row may complete without suspending before one yields, so that nobody starves. */
    private static final int BUDGET = 128;

    private static final ThreadLocal<@Nullable VirtualThreadTask<?>> GUEST = new ThreadLocal<>();

    private final @Nullable String name;
    private final @Nullable Object createdAt;
    private final @Nullable Callable<? extends T> body;
    private final Thread thread;
    private @Nullable Runnable continuation;

    /** Neighbours in the loop's list of tasks. Set by the list. */
    @Nullable
    VirtualThreadTask<?> previous;

    @Nullable
    VirtualThreadTask<?> next;

    /** Set once, by {@link Cancellation}. */
    @Nullable
    Cancellation cancellation;

    private @Nullable Object waitReason;
    private @Nullable AbortHandler abortHandler;
    private boolean aborted;
    private boolean ready;
    private int budget = BUDGET;

    VirtualThreadTask(
            EventLoop loop, @Nullable String name, @Nullable Object createdAt, @Nullable Callable<? extends T> body) {
        super(loop);
        this.name = name;
        this.createdAt = createdAt;
        this.body = body;
        this.thread = VirtualThreads.newThread(this, name, this::runBody);
    }

    private VirtualThreadTask(EventLoop loop, Thread guest) {
        super(loop);
        this.name = guest.getName().isEmpty() ? null : guest.getName();
        this.createdAt = null;
        this.body = null;
        this.thread = guest;
    }

    // ---- which task am I

    static VirtualThreadTask<?> current() {
        VirtualThreadTask<?> task = currentOrNull();
        if (task == null) {
            throw new IllegalStateException(
                    "this call suspends, and " + Thread.currentThread() + " is not a task of an event loop."
                            + " Call it in a task: EventLoop.run(() -> ...), or loop.callSoonThreadsafe(() ->"
                            + " loop.createTask(...)) from another thread.");
        }
        return task;
    }

    static @Nullable VirtualThreadTask<?> currentOrNull() {
        Thread current = Thread.currentThread();
        if (!current.isVirtual() || !(VirtualThreads.scheduler(current) instanceof VirtualThreadTask<?> task)) {
            return null;
        }
        if (task.loop.isClosed()) {
            throw new LoopClosedException(task.loop, "this call suspends in " + task);
        }
        return task.thread == current ? task : guest(task.loop, current);
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

    private static VirtualThreadTask<?> guest(EventLoop loop, Thread current) {
        VirtualThreadTask<?> guest = GUEST.get();
        if (guest == null) {
            guest = new VirtualThreadTask<>(loop, current);
            GUEST.set(guest);
        }
        return guest;
    }

    // ---- running

    final void start() {
        thread.start();
    }

    /** Called by the JDK, in any thread, when this task's thread or a guest's becomes runnable. */
    @Override
    public final void execute(Runnable runnable) {
        if (continuation == null) {
            continuation = runnable;
        }
        boolean own = runnable == continuation;
        if (!loop.inLoop()) {
            if (!loop.enter(own ? this::becomeReady : () -> loop.makeReady(runnable::run))) {
                VirtualThreads.defaultScheduler().execute(runnable);
            }
        } else if (own) {
            becomeReady();
        } else {
            loop.makeReady(runnable::run);
        }
    }

    void becomeReady() {
        ready = true;
        loop.makeReady(this);
    }

    /** Mounts the thread, until it parks. Carrier only. */
    @Override
    public final void run() {
        ready = false;
        budget = BUDGET;
        Objects.requireNonNull(continuation).run();
    }

    /** What the thread runs. */
    T call() throws Exception {
        return Objects.requireNonNull(body).call();
    }

    private void runBody() {
        try {
            complete(call());
        } catch (Throwable failure) {
            if (cancellation != null && cancellation.explains(failure)) {
                completeCancelled(failure);
            } else {
                completeExceptionally(failure);
            }
        }
        loop.taskDone(this);
    }

    // ---- suspending: in the task

    /** Raises a pending cancellation, and yields if too many operations in a row have not suspended. */
    final void checkpoint() {
        if (cancellation != null) {
            throw cancellation.raise();
        }
        if (--budget < 0) {
            yieldNow();
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the scheduler is the loop, which queues a thread that yields last
    final void yieldNow() {
        budget = BUDGET;
        Thread.yield();
    }

    final void park(Object reason, AbortHandler handler) {
        if (cancellation != null && handler.abort()) {
            throw cancellation.raise();
        }
        waitReason = reason;
        abortHandler = handler;
        do {
            LockSupport.park();
        } while (abortHandler != null && !abortedByInterrupt());
        waitReason = null;
        if (aborted) {
            aborted = false;
            throw Objects.requireNonNull(cancellation).raise();
        }
    }

    private boolean abortedByInterrupt() {
        if (Thread.interrupted()) {
            if (cancellation == null) {
                Cancellation.request(this, "its thread was interrupted");
            }
            return abortHandler == null;
        }
        return false;
    }

    /** Says what a blocking call of the JDK waits for, for as long as it runs. */
    final void describeWait(@Nullable Object reason) {
        waitReason = reason;
    }

    /** Turns an interrupt that came out of a blocking call into the cancellation that it stands for. */
    final CancelledException interruptedWhile(String what) {
        Cancellation.request(this, "its thread was interrupted while " + what);
        return Objects.requireNonNull(cancellation).raise();
    }

    // ---- resuming: loop thread

    final boolean isParked() {
        return abortHandler != null;
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
        }
    }

    // ---- what users see

    @Override
    public final boolean cancel(String reason) {
        Objects.requireNonNull(reason);
        if (isDone()) {
            return false;
        }
        return loop.runInLoop(() -> Cancellation.request(this, reason));
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
