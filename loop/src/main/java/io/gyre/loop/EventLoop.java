package io.gyre.loop;

import io.gyre.loop.internal.entry.DriverSeat;
import io.gyre.loop.internal.entry.StepStamp;
import io.gyre.loop.internal.poll.SelectorPoller;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.internal.timer.DeadlineHeap;
import io.gyre.loop.internal.vthread.RequiredFlag;
import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks, callbacks and timers on one thread, and waits for I/O when nothing is ready.
 *
 * <p>A <em>tick</em> is one pass: wait for readiness, take in what other threads have sent, fire the timers that are due,
 * then run everything that was ready at that point, first come, first served. What becomes ready meanwhile runs in the
 * next tick, so that nothing starves the I/O.
 *
 * {@snippet :
 * String page = EventLoop.run(() -> {
 *     Task<String> first = createTask(() -> fetch("a"));
 *     Task<String> second = createTask(() -> fetch("b"));
 *     return first.await() + second.await();
 * });
 * }
 *
 * <p><b>Confinement:</b> the <em>loop thread</em> is the thread that runs the loop, or created it while it has not run
 * yet, and every task and callback on it. Other calls throw {@link WrongThreadException}, except where a method says
 * <em>any thread</em>.
 *
 * <p><b>Lifecycle:</b> new, running and not running in turn, closed for good. As an {@link Executor} it runs commands as
 * {@link #callSoonThreadsafe} does.
 *
 * <p><b>Units:</b> {@link #time()} and deadlines are nanoseconds of the loop's ticker. The system waits in whole
 * milliseconds: a timer fires up to 1 ms late, never early.
 *
 * <p><b>Source:</b> asyncio {@code AbstractEventLoop} and {@code Runner}. Differs: timers that are due at the same instant
 * fire in the order in which they were scheduled; tasks are held until they are done; failures that nobody observes are
 * reported without waiting for a garbage collection; callbacks that were accepted run, also when the loop closes.
 *
 * @see Async
 */
public final class EventLoop implements Executor, AutoCloseable {
    /*
     * Design.
     *
     * This class is what users see, and the lifecycle: who drives, and what is still alive. What runs next is Tick's
     * affair, how everything ends that of Closing.
     *
     * `owner` answers "am I on the loop thread?" for tasks too, because they are asked for their carrier. It is null once
     * the loop is closed, so that nothing is on the loop any more.
     */

    /** About 146 years: far enough to mean "never", near enough that instants still compare by subtraction. */
    private static final long MAX_DELAY_NANOS = Long.MAX_VALUE / 2;

    private final LoopOptions options;
    private final String name;
    private final FailureReporter failures;
    private final Tick tick;
    private final TaskList tasks = new TaskList();
    private final Set<ForeignWaiter> foreignWaiters = new HashSet<>();
    private final Map<LoopLocal<?>, Object> locals = new HashMap<>();
    private final UnseenFailures unseenFailures = new UnseenFailures(this);
    private final DriverSeat seat = new DriverSeat();
    private final Ticker ticker;
    private final Watchdog watchdog;
    private volatile @Nullable OffloadPool offloadPool;
    private @Nullable VirtualThreadTask<?> mainTask;

    private volatile @Nullable Thread owner;
    private volatile boolean closed;
    private boolean stopping;
    private boolean isAnyNeverStarted;

    /** Written by the watchdog alone. */
    private volatile int nudges;

    private @Nullable Failure fatalFailure;
    private Closing.Phase phase = Closing.Phase.OPEN;

    private EventLoop(LoopOptions options) {
        this.options = options;
        this.name = DefaultNames.of(options);
        this.failures = new FailureReporter(options.failureHandler());
        this.owner = VirtualThreads.currentCarrier();
        Long seed = options.randomOrderSeed();
        this.ticker = GuardedTicker.of(this, options.ticker());
        this.tick = new Tick(this, ticker, seed == null ? null : new RandomOrder(seed));
        tick.start();
        Preload.touch();
        this.watchdog = Watchdog.watch(this, options.slowStep());
    }

    // ---- making and running

    /**
     * Makes a loop with default options, runs {@code main} as its first task, and closes the loop: what is left is
     * cancelled and awaited.
     *
     * <p><b>Confinement:</b> any thread. In a virtual thread the loop gets a platform thread of its own, and the caller
     * parks. <b>Cancellation:</b> interrupting the calling thread cancels {@code main}. While the thread carries a task, the
     * JDK loses an interrupt; {@link Task#cancel} and {@link #stop} always arrive.
     *
     * @param <T> the result
     * @param <X> what {@code main} may throw
     * @param main the body of the first task
     * @return what {@code main} returns
     * @throws X what {@code main} throws, as it is
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs
     * @see <a href="https://docs.python.org/3/library/asyncio-runner.html#asyncio.run">asyncio.run</a>
     */
    public static <T extends @Nullable Object, X extends Exception> T run(Body<T, X> main) throws X {
        return run(LoopOptions.defaults(), main);
    }

    /**
     * Does what {@link #run(Body)} does, for a body without a result.
     *
     * @param <X> what {@code main} may throw
     * @param main the body of the first task
     * @throws X what {@code main} throws, as it is
     */
    public static <X extends Exception> void run(VoidBody<X> main) throws X {
        run(LoopOptions.defaults(), main);
    }

    /**
     * Does what {@link #run(Body)} does, with options.
     *
     * @param <T> the result
     * @param <X> what {@code main} may throw
     * @param options how to make the loop
     * @param main the body of the first task
     * @return what {@code main} returns
     * @throws X what {@code main} throws, as it is
     */
    public static <T extends @Nullable Object, X extends Exception> T run(LoopOptions options, Body<T, X> main)
            throws X {
        if (Thread.currentThread().isVirtual()) {
            return runInPlatformThread(options, main);
        }
        try (EventLoop loop = create(options)) {
            return loop.runUntilComplete(main);
        }
    }

    private static <T extends @Nullable Object, X extends Exception> T runInPlatformThread(
            LoopOptions options, Body<T, X> main) throws X {
        // Through the entry queue: an interrupt is lost if it meets the platform thread while that carries a task.
        var made = new CompletableFuture<EventLoop>();
        LoopOptions named = options.withName(DefaultNames.of(options));
        return PlatformThread.call(
                named,
                () -> {
                    try (EventLoop loop = create(named)) {
                        made.complete(loop);
                        return loop.runUntilComplete(main);
                    }
                },
                () -> made.thenAccept(EventLoop::cancelMain));
    }

    private void cancelMain() {
        enter(() -> {
            if (mainTask != null) {
                cancelSoon(mainTask, "the thread that called EventLoop.run was interrupted");
            }
        });
    }

    /**
     * Does what {@link #run(Body)} does, with options, for a body without a result.
     *
     * @param <X> what {@code main} may throw
     * @param options how to make the loop
     * @param main the body of the first task
     * @throws X what {@code main} throws, as it is
     */
    public static <X extends Exception> void run(LoopOptions options, VoidBody<X> main) throws X {
        run(options, new ResultlessBody<>(main));
    }

    /**
     * Makes a loop that is driven by hand: with {@link #runUntilComplete}, as often as you like, {@link #runForever}, or
     * {@link #runOnce} in a program that owns the thread.
     *
     * <p><b>Confinement:</b> a platform thread; whoever drives the loop later is its thread. <b>Resources:</b> holds a
     * selector until it is closed.
     *
     * @param options how to make the loop
     * @return the loop
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs, or if the caller is a
     *     virtual thread
     */
    public static EventLoop create(LoopOptions options) {
        RequiredFlag.check();
        requirePlatformThread("EventLoop.create");
        VirtualThreads.startJdkPollers();
        return new EventLoop(Objects.requireNonNull(options));
    }

    /** {@return a loop made with {@linkplain #create(LoopOptions) default options}} */
    public static EventLoop create() {
        return create(LoopOptions.defaults());
    }

    /**
     * {@return the loop whose task or callback is calling}
     *
     * @throws IllegalStateException if the caller is none
     */
    public static EventLoop current() {
        return VirtualThreadTask.current().loop;
    }

    /**
     * Runs {@code main} as a task until it is done. Other tasks go on in the next run, or are cancelled by {@link #close}.
     *
     * <p><b>Confinement:</b> a platform thread, and only one at a time. <b>Cancellation:</b> interrupting the thread
     * cancels {@code main}; the interrupt status is set again on return.
     *
     * @param <T> the result
     * @param <X> what {@code main} may throw
     * @param main the body of the task
     * @return what {@code main} returns
     * @throws X what {@code main} throws, as it is
     * @throws IllegalStateException if {@link #stop} ended the run before {@code main} was done; a failure of
     *     {@code main} after that is reported as that of any task
     * @throws LoopFailedException if a failure stopped the loop, see {@link FailurePolicy#STOP_LOOP}
     * @see <a href="https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner.run">asyncio.Runner.run</a>
     */
    public <T extends @Nullable Object, X extends Exception> T runUntilComplete(Body<T, X> main) throws X {
        enterRun("runUntilComplete");
        boolean interrupted = false;
        try {
            var task = new VirtualThreadTask<T>(
                    this, "main", CreationSite.ofTask(main, isDebug()), (Callable<T>) main::run);
            var caller = new RunCaller(task);
            task.addObserver(caller);
            mainTask = task;
            start(task);
            while (!task.isDone() && !stopping) {
                tick.run(Long.MAX_VALUE, Long.MAX_VALUE);
                if (tick.takeInterrupt()) {
                    interrupted = true;
                    cancelSoon(task, "the thread that runs the loop was interrupted");
                }
            }
            task.removeObserver(caller);
            checkNotFailed(task);
            return outcomeOf(task);
        } finally {
            exitRun(interrupted);
        }
    }

    /** Gets the failure of main, unless it is done too late. */
    private static final class RunCaller extends Observer {
        RunCaller(Completion<?> main) {
            super(main);
        }

        @Override
        void completed() {
            // The driver looks after each tick.
        }
    }

    /** Throws if a failure has stopped the present run, and with it the one of main, if that has failed, too. */
    private void checkNotFailed(@Nullable VirtualThreadTask<?> main) {
        Failure fatal = fatalFailure;
        fatalFailure = null;
        if (fatal != null) {
            var failed = new LoopFailedException(this, fatal);
            Throwable failureOfMain = main == null ? null : main.failure();
            if (failureOfMain != null) {
                Failures.suppress(failed, failureOfMain);
            }
            throw failed;
        }
    }

    @SuppressWarnings("unchecked") // main throws X or something unchecked
    static <T extends @Nullable Object, X extends Exception> T outcomeOf(VirtualThreadTask<T> task) throws X {
        if (!task.isDone()) {
            throw new IllegalStateException("the loop was stopped before " + task + " was done");
        }
        switch (task.failure()) {
            case null -> {
                return task.resultNow();
            }
            case Error error -> throw error;
            case Exception exception -> throw (X) exception;
            case Throwable other -> throw new IllegalStateException(task + " failed", other);
        }
    }

    /**
     * Runs a body as a task of this loop and waits for its result, in a thread that is not the loop's. Somebody else has
     * to drive the loop. In a task of this loop the body runs in line.
     *
     * <p><b>Confinement:</b> any thread except the one that drives the loop. <b>Cancellation:</b> interrupting the
     * calling thread, or cancelling the calling task of another loop, cancels the task, whose end is awaited. A result
     * that it has all the same is returned. The interrupt status of a thread is set again on return.
     *
     * @param <T> the result
     * @param <X> what the body may throw
     * @param body the body of the task
     * @return what the body returns
     * @throws X what the body throws, as it is
     * @throws CancelledException if the calling task was cancelled; else if that of this loop was. If the body was in a
     *     blocking call of the JDK, that may have thrown {@link InterruptedException}, which is passed on as it is
     * @throws LoopClosedException if the loop is closed, or the task does not end before it is
     * @throws IllegalStateException if the calling thread drives this loop
     * @see LoopPortal
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe">asyncio
     *     run_coroutine_threadsafe</a>
     */
    public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
        return VirtualThreadTask.currentLoopOrNull() == this ? body.run() : ForeignCall.run(this, body);
    }

    /**
     * Does what {@link #call(Body)} does, for a body without a result.
     *
     * @param <X> what the body may throw
     * @param body the body of the task
     * @throws X what the body throws, as it is
     * @throws LoopClosedException if the loop is closed, or the task does not end before it is
     */
    public <X extends Exception> void call(VoidBody<X> body) throws X {
        call(new ResultlessBody<>(body));
    }

    /**
     * Runs until {@link #stop}.
     *
     * <p><b>Confinement:</b> a platform thread, and only one at a time. <b>Cancellation:</b> interrupting the thread stops
     * the loop; the interrupt status is set again on return.
     *
     * @throws LoopFailedException if a failure stopped the loop, see {@link FailurePolicy#STOP_LOOP}
     */
    public void runForever() {
        enterRun("runForever");
        boolean interrupted = false;
        try {
            do {
                tick.run(stopping ? 0 : Long.MAX_VALUE, Long.MAX_VALUE);
                if (tick.takeInterrupt()) {
                    interrupted = true;
                    stopping = true;
                }
            } while (!stopping);
            checkNotFailed(null);
        } finally {
            exitRun(interrupted);
        }
    }

    /**
     * Runs one tick, for programs that own the thread and call in when it suits them.
     *
     * <p><b>Confinement:</b> a platform thread, and only one at a time.
     *
     * @param maxWait how long to wait at the most when nothing is ready; zero only looks
     * @return how many steps of tasks and callbacks ran; zero if there was nothing to do
     * @throws LoopFailedException if a failure stopped the loop, see {@link FailurePolicy#STOP_LOOP}
     */
    public int runOnce(Duration maxWait) {
        return runOnce(maxWait, ChronoUnit.FOREVER.getDuration());
    }

    /**
     * Runs one tick, or the part of it that a budget allows. What is left stays ready for the next.
     *
     * <p><b>Confinement:</b> a platform thread, and only one at a time.
     *
     * @param maxWait how long to wait at the most when nothing is ready; zero only looks
     * @param budget for how long, in real time, further steps of tasks and callbacks are begun; at least one is
     * @return how many ran; zero if there was nothing to do
     * @throws LoopFailedException if a failure stopped the loop, see {@link FailurePolicy#STOP_LOOP}
     */
    public int runOnce(Duration maxWait, Duration budget) {
        enterRun("runOnce");
        try {
            int steps = tick.run(saturatedNanos(maxWait), saturatedNanos(budget));
            checkNotFailed(null);
            return steps;
        } finally {
            exitRun(tick.takeInterrupt());
        }
    }

    /**
     * Ends the wait of the present {@link #runOnce}, or that of the next if there is none.
     *
     * <p><b>Confinement:</b> any thread. Never blocks. Does nothing if the loop is closed.
     */
    public void wakeup() {
        enter(() -> {});
    }

    private void enterRun(String what) {
        requirePlatformThread(what);
        Thread driver = seat.take(Thread.currentThread());
        if (driver != null) {
            throw new IllegalStateException(what + ": " + this + " is already running, in " + driver
                    + ". Only one thread drives a loop, and not in the middle of a tick.");
        }
        if (closed) {
            seat.leave();
            throw new LoopClosedException(this, what);
        }
        owner = Thread.currentThread();
    }

    private void exitRun(boolean interrupted) {
        stopping = false;
        seat.leave();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Ends {@link #runForever} or {@link #runUntilComplete} after the present tick.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no. Does nothing if the loop is closed.
     */
    public void stop() {
        runInLoop(() -> stopping = true);
    }

    /**
     * {@return whether a thread is driving the loop at this moment}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public boolean isRunning() {
        return seat.isTaken();
    }

    /** {@return whether {@link #close} has been called} Any thread. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Cancels all tasks and awaits them and the calls that they have offloaded, cancels and awaits the system tasks,
     * shuts the offload pool down, and releases the selector.
     *
     * <p>What is not done when {@link LoopOptions#closeTimeout()} has passed, in real time, is reported with its stack
     * to the failure handler and goes on under the JDK's own scheduler, so that its {@code finally} blocks run. If it
     * waits in a call of this library, which nobody will end any more, that throws {@link LoopClosedException}, as all
     * others that suspend do from then on.
     *
     * <p>Every callback that was accepted runs, also if another thread has handed it over by {@link #callSoonThreadsafe}.
     * Callbacks go on running while the tasks end. When the tasks have ended, or their time has passed, the loop accepts no
     * more; it runs the callbacks that are left, and these can start nothing: {@link #callSoon}, {@link #callLater},
     * {@link #createTask(Callable)} and the like throw {@link LoopClosedException}. A callback that suspends while the loop
     * closes is cancelled. Timers that are not due are dropped.
     *
     * <p>Failures of tasks that nobody has observed are reported.
     *
     * <p><b>Confinement:</b> the platform thread that drove the loop, or any if none did; not while it runs: call
     * {@link #stop} first. Does nothing the second time. <b>Cancellation:</b> an interrupt that comes meanwhile ends
     * the wait for offloaded calls, not that for tasks; the interrupt status is set again on return.
     *
     * @throws IllegalStateException if the loop is running
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        enterRun("close");
        boolean interruptedBefore = Thread.interrupted(); // which has cancelled main, say, and is not meant for this
        var end = new Closing(this, options, tick, tasks);
        try {
            phase = Closing.Phase.ENDING_TASKS;
            end.endTasks(phase);
            phase = Closing.Phase.ENDING_SYSTEM_TASKS;
            end.endTasks(phase);
            end.endOffloadPool(phase, offloadPool);
            end.endTasks(phase); // what offloaded calls have reported meanwhile
            tick.closeDoor();
            phase = Closing.Phase.ENDING_CALLBACKS;
            end.runAcceptedCallbacks();
        } finally {
            List<VirtualThreadTask<?>> survivors = tasks.snapshot();
            tick.endRunners();
            unseenFailures.reportAll();
            closed = true;
            owner = null;
            tick.close();
            watchdog.end();
            foreignWaiters.forEach(ForeignWaiter::release);
            endLocals();
            end.report(survivors);
            survivors.forEach(VirtualThreadTask::letGo);
            exitRun(interruptedBefore || end.wasInterrupted());
        }
    }

    private void endLocals() {
        var values = Map.copyOf(locals);
        locals.clear();
        values.forEach((local, value) -> {
            try {
                local.end(value);
            } catch (Throwable failure) {
                report(new Failure(
                        "a LoopLocal of " + this
                                + " could not give up its value when the loop closed. What the value holds may"
                                + " still be open: close it yourself, and let the end not throw.",
                        name(),
                        null,
                        failure));
            }
        });
    }

    // ---- scheduling

    /**
     * Starts a task. It runs in the next tick at the earliest.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param body what it runs
     * @return the task; the loop holds it until it is done
     */
    public <T extends @Nullable Object> Task<T> createTask(Callable<? extends T> body) {
        return start(null, body, body, null);
    }

    /**
     * Starts a task with a name.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task; the loop holds it until it is done
     */
    public <T extends @Nullable Object> Task<T> createTask(String name, Callable<? extends T> body) {
        return start(Objects.requireNonNull(name), body, body, null);
    }

    /**
     * Starts a task without a result.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @param body what it runs
     * @return the task; the loop holds it until it is done
     */
    public Task<@Nullable Void> createTask(VoidBody<?> body) {
        return start(null, body, body, null);
    }

    /**
     * Starts a task with a name and without a result.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task; the loop holds it until it is done
     */
    public Task<@Nullable Void> createTask(String name, VoidBody<?> body) {
        return start(Objects.requireNonNull(name), body, body, null);
    }

    /** Starts a task with a Callable or a VoidBody. Its root hangs under a scope, if there is one. */
    <T extends @Nullable Object> VirtualThreadTask<T> start(
            @Nullable String name, Object origin, Object body, @Nullable CancelScope group) {
        checkTakesTasks("createTask");
        var task = new VirtualThreadTask<T>(this, name, CreationSite.ofTask(origin, isDebug()), body);
        if (group != null) {
            CancelScope.hangUnder(group, task);
            if (group.isOfSystemTask()) {
                task.makeSystem();
            }
        } else {
            setCreator(task);
        }
        startOrCancel(task);
        return task;
    }

    /** Says who may look at what a task comes to: the task that creates it. Tasks of a group have the group for that. */
    private static void setCreator(VirtualThreadTask<?> task) {
        VirtualThreadTask<?> creator = VirtualThreadTask.currentTaskOrNull();
        if (creator != null && creator.loop == task.loop) {
            task.setCreator(creator);
        }
    }

    /**
     * Starts a task that others rely on, such as one that writes a log: when the loop closes, it is cancelled only when
     * all other tasks have ended, or their time has passed, of which a share is kept for system tasks
     * ({@link LoopOptions#closeTimeout()}). Tasks of a {@link TaskGroup} in it are system tasks, too. It may offload
     * calls until it has ended.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task; the loop holds it until it is done
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-lowlevel.html#trio.lowlevel.spawn_system_task">trio
     *     spawn_system_task</a>
     */
    public <T extends @Nullable Object> Task<T> createSystemTask(String name, Callable<? extends T> body) {
        return startSystemTask(name, body);
    }

    /**
     * Does what {@link #createSystemTask(String, Callable)} does, for a body without a result.
     *
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    public Task<@Nullable Void> createSystemTask(String name, VoidBody<?> body) {
        return startSystemTask(name, body);
    }

    private <T extends @Nullable Object> Task<T> startSystemTask(String name, Object body) {
        checkTakesTasks("createSystemTask");
        var task = new VirtualThreadTask<T>(
                this, Objects.requireNonNull(name), CreationSite.ofTask(body, isDebug()), Objects.requireNonNull(body));
        task.makeSystem();
        setCreator(task);
        startOrCancel(task);
        return task;
    }

    void startOrCancel(VirtualThreadTask<?> task) {
        checkTakesTasks("the start of a task");
        start(task);
        if (phase.ends(task)) {
            CancelScope.cancel(task, Closing.REASON);
        }
    }

    private void start(VirtualThreadTask<?> task) {
        tasks.add(task);
        boolean started = false;
        try {
            ScopedBindings.inherit(task.thread());
            task.start();
            started = true;
        } finally {
            if (!started) {
                task.neverStarted = true; // stores need no stack, of which there may be none left
                isAnyNeverStarted = true;
            }
        }
    }

    /** Takes those out of the list that could not be started. Carrier, in each tick. */
    void dropNeverStarted() {
        if (isAnyNeverStarted) {
            isAnyNeverStarted = false;
            tasks.removeNeverStarted();
        }
    }

    /**
     * {@return a future that nobody has completed yet}
     *
     * <p><b>Confinement:</b> loop thread.
     *
     * @param <T> the result
     */
    public <T extends @Nullable Object> LoopFuture<T> createFuture() {
        checkLoopThread("createFuture");
        return new LoopFuture<>(this);
    }

    /**
     * Runs a callback in the next tick, behind everything that is ready.
     *
     * <p><b>Confinement:</b> loop thread; from elsewhere use {@link #callSoonThreadsafe}. <b>Suspends:</b> no.
     * <b>Errors:</b> what the callback throws goes to the failure handler.
     *
     * @param callback what to run, once
     * @return the handle that takes it back
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon">asyncio call_soon</a>
     */
    public Handle callSoon(Runnable callback) {
        checkTakesTasks("callSoon");
        var scheduled = new Callback(this, callback, callback);
        scheduled.becomeReady();
        return scheduled;
    }

    /**
     * Runs a callback once, no earlier than {@code delay} from now.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure
     * handler.
     *
     * @param delay zero or less for the next tick; more than about 146 years is taken as that
     * @param callback what to run, once
     * @return the handle that takes it back, in O(log n)
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_later">asyncio
     *     call_later</a>
     */
    public TimerHandle callLater(Duration delay, Runnable callback) {
        return callAt(time() + saturatedNanos(delay), callback);
    }

    /**
     * Runs a callback once, no earlier than an instant.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure
     * handler.
     *
     * @param deadlineNanos the instant, in nanoseconds of {@link #time()}
     * @param callback what to run, once
     * @return the handle that takes it back, in O(log n)
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_at">asyncio call_at</a>
     */
    public TimerHandle callAt(long deadlineNanos, Runnable callback) {
        checkTakesTasks("callAt");
        var timer = new CallbackTimer(this, deadlineNanos, new Callback(this, callback, callback));
        timers().add(timer);
        return timer;
    }

    /**
     * Runs a callback on the loop, from another thread.
     *
     * <p>A callback that was accepted runs, also if the loop is being closed; a callback that the loop would not run any more
     * is refused by an exception. So whoever gets no exception can count on the callback.
     *
     * <p><b>Confinement:</b> any thread. Never blocks; wakes the loop if it waits. Callbacks of one thread run in the order
     * of their calls. <b>Errors:</b> what the callback throws goes to the failure handler.
     *
     * @param callback what to run, once
     * @return a handle, for use on the loop thread
     * @throws LoopClosedException if the loop is closed, or has begun to run its last callbacks
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe">asyncio
     *     call_soon_threadsafe</a>
     */
    public Handle callSoonThreadsafe(Runnable callback) {
        var scheduled = new Callback(this, callback, callback);
        if (!enter(scheduled::becomeReady)) {
            throw new LoopClosedException(this, "callSoonThreadsafe");
        }
        return scheduled;
    }

    /**
     * Does what {@link #callSoonThreadsafe} does.
     *
     * @param command what to run, once
     * @throws LoopClosedException if the loop is closed
     */
    @Override
    public void execute(Runnable command) {
        callSoonThreadsafe(command);
    }

    // ---- asking

    /** {@return the present instant in nanoseconds of the loop's ticker} Any thread. */
    public long time() {
        return ticker.nanoTime();
    }

    /** {@return the loop's clock} Any thread. */
    public Ticker ticker() {
        return options.ticker();
    }

    /** {@return the loop's name} Any thread. */
    public String name() {
        return name;
    }

    /** {@return whether the caller is on the loop thread} Any thread. */
    public boolean inLoop() {
        return VirtualThreads.currentCarrier() == owner;
    }

    /**
     * {@return the tasks that are not done, in order of creation}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public List<Task<?>> tasks() {
        checkLoopThread("tasks");
        return List.copyOf(tasks.snapshot());
    }

    /**
     * {@return what the loop holds at this moment}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public LoopStatistics statistics() {
        checkLoopThread("statistics");
        return tick.statistics(tasks.size());
    }

    @Override
    public String toString() {
        return "EventLoop[" + Describe.line(name()) + "]";
    }

    // ---- for this package

    boolean isDebug() {
        return options.debug();
    }

    void checkLoopThread(String what) {
        if (!inLoop()) {
            if (closed) {
                throw new LoopClosedException(this, what);
            }
            throw new WrongThreadException(what + " belongs on the thread of " + this + ", and was called on "
                    + Describe.object(Thread.currentThread()) + ". Use callSoonThreadsafe to get there.");
        }
    }

    /** Refuses what the loop could only accept and never do, because it is about to be closed. */
    private void checkTakesTasks(String what) {
        checkLoopThread(what);
        if (phase == Closing.Phase.ENDING_CALLBACKS) {
            throw new LoopClosedException(this, what);
        }
    }

    void checkSameLoop(Completion<?> awaited) {
        if (awaited.loop != this) {
            throw new WrongLoopException(
                    awaited, awaited.loop, Async.currentTask(), "Await it by itself, which works across loops.");
        }
    }

    /** Another thread may wait for this loop; the one that should drive it would wait for ever. */
    void checkNotDrivenByThisThread(Completion<?> awaited) {
        if (Thread.currentThread() == owner && !awaited.isDone()) {
            throw new IllegalStateException("waiting for " + awaited + " here would be for ever: this thread drives "
                    + this + ", which is not running meanwhile. Use runUntilComplete.");
        }
    }

    private static void requirePlatformThread(String what) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    what + " needs a platform thread, because the selector would block a virtual" + " one; this is "
                            + Describe.object(Thread.currentThread()) + ". EventLoop.run works in both.");
        }
    }

    void makeReady(Step step) {
        tick.ready.add(step);
    }

    /** Sends something to the loop, for the next tick. Any thread; false if the loop is closed. */
    boolean enter(Arrival arrival) {
        return tick.entries.offer(arrival);
    }

    /** Has something arrive on the loop thread: now, if this is it, else in the next tick. False if closed. */
    boolean runInLoop(Arrival arrival) {
        if (inLoop()) {
            arrival.arrive();
            return true;
        }
        return enter(arrival);
    }

    /** Cancels a task in a callback: abort handlers are not ours, and may not run on the carrier. */
    void cancelSoon(VirtualThreadTask<?> task, String reason) {
        callInternally(() -> CancelScope.cancel(task, reason));
    }

    /** Schedules a callback of this library. Also on the carrier. */
    void callInternally(Runnable body) {
        new Callback(this, body).becomeReady();
    }

    ReadyQueue readyQueue() {
        return tick.ready;
    }

    Untold untold() {
        return tick.untold;
    }

    UnseenFailures unseenFailures() {
        return unseenFailures;
    }

    StepStamp<Step> stamp() {
        return tick.stamp;
    }

    /** Wakes the thread that drives this if it is parked under a task that has found no memory to be unmounted. Any thread. */
    void nudgeIfParked() {
        Thread driver = owner;
        if (driver != null) {
            switch (driver.getState()) {
                case WAITING, TIMED_WAITING -> {
                    nudges = nudges() + 1;
                    LockSupport.unpark(driver);
                }
                default -> {}
            }
        }
    }

    /** {@return how often the loop was nudged so far} Any thread. */
    int nudges() {
        return nudges;
    }

    /** {@return the number of the present tick} */
    long ticks() {
        return tick.ticks();
    }

    void interruptWhenWaiting(VirtualThreadTask<?> guest) {
        tick.interruptWhenWaiting(guest);
    }

    void guestUnmounted() {
        tick.guestUnmounted();
    }

    DeadlineHeap<Timer> timers() {
        return tick.timers;
    }

    SelectorPoller poller() {
        return tick.poller;
    }

    Set<ForeignWaiter> foreignWaiters() {
        return foreignWaiters;
    }

    Map<LoopLocal<?>, Object> locals() {
        return locals;
    }

    boolean isAnyUserCallOffloaded() {
        OffloadPool pool = offloadPool;
        return pool != null && pool.userCalls() > 0;
    }

    /** {@return the pool of the loop's own, if there was a need for it} Any thread. */
    @Nullable
    OffloadPool offloadPool() {
        return offloadPool;
    }

    Executor offloadExecutor() {
        if (options.offloadExecutor() != null) {
            return options.offloadExecutor();
        }
        OffloadPool pool = offloadPool;
        if (pool == null) {
            pool = new OffloadPool(this);
            offloadPool = pool;
        }
        return pool;
    }

    void atEndOfStep(Runnable body) {
        tick.atEndOfStep(new Callback(this, body, body));
    }

    void runEndOfStep() {
        tick.runEndOfStep();
    }

    @Nullable
    Callback nextCallback() {
        return tick.nextCallback();
    }

    void prepareSpareRunner() {
        tick.prepareSpareRunner();
    }

    /** Takes into the list what is parked and no task of its own: a guest, or a runner whose callback has parked. */
    void adopt(VirtualThreadTask<?> parked) {
        tasks.add(parked);
        if (phase.ends(parked)) {
            cancelSoon(parked, Closing.REASON);
        }
    }

    /** Takes a guest out of the list again. */
    void release(VirtualThreadTask<?> resumed) {
        if (inLoop()) {
            tasks.remove(resumed);
        }
    }

    /** The last thing that a task does. In the task; for one that has outlived the loop, on some other carrier. */
    void taskDone(VirtualThreadTask<?> task) {
        try {
            task.keepFailureIfUnobserved();
        } finally {
            if (inLoop()) {
                tasks.remove(task);
                CancelScope.discard(task);
                tellObservers(task);
            }
        }
    }

    private void tellObservers(VirtualThreadTask<?> task) {
        try {
            task.tellObservers();
        } catch (Throwable noMemory) {
            untold().begin(task); // the next tick tells the rest
            throw noMemory;
        }
    }

    /** Reports on the loop if that still runs. Any thread. */
    void reportFromAnywhere(Failure failure) {
        if (!runInLoop(() -> callInternally(() -> report(failure)))) {
            report(failure);
        }
    }

    /** Hands a failure to the user's handler, and stops if that is the policy. */
    void report(Failure failure) {
        if (!failures.report(failure) && inLoop()) {
            callInternally(() -> failures.report(failure)); // with a stack of its own, and perhaps more memory
        }
        if (options.failurePolicy() == FailurePolicy.STOP_LOOP) {
            runInLoop(() -> {
                fatalFailure = fatalFailure == null ? failure : fatalFailure;
                stopping = true;
            });
        }
    }

    /** {@return the body of a task, in the context in which it is created} */
    Object withContext(Object body) {
        ContextSnapshotter snapshotter = options.contextSnapshotter();
        return snapshotter == null ? body : ThreadContext.wrap(snapshotter, body);
    }

    /** {@return a callback or call, in the context in which it is created} */
    Runnable withContext(Runnable body) {
        ContextSnapshotter snapshotter = options.contextSnapshotter();
        return snapshotter == null ? body : ThreadContext.wrap(snapshotter, body);
    }

    /** {@return whether a failure is nothing but the end of what has outlived this loop, of which closing has told} */
    boolean isEndedBy(Throwable failure) {
        return (closed || phase == Closing.Phase.ENDING_CALLBACKS) && failure instanceof LoopClosedException;
    }

    static long saturatedNanos(Duration duration) {
        return duration.compareTo(Duration.ofNanos(MAX_DELAY_NANOS)) > 0
                ? MAX_DELAY_NANOS
                : Math.max(duration.compareTo(Duration.ZERO) <= 0 ? 0 : duration.toNanos(), 0);
    }
}
