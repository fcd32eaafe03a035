package io.gyre.loop;

import io.gyre.loop.internal.vthread.RequiredFlag;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
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
     * What users see; LoopCore is the loop from inside. Everything in this package holds the core.
     */
    final LoopCore core;

    private EventLoop(LoopOptions options) {
        this.core = new LoopCore(this, options);
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
                () -> made.thenAccept(loop -> loop.core.enter(
                        () -> loop.core.driver.cancelMain("the thread that called EventLoop.run was interrupted"))));
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
        Driver.requirePlatformThread("EventLoop.create");
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
        return LoopCore.current().face;
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
        return core.driver.runUntilComplete(main);
    }

    /**
     * Does what {@link #runUntilComplete(Body)} does, for a body without a result.
     *
     * @param <X> what {@code main} may throw
     * @param main the body of the task
     * @throws X what {@code main} throws, as it is
     */
    public <X extends Exception> void runUntilComplete(VoidBody<X> main) throws X {
        runUntilComplete(new ResultlessBody<>(main));
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
        return VirtualThreadTask.currentLoopOrNull() == core ? body.run() : ForeignCall.run(core, body);
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
        core.driver.runForever();
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
        return core.driver.runOnce(LoopCore.saturatedNanos(maxWait), LoopCore.saturatedNanos(budget));
    }

    /**
     * Ends the wait of the present {@link #runOnce}, or that of the next if there is none.
     *
     * <p><b>Confinement:</b> any thread. Never blocks. Does nothing if the loop is closed.
     */
    public void wakeup() {
        core.enter(() -> {});
    }

    /**
     * Ends {@link #runForever} or {@link #runUntilComplete} after the present tick.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no. Does nothing if the loop is closed.
     */
    public void stop() {
        core.runInLoop(core.driver::stop);
    }

    /**
     * {@return whether a thread is driving the loop at this moment}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public boolean isRunning() {
        return core.driver.isDriven();
    }

    /** {@return whether {@link #close} has been called} Any thread. */
    public boolean isClosed() {
        return core.isClosed();
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
        Closing.close(core);
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
     * {@return a future that nobody has completed yet}
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
        return core.callSoon(callback);
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
        return callAt(time() + LoopCore.saturatedNanos(delay), callback);
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
        return core.callAt(deadlineNanos, callback);
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

    // ---- asking

    /** {@return the present instant in nanoseconds of the loop's ticker} Any thread. */
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
     * {@return the tasks that are not done, in order of creation}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public List<Task<?>> tasks() {
        core.checkLoopThread("tasks");
        return List.copyOf(core.tasks.snapshot());
    }

    /**
     * {@return what the loop holds at this moment}
     *
     * <p><b>Confinement:</b> loop thread.
     */
    public LoopStatistics statistics() {
        core.checkLoopThread("statistics");
        return core.tick.statistics(core.tasks.size());
    }

    @Override
    public String toString() {
        return core.toString();
    }
}
