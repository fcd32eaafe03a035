package io.gyre.loop;

import io.gyre.loop.dump.LoopDump;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks, callbacks and timers on one thread, and waits for I/O when nothing is ready.
 *
 * <p>A <em>tick</em> is one pass: wait for readiness, take in what other threads have sent, fire the timers that are
 * due, then run everything that was ready at that point, first come, first served. Whatever becomes ready meanwhile
 * runs in the next tick, so that nothing starves I/O.
 *
 * {@snippet :
 * String page = EventLoop.run(() -> {
 *     Task<String> first = createTask(() -> fetch("a"));
 *     Task<String> second = createTask(() -> fetch("b"));
 *     return first.await() + second.await();
 * });
 * }
 *
 * <p><b>Confinement:</b> the <em>loop thread</em> is the thread that runs the loop (before the first run, the thread
 * that created it), and every task and callback on it. Other threads get a {@link WrongThreadException}, except where a
 * method says <em>any thread</em>.
 *
 * <p><b>Lifecycle:</b> new, then alternately running and stopped, finally closed. As an {@link Executor} the loop runs
 * commands as {@link #callSoonThreadsafe} does.
 *
 * <p><b>Units:</b> {@link #time()} and deadlines are nanoseconds of the loop's ticker. The operating system waits in
 * whole milliseconds: a timer fires up to 1 ms late, never early.
 *
 * <p><b>Source:</b> asyncio {@code AbstractEventLoop} and {@code Runner}. Differs: timers due at the same instant fire
 * in the order in which they were scheduled; the loop holds tasks until they are done; unobserved failures are reported
 * without waiting for a garbage collection; accepted callbacks run, also when the loop closes.
 *
 * @see Async
 */
public final class EventLoop implements Executor, AutoCloseable {
    /*
     * Design.
     *
     * The public face. LoopCore is the loop from inside; everything in this package holds the core.
     */
    final LoopCore core;

    private EventLoop(LoopOptions options) {
        this.core = new LoopCore(this, options);
    }

    // ---- making and running

    /**
     * Creates a loop with default options, runs {@code main} as its first task, and closes the loop, which cancels and
     * awaits the remaining tasks.
     *
     * <p><b>Confinement:</b> any thread. In a virtual thread, the loop gets a platform thread of its own, and the
     * caller parks. <b>Cancellation:</b> interrupting the calling thread cancels {@code main}. The JDK loses an
     * interrupt while the thread carries a task; {@link Task#cancel} and {@link #stop} always arrive.
     *
     * @param <T> the result
     * @param <X> what {@code main} may throw
     * @param main the body of the first task
     * @return what {@code main} returns
     * @throws X what {@code main} throws, unchanged
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs, or is one on which Gyre does
     *     not run; the message says what is missing
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
     * @throws X what {@code main} throws, unchanged
     */
    public static <X extends Exception> void run(VoidBody<X> main) throws X {
        run(LoopOptions.defaults(), main);
    }

    /**
     * Does what {@link #run(Body)} does, with options.
     *
     * @param <T> the result
     * @param <X> what {@code main} may throw
     * @param options options of the loop
     * @param main the body of the first task
     * @return what {@code main} returns
     * @throws X what {@code main} throws, unchanged
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
        // Through the entry queue: an interrupt is lost if it reaches the platform thread while the thread carries a
        // task.
        var made = new CompletableFuture<EventLoop>();
        LoopOptions named = DefaultNames.named(options);
        return PlatformThread.call(
                named,
                () -> {
                    try (EventLoop loop = create(named)) {
                        made.complete(loop);
                        return loop.runUntilComplete(main);
                    }
                },
                () -> made.thenAccept(loop -> loop.core.enter(
                        () -> loop.core.driver.cancelMain("the thread that called EventLoop.run was interrupted"))));
    }

    /**
     * Does what {@link #run(Body)} does, with options, for a body without a result.
     *
     * @param <X> what {@code main} may throw
     * @param options options of the loop
     * @param main the body of the first task
     * @throws X what {@code main} throws, unchanged
     */
    public static <X extends Exception> void run(LoopOptions options, VoidBody<X> main) throws X {
        run(options, new ResultlessBody<>(main));
    }

    /**
     * Creates a loop to drive by hand: with {@link #runUntilComplete}, any number of times, with {@link #runForever},
     * or with {@link #runOnce} in a program that owns the thread.
     *
     * <p><b>Confinement:</b> a platform thread; the thread that drives the loop becomes its loop thread.
     * <b>Resources:</b> holds a selector until it is closed.
     *
     * @param options options of the loop
     * @return the loop
     * @throws IllegalStateException if the JVM was started without the flag that Gyre needs, or is one on which Gyre does
     *     not run; or if the caller is a virtual thread
     */
    public static EventLoop create(LoopOptions options) {
        VirtualThreads.check();
        Driver.requirePlatformThread("EventLoop.create");
        VirtualThreads.startJdkPollers();
        return new EventLoop(Objects.requireNonNull(options));
    }

    /** {@return a new loop with {@linkplain #create(LoopOptions) default options}} */
    public static EventLoop create() {
        return create(LoopOptions.defaults());
    }

    /**
     * {@return the loop of the calling task or callback}
     *
     * @throws IllegalStateException if the caller is neither a task nor a callback
     */
    public static EventLoop current() {
        return LoopCore.current().face;
    }

    /**
     * Runs {@code main} as a task until it is done. Other tasks continue in the next run, or are cancelled by
     * {@link #close}.
     *
     * <p><b>Confinement:</b> a platform thread, one at a time. <b>Cancellation:</b> interrupting the thread cancels
     * {@code main}; the interrupt status is restored on return.
     *
     * @param <T> the result
     * @param <X> what {@code main} may throw
     * @param main the body of the task
     * @return what {@code main} returns
     * @throws X what {@code main} throws, unchanged
     * @throws IllegalStateException if {@link #stop} ended the run before {@code main} was done; a later failure of
     *     {@code main} is reported like that of any task
     * @throws LoopFailedException if a failure stopped the loop; see {@link FailurePolicy#STOP_LOOP}
     * @see <a href="https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner.run">asyncio.Runner.run</a>
     */
    public <T extends @Nullable Object, X extends Exception> T runUntilComplete(Body<T, X> main) throws X {
        return core.driver.runUntilComplete(main);
    }

    /**
     * Does what {@link #runUntilComplete(Body)} does, for a body without a result.
     *
     * @param <X> what {@code main} may throw
     * @param main the body of the task
     * @throws X what {@code main} throws, unchanged
     */
    public <X extends Exception> void runUntilComplete(VoidBody<X> main) throws X {
        runUntilComplete(new ResultlessBody<>(main));
    }

    /**
     * Runs a body as a task of this loop and waits for its result in a thread other than the loop's. Another thread
     * must be driving the loop. In a task of this loop, the body runs in line.
     *
     * <p><b>Confinement:</b> any thread except the thread that drives the loop. <b>Cancellation:</b> interrupting the
     * calling thread, or cancelling the calling task of another loop, cancels the body's task and waits until it ends.
     * If the body returns a result nevertheless, the result is returned. The thread's interrupt status is restored on
     * return.
     *
     * @param <T> the result
     * @param <X> what the body may throw
     * @param body the body of the task
     * @return what the body returns
     * @throws X what the body throws, unchanged
     * @throws CancelledException if the calling task was cancelled, or the body's task was. If the body was in a
     *     blocking call of the JDK, the call may have thrown {@link InterruptedException} instead, which is passed on
     *     unchanged
     * @throws LoopClosedException if the loop is closed, or closes before the task ends
     * @throws IllegalStateException if the calling thread drives this loop
     * @see LoopPortal
     * @see <a href="https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe">asyncio
     *     run_coroutine_threadsafe</a>
     */
    public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
        return VirtualThreadTask.currentLoopOrNull() == core ? body.run() : ForeignCall.run(core, body);
    }

    /**
     * Does what {@link #call(Body)} does, for a body without a result.
     *
     * @param <X> what the body may throw
     * @param body the body of the task
     * @throws X what the body throws, unchanged
     * @throws LoopClosedException if the loop is closed, or closes before the task ends
     */
    public <X extends Exception> void call(VoidBody<X> body) throws X {
        call(new ResultlessBody<>(body));
    }

    /**
     * Runs until {@link #stop}.
     *
     * <p><b>Confinement:</b> a platform thread, one at a time. <b>Cancellation:</b> interrupting the thread stops the
     * loop; the interrupt status is restored on return.
     *
     * @throws LoopFailedException if a failure stopped the loop; see {@link FailurePolicy#STOP_LOOP}
     */
    public void runForever() {
        core.driver.runForever();
    }

    /**
     * Runs {@code main} as a guest on the thread of a host, such as the thread of a user interface, then closes the
     * loop. The host's thread runs the loop's tasks, one bounded turn at a time, between its own events; a thread of
     * the loop's own waits for I/O and timers meanwhile, and hands a turn to the host only when there is something to
     * do. So nobody polls, and tasks may touch what belongs to the host's thread without a lock. In a task, {@link
     * Thread#currentThread} is the task's own thread; what checks it, as JavaFX and SWT do, runs by
     * {@link Async#offload(Executor, VoidBody) offload(host, body)}.
     *
     * {@snippet :
     * CompletableFuture<String> page = EventLoop.create().runAsGuest(SwingUtilities::invokeLater, () -> {
     *     label.setText("loading");
     *     return fetch("a");
     * });
     * }
     *
     * <p>The host counts as the loop thread, from its first turn on: its own code calls {@link #createTask},
     * {@link #callSoon} or {@link Task#cancel} directly. It must not wait for the loop: {@link #call} and
     * {@link Task#join} are refused. {@link #stop} ends the run; {@link #close}, called by the host, ends it before it
     * returns, and meanwhile keeps the host from anything else. When {@code main} is done, the tasks that are left are
     * cancelled and awaited in further turns, as {@link #close} does.
     *
     * <p><b>Confinement:</b> a platform thread, whether it is the host's or not. <b>Suspends:</b> no. <b>Errors:</b> if
     * the host rejects a turn, it has ended: the failure handler is told, the loop is closed in its own thread, which
     * cancels its tasks, and the future fails with what the host has thrown. A host that drops turns without a word
     * leaves the loop waiting until {@link #close}, which any thread may call once the host's thread has ended.
     * Interrupts of the host's thread are left to the host. <b>Resources:</b> a daemon thread until the loop is closed.
     *
     * @param <T> the result
     * @param host runs each command it is given later, one at a time and in order, always on the same platform thread: {@code
     *     SwingUtilities::invokeLater}, {@code Platform::runLater}, {@code display::asyncExec}, an executor with a
     *     single thread, another library's event loop
     * @param main the body of the first task
     * @return completes on the host's thread, when the loop is closed, with the outcome of {@code main}; cancelling it
     *     cancels {@code main}
     * @throws IllegalStateException if the loop is running
     * @throws LoopClosedException if the loop is closed
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-lowlevel.html#using-guest-mode-to-run-trio-on-top-of-other-event-loops">trio
     *     start_guest_run</a>
     */
    public <T extends @Nullable Object> CompletableFuture<T> runAsGuest(Executor host, Callable<? extends T> main) {
        return HostedRun.start(core, host, main, main);
    }

    /**
     * Does what {@link #runAsGuest(Executor, Callable)} does, for a body without a result.
     *
     * @param host runs each command it is given later, one at a time and in order, always on the same platform thread
     * @param main the body of the first task
     * @return completes on the host's thread, when the loop is closed
     * @throws IllegalStateException if the loop is running
     * @throws LoopClosedException if the loop is closed
     */
    public CompletableFuture<@Nullable Void> runAsGuest(Executor host, VoidBody<?> main) {
        return HostedRun.start(core, host, main, new ResultlessBody<>(main)::run);
    }

    /**
     * Runs one tick, for programs that own the thread and call the loop when it suits them.
     *
     * <p><b>Confinement:</b> a platform thread, one at a time.
     *
     * @param maxWait the longest time to wait when nothing is ready; zero only polls
     * @return the number of steps of tasks and callbacks that ran; zero if there was nothing to do
     * @throws LoopFailedException if a failure stopped the loop; see {@link FailurePolicy#STOP_LOOP}
     */
    public int runOnce(Duration maxWait) {
        return runOnce(maxWait, ChronoUnit.FOREVER.getDuration());
    }

    /**
     * Runs one tick, or as much of it as a budget allows. The rest stays ready for the next tick.
     *
     * <p><b>Confinement:</b> a platform thread, one at a time.
     *
     * @param maxWait the longest time to wait when nothing is ready; zero only polls
     * @param budget how long, in real time, to keep starting steps of tasks and callbacks; at least one is started
     * @return the number of steps that ran; zero if there was nothing to do
     * @throws LoopFailedException if a failure stopped the loop; see {@link FailurePolicy#STOP_LOOP}
     */
    public int runOnce(Duration maxWait, Duration budget) {
        return core.driver.runOnce(LoopCore.saturatedNanos(maxWait), LoopCore.saturatedNanos(budget));
    }

    /**
     * Ends the wait of the current {@link #runOnce}, or of the next if none is running.
     *
     * <p><b>Confinement:</b> any thread. Never blocks. Does nothing if the loop is closed.
     */
    public void wakeup() {
        core.enter(() -> {});
    }

    /**
     * Ends {@link #runForever} or {@link #runUntilComplete} after the current tick.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no. Does nothing if the loop is closed.
     */
    public void stop() {
        core.runInLoop(core.driver::stop);
    }

    /**
     * {@return whether a thread is driving the loop now}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public boolean isRunning() {
        return core.driver.isDriven();
    }

    /** {@return whether it is closed; false while {@link #close} still runs} Any thread. */
    public boolean isClosed() {
        return core.isClosed();
    }

    /**
     * Cancels and awaits all tasks, awaits the calls that they have offloaded, cancels and awaits the system tasks,
     * shuts the offload pool down, and releases the selector.
     *
     * <p>Tasks that are not done within {@link LoopOptions#closeTimeout()}, in real time, are reported to the failure
     * handler with their stacks and continue under the JDK's own scheduler, so that their {@code finally} blocks run.
     * If such a task is suspended in a call of this library, the call throws {@link LoopClosedException}, and so does
     * every suspending call after it.
     *
     * <p>Every accepted callback runs, including callbacks from other threads through {@link #callSoonThreadsafe}.
     * Callbacks keep running while the tasks end. When the tasks have ended, or their time is up, the loop accepts no
     * more callbacks. It runs the remaining ones, which cannot start anything: {@link #callSoon}, {@link #callLater},
     * {@link #createTask(Callable)} and the like throw {@link LoopClosedException}. A callback that suspends while the
     * loop closes is cancelled. Timers that are not due are dropped.
     *
     * <p>Unobserved failures of tasks are reported.
     *
     * <p><b>Confinement:</b> the platform thread that drove the loop, or any thread if none did; not while the loop
     * runs: call {@link #stop} first. The host of a guest calls it between two turns. Does nothing the second time. <b>Cancellation:</b> an interrupt ends the wait for
     * offloaded calls, but not the wait for tasks; the interrupt status is restored on return.
     *
     * @throws IllegalStateException if the loop is running
     */
    @Override
    public void close() {
        HostedRun<?> run = core.hostedRun();
        if (run == null || !run.closeInHost()) {
            Closing.close(core);
        }
    }

    /**
     * Ends the loop in order: servers stop accepting, the work that is there may finish, and what has not finished in
     * time is cancelled, as {@link #close} does it.
     *
     * {@snippet :
     * var loop = EventLoop.create();
     * loop.callSoon(() -> start(servers));
     * loop.runForever();                       // until something calls loop.stop()
     * loop.shutdown(Duration.ofSeconds(10));
     * }
     *
     * <p>Servers of the loop drain: they accept no more, and each connection reads what has arrived and then the end of its
     * stream. The loop then runs until all tasks other than system tasks have ended, also those that are created
     * meanwhile, and all offloaded calls. Timers are not awaited. The time is over early when {@link #stop} is called, or the
     * thread is interrupted. The limits and reports of {@link #close} follow.
     *
     * <p><b>Confinement:</b> as {@link #close}. Does nothing on a closed loop. <b>Cancellation:</b> an interrupt ends the
     * grace; the interrupt status is restored on return.
     *
     * <p><b>Source:</b> Vert.x {@code close}, Netty {@code shutdownGracefully}. Differs: no quiet period.
     *
     * @param grace how long the work may take, in time of the loop's clock; zero cancels it at once
     * @return whether all of it ended by itself
     * @throws IllegalStateException if the loop is running
     */
    public boolean shutdown(Duration grace) {
        return Closing.shutdown(core, Objects.requireNonNull(grace));
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
        return core.start(null, body, body, null);
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
        return core.start(Objects.requireNonNull(name), body, body, null);
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
        return core.start(null, body, body, null);
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
        return core.start(Objects.requireNonNull(name), body, body, null);
    }

    /**
     * Starts a task that other tasks rely on, such as a log writer. When the loop closes, system tasks are cancelled
     * after all other tasks have ended, or when the time for those is up; a share of {@link LoopOptions#closeTimeout()}
     * is reserved for system tasks. Tasks of a {@link TaskGroup} in a system task are system tasks, too. A system task
     * may offload calls until it ends.
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
        return core.startSystemTask(name, body);
    }

    /**
     * Does what {@link #createSystemTask(String, Callable)} does, for a body without a result.
     *
     * @param name for messages and thread dumps
     * @param body what it runs
     * @return the task
     */
    public Task<@Nullable Void> createSystemTask(String name, VoidBody<?> body) {
        return core.startSystemTask(name, body);
    }

    /**
     * {@return a future that is not completed yet}
     *
     * <p><b>Confinement:</b> loop thread.
     *
     * @param <T> the result
     */
    public <T extends @Nullable Object> LoopFuture<T> createFuture() {
        core.checkLoopThread("createFuture");
        return new LoopFuture<>(core);
    }

    /**
     * Runs a callback in the next tick, after everything that is ready now.
     *
     * <p><b>Confinement:</b> loop thread; from elsewhere use {@link #callSoonThreadsafe}. <b>Suspends:</b> no.
     * <b>Errors:</b> what the callback throws goes to the failure handler.
     *
     * @param callback what to run, once
     * @return the handle that cancels it
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon">asyncio call_soon</a>
     */
    public Handle callSoon(Runnable callback) {
        return core.callSoon(callback);
    }

    /**
     * Runs a callback once, no earlier than {@code delay} from now.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure
     * handler.
     *
     * @param delay zero or less for the next tick; more than about 146 years counts as about 146 years
     * @param callback what to run, once
     * @return the handle that cancels it, in O(log n)
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_later">asyncio
     *     call_later</a>
     */
    public TimerHandle callLater(Duration delay, Runnable callback) {
        return callAt(time() + LoopCore.saturatedNanos(delay), callback);
    }

    /**
     * Runs a callback once, no earlier than the given instant.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no. <b>Errors:</b> what the callback throws goes to the failure
     * handler.
     *
     * @param deadlineNanos the instant, in nanoseconds of {@link #time()}
     * @param callback what to run, once
     * @return the handle that cancels it, in O(log n)
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_at">asyncio call_at</a>
     */
    public TimerHandle callAt(long deadlineNanos, Runnable callback) {
        return core.callAt(deadlineNanos, callback);
    }

    /**
     * Runs a callback on the loop, from any thread.
     *
     * <p>An accepted callback runs, also if the loop is closing. If the loop would not run the callback any more, this
     * method throws. So a call that returns normally guarantees that the callback runs.
     *
     * <p><b>Confinement:</b> any thread. Never blocks; wakes the loop if it is waiting. Callbacks of one thread run in
     * the order of the calls. <b>Errors:</b> what the callback throws goes to the failure handler.
     *
     * @param callback what to run, once
     * @return a handle, for use on the loop thread
     * @throws LoopClosedException if the loop is closed, or has begun to run its last callbacks
     * @see <a href="https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe">asyncio
     *     call_soon_threadsafe</a>
     */
    public Handle callSoonThreadsafe(Runnable callback) {
        return core.callSoonThreadsafe(callback);
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

    // ---- for code that wants threads

    /**
     * {@return a factory of virtual threads that run on this loop}
     *
     * <p>The threads are for code that starts and joins threads by itself. They take turns with the tasks, and code in
     * them may call whatever tasks may call. They are not tasks: nobody awaits their outcome, and they belong to no
     * group. What they throw goes to their {@linkplain Thread#getUncaughtExceptionHandler uncaught exception handler};
     * a cancellation goes nowhere. They inherit no scoped values.
     *
     * <p>On the JDKs of today, a virtual thread that a task or such a thread starts by {@link Thread#ofVirtual} runs on
     * the loop, too. On a JDK to come it may not: use this factory for threads that have to, and
     * {@link LowLevel#jdkThreadFactory} for threads that must not.
     *
     * <p><b>Confinement:</b> any thread, also for {@link ThreadFactory#newThread} and {@link Thread#start}.
     * <b>Cancellation:</b> interrupting a thread cancels it, and {@link #close} cancels and awaits all. A thread that is
     * started when the loop is closed runs under the JDK's scheduler; suspending calls in it throw
     * {@link LoopClosedException}. <b>Errors:</b> {@code newThread} throws {@code LoopClosedException} if the loop is
     * closed.
     */
    public ThreadFactory threadFactory() {
        return code -> LoopThread.create(core, code);
    }

    /**
     * {@return a new executor that runs each command in a thread of {@link #threadFactory}} For libraries that want an
     * {@link Executor} or {@link ExecutorService}; the commands may suspend. The loop itself is an {@code Executor},
     * too, which runs commands as callbacks.
     *
     * <p><b>Confinement:</b> any thread, also for the methods of the executor. <b>Cancellation:</b>
     * {@code future.cancel(true)} and {@link ExecutorService#shutdownNow} interrupt the threads, and so cancel them;
     * closing the loop cancels and awaits them. <b>Errors:</b> commands are refused with
     * {@link LoopClosedException}, which is a {@code RejectedExecutionException}, if the loop is closed. <b>Resources:</b>
     * the executor is the caller's, and holds nothing but the threads that run. {@link ExecutorService#close} waits for
     * them: call it in a task, or in a thread other than the loop's.
     */
    public ExecutorService virtualExecutor() {
        return Executors.newThreadPerTaskExecutor(threadFactory());
    }

    // ---- queries

    /** {@return the current time in nanoseconds of the loop's ticker} Any thread. */
    public long time() {
        return core.time();
    }

    /** {@return the loop's clock} Any thread. */
    public Ticker ticker() {
        return core.options.ticker();
    }

    /** {@return the loop's name} Any thread. */
    public String name() {
        return core.name();
    }

    /** {@return whether the caller is on the loop thread} Any thread. */
    public boolean inLoop() {
        return core.inLoop();
    }

    /**
     * {@return how many tasks there are that are not done, not counting system tasks, as of the beginning of the last tick}
     * Any thread.
     */
    public int taskCount() {
        return core.tally.read().tasks();
    }

    /**
     * {@return the tasks that are not done, in order of creation}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public List<Task<?>> tasks() {
        core.checkLoopThread("tasks");
        return List.copyOf(core.tasks.snapshot());
    }

    /**
     * {@return the calls that tasks of this loop have offloaded and that have not ended, in order}
     *
     * <p>A call of a cancelled task is among them until it really ends. A call has ended when the loop has heard of it,
     * which is a tick later.
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public List<OffloadedCall> offloadedCalls() {
        core.checkLoopThread("offloadedCalls");
        return core.offloadedCalls.stream()
                .<OffloadedCall>map(Offload::snapshot)
                .toList();
    }

    /**
     * {@return a snapshot of what the loop holds}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public LoopStatistics statistics() {
        core.checkLoopThread("statistics");
        return core.tick.statistics(core.tasks.size());
    }

    /**
     * {@return the loop and its tasks at this moment: what each waits for, since when, and who waits for whom}
     *
     * {@snippet :
     * System.err.println(loop.dump());
     * }
     *
     * <p>It never waits for the loop, and so answers when the loop is blocked, too: that is when people ask. On the loop
     * thread it is exact. In another thread it is exact, as far as the loop stands still meanwhile, because it sleeps or
     * because one step keeps it; only what the running step has changed by itself may be seen or not. If the loop goes
     * on meanwhile, which {@link LoopDump#isConsistent} tells, each task is shown as it was at some moment, tasks that
     * begin or end meanwhile may be missing, and tasks may seem to wait for each other that never did at the same time.
     *
     * <p>Nothing is recorded for this while the loop runs. A dump of ten thousand tasks takes a fraction of a second. It
     * calls {@code toString} of what the tasks wait for, in the calling thread.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * <p><b>Source:</b> asyncio's {@code python -m asyncio pstree}. Differs: it says why each task waits.
     */
    public LoopDump dump() {
        return LoopInspection.dump(core);
    }

    @Override
    public String toString() {
        return core.toString();
    }
}
