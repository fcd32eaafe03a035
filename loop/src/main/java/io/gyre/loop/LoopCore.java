package io.gyre.loop;

import io.gyre.loop.internal.entry.TaskTally;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A loop from inside: its thread, its tasks, its tick, its reports, and how far closing has come. */
final class LoopCore {
    /*
     * Design.
     *
     * Users hold the face, EventLoop; everything in this package holds the core. Driver decides who drives, Tick what
     * runs next, Closing how everything ends.
     *
     * `owner` answers "am I on the loop thread?" for tasks, too, which are asked for their carrier. It is null once the
     * loop is closed: then nothing is on the loop any more.
     */

    /** About 146 years: far enough to mean "never", near enough that instants still compare by subtraction. */
    static final long MAX_DELAY_NANOS = Long.MAX_VALUE / 2;

    /** Some microseconds of a busy loop, unless its steps are long. */
    private static final int TICKS_BETWEEN_AGES = 64;

    private static final Duration MAX_DELAY = Duration.ofNanos(MAX_DELAY_NANOS);

    final EventLoop face;
    final LoopOptions options;
    private final String name;
    final Tick tick;
    final Driver driver = new Driver(this);
    final TaskList tasks = new TaskList();
    final UnseenFailures unseenFailures = new UnseenFailures(this);

    /** Calls that have not ended, on any executor; abandoned calls, too. */
    final Set<Offload<?>> offloadedCalls = new LinkedHashSet<>();

    final Set<ForeignWaiter> foreignWaiters = new HashSet<>();
    final Map<LoopLocal<?>, Object> locals = new HashMap<>();

    /** What tasks in bodies of {@link AtomicBody} have done that they must not. */
    final Map<VirtualThreadTask<?>, NotAtomicException> notAtomic = new HashMap<>();

    /** What stops accepting when the loop shuts down, in order of registration. */
    final Set<ShutdownCallback> shutdownCallbacks = new LinkedHashSet<>();

    boolean shuttingDown;

    /** Of users, as of the last tick. */
    final TaskTally tally = new TaskTally();

    final TaskAges ages = new TaskAges();

    /** How many tasks had been added when their ages were noted. */
    private int dated;

    private final FailureReporter failures;
    private final Ticker ticker;
    private final Watchdog watchdog;

    /**
     * The thread that drives the loop, or drove it last, or has created it; null between the turns of a guest, and once the
     * loop is closed.
     */
    private volatile @Nullable Thread owner;

    /** The system's name for the thread that drives the loop, or drove it last. */
    private volatile SystemThread driverInSystem = SystemThread.UNKNOWN;

    /** The run on the thread of a host, if the loop is a guest. */
    private volatile @Nullable HostedRun<?> hostedRun;

    private volatile boolean closed;
    private Closing.Phase phase = Closing.Phase.OPEN;

    /** Whether the list contains a task whose thread could not be started. */
    private boolean isAnyNeverStarted;

    /** The loop's own pool, if one was needed. */
    private volatile @Nullable OffloadPool offloadPool;

    /** Written only by the watchdog. */
    private volatile int nudges;

    LoopCore(EventLoop face, LoopOptions options) {
        this.face = face;
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

    // ---- current loop and thread

    /** {@return the loop of the calling task or callback} Throws if there is none. */
    static LoopCore current() {
        return VirtualThreadTask.current().loop;
    }

    boolean inLoop() {
        return VirtualThreads.currentCarrier() == owner || inHost();
    }

    /** {@return whether the caller is the host of this loop, between two turns} Then the next turn comes soon. */
    private boolean inHost() {
        HostedRun<?> run = hostedRun;
        return run != null && run.admitHost();
    }

    /** Makes the calling thread the loop thread. */
    void takeOver() {
        driverInSystem = driverInSystem.orOfCurrentThread();
        owner = Thread.currentThread();
    }

    boolean isCarrierInterrupted() {
        Thread carrier = owner;
        return carrier != null && carrier.isInterrupted();
    }

    /** Leaves the loop without a loop thread, until the next turn of a host. */
    void letGo() {
        owner = null;
    }

    @Nullable
    HostedRun<?> hostedRun() {
        return hostedRun;
    }

    void setHostedRun(@Nullable HostedRun<?> run) {
        hostedRun = run;
    }

    boolean isClosed() {
        return closed;
    }

    void checkOpen(String what) {
        if (closed) {
            throw new LoopClosedException(this, what);
        }
    }

    void checkLoopThread(String what) {
        if (!inLoop()) {
            checkOpen(what);
            throw new WrongThreadException(CalledMethod.name() + " must run on the thread of " + this
                    + ", but was called on " + Describe.object(Thread.currentThread())
                    + ". Use loop.call(() -> ...) there, or callSoonThreadsafe if nobody waits for it.");
        }
    }

    /** Rejects what the loop would accept but never run, because it is about to close. */
    void checkTakesTasks(String what) {
        checkLoopThread(what);
        if (phase == Closing.Phase.ENDING_CALLBACKS) {
            throw new LoopClosedException(this, what);
        }
    }

    void checkSameLoop(Completion<?> awaited) {
        if (awaited.loop != this) {
            throw new WrongLoopException(
                    awaited, awaited.loop.face, Async.currentTask(), "Await it alone: await works across loops.");
        }
    }

    /** Another thread may wait for this loop; the thread that should drive it would wait forever. */
    void checkNotDrivenByThisThread(Completion<?> awaited) {
        HostedRun<?> run = hostedRun;
        boolean inHost = run != null && run.isHost(Thread.currentThread());
        if ((inHost || Thread.currentThread() == owner) && !awaited.isDone()) {
            throw new IllegalStateException("waiting for " + awaited + " here would never end: this thread "
                    + (inHost ? "is the host of " : "drives ") + this + ", which does not run while the thread waits. "
                    + (inHost ? "Use createTask and whenDone." : "Use runUntilComplete."));
        }
    }

    // ---- entering the loop

    /** Sends something to the loop, for the next tick. Any thread; false if the loop is closed. */
    boolean enter(Arrival arrival) {
        return tick.entries.offer(arrival);
    }

    /** Runs an arrival on the loop thread: now, if the caller is on it, otherwise in the next tick. False if closed. */
    boolean runInLoop(Arrival arrival) {
        if (inLoop()) {
            arrival.arrive();
            return true;
        }
        return enter(arrival);
    }

    /** Schedules a callback of this library. Also on the carrier. */
    void callInternally(Runnable body) {
        new Callback(this, body).becomeReady();
    }

    /** Cancels a task in a callback: abort handlers are foreign code, and may not run on the carrier. */
    void cancelSoon(VirtualThreadTask<?> task, String reason) {
        callInternally(() -> CancelScope.cancel(task, reason));
    }

    // ---- tasks

    /** Starts a task with a Callable or a VoidBody. Its root scope is a child of the given scope, if any. */
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

    /** Starts a system task with a Callable or a VoidBody. */
    <T extends @Nullable Object> VirtualThreadTask<T> startSystemTask(String name, Object body) {
        checkTakesTasks("createSystemTask");
        var task = new VirtualThreadTask<T>(
                this, Objects.requireNonNull(name), CreationSite.ofTask(body, isDebug()), body);
        task.makeSystem();
        setCreator(task);
        startOrCancel(task);
        return task;
    }

    /** Records which task may observe the new task's failure: its creator. For tasks of a group, the group does. */
    private static void setCreator(VirtualThreadTask<?> task) {
        VirtualThreadTask<?> creator = VirtualThreadTask.currentTaskOrNull();
        if (creator != null && creator.loop == task.loop) {
            task.setCreator(creator);
        }
    }

    /** Starts a task, after {@link #checkTakesTasks}. */
    void startOrCancel(VirtualThreadTask<?> task) {
        start(task);
        if (phase.ends(task)) {
            CancelScope.cancel(task, Closing.REASON);
        }
    }

    /** Starts a task that has been created. */
    void start(VirtualThreadTask<?> task) {
        tasks.add(task);
        boolean started = false;
        try {
            ScopedBindings.inherit(task.thread());
            task.start();
            started = true;
        } finally {
            if (!started) {
                task.state = VirtualThreadTask.NEVER_STARTED; // plain stores need no stack, which may be exhausted
                isAnyNeverStarted = true;
            }
        }
    }

    /**
     * Tells other threads how many tasks there are, and how old. In each tick, which is cheaper than at each task.
     *
     * @param mayWait whether the tick has nothing to do yet: then it reads the clock for the ages; a busy loop does so in a
     *     few of its ticks
     */
    void tellTasks(boolean mayWait) {
        tally.tell(tasks.begunUserTasks(), tasks.userTasks());
        if (tasks.added() != dated && (mayWait || tick.ticks() % TICKS_BETWEEN_AGES == 0)) {
            dated = tasks.added();
            ages.note(tasks.newestId(), time());
        }
    }

    /** Removes the tasks that could not be started from the list. Carrier, in each tick. */
    void dropNeverStarted() {
        if (isAnyNeverStarted) {
            isAnyNeverStarted = false;
            tasks.removeNeverStarted();
        }
    }

    /** Adds a parked task to the list that is not in it by itself: a guest, or a runner whose callback has parked. */
    void adopt(VirtualThreadTask<?> parked) {
        tasks.add(parked);
        if (phase.ends(parked)) {
            cancelSoon(parked, Closing.REASON);
        }
    }

    /** Removes a guest from the list. */
    void release(VirtualThreadTask<?> resumed) {
        if (inLoop()) {
            tasks.remove(resumed);
        }
    }

    /** The last action of a task. In the task; if it has outlived the loop, on another carrier. */
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
            tick.untold.begin(task); // the next tick notifies the rest
            throw noMemory;
        }
    }

    // ---- callbacks

    Callback callSoon(Runnable callback) {
        checkTakesTasks("callSoon");
        var scheduled = new Callback(this, callback, callback);
        scheduled.becomeReady();
        return scheduled;
    }

    Callback callSoonThreadsafe(Runnable callback) {
        var scheduled = new Callback(this, callback, callback);
        if (!enter(scheduled::becomeReady)) {
            throw new LoopClosedException(this, "callSoonThreadsafe");
        }
        return scheduled;
    }

    ShutdownCallback whenShuttingDown(Runnable callback) {
        checkTakesTasks("whenShuttingDown");
        var scheduled = new ShutdownCallback(this, callback);
        if (shuttingDown) {
            scheduled.becomeReady();
        } else {
            shutdownCallbacks.add(scheduled);
        }
        return scheduled;
    }

    CallbackTimer callAt(long deadlineNanos, Runnable callback) {
        checkTakesTasks("callAt");
        var timer = new CallbackTimer(this, deadlineNanos, new Callback(this, callback, callback));
        tick.timers.add(timer);
        return timer;
    }

    // ---- options, and what follows from them: any thread

    String name() {
        return name;
    }

    boolean isDebug() {
        return options.debug();
    }

    /** {@return the current time in nanoseconds of the loop's ticker} */
    long time() {
        return ticker.nanoTime();
    }

    static long saturatedNanos(Duration duration) {
        if (duration.compareTo(MAX_DELAY) > 0) {
            return MAX_DELAY_NANOS;
        }
        return duration.isPositive() ? duration.toNanos() : 0;
    }

    /** {@return the body of a task, bound to the context in which the task is created} */
    Object withContext(Object body) {
        ContextSnapshotter snapshotter = options.contextSnapshotter();
        return snapshotter == null ? body : ThreadContext.wrap(snapshotter, body);
    }

    /** {@return a callback or call, bound to the context in which it is created} */
    Runnable withContext(Runnable body) {
        ContextSnapshotter snapshotter = options.contextSnapshotter();
        return snapshotter == null ? body : ThreadContext.wrap(snapshotter, body);
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

    /** {@return the loop's own pool, if one was needed} */
    @Nullable
    OffloadPool offloadPool() {
        return offloadPool;
    }

    boolean isAnyUserCallOffloaded() {
        return offloadedCalls.stream().anyMatch(Offload::isOfUserInPool);
    }

    // ---- reports

    /** Reports on the loop if the loop still runs. Any thread. */
    void reportFromAnywhere(Failure failure) {
        if (!runInLoop(() -> callInternally(() -> report(failure)))) {
            report(failure);
        }
    }

    /** Hands a failure to the user's handler, and stops the loop if the policy says so. */
    void report(Failure failure) {
        if (!failures.report(failure) && inLoop()) {
            callInternally(() -> failures.report(failure)); // in a task with its own stack, and perhaps more memory
        }
        if (options.failurePolicy() == FailurePolicy.STOP_LOOP) {
            runInLoop(() -> driver.stopFor(failure));
        }
    }

    /** {@return whether a failure only says that its task has outlived this loop, which closing has reported} */
    boolean isEndedBy(Throwable failure) {
        return (closed || phase == Closing.Phase.ENDING_CALLBACKS) && failure instanceof LoopClosedException;
    }

    // ---- for the watchdog: any thread

    /** {@return the thread that drives the loop, or drove it last; null if there is none} */
    @Nullable
    Thread driverThread() {
        return owner;
    }

    /** {@return the same thread as the system knows it} */
    SystemThread driverInSystem() {
        return driverInSystem;
    }

    /**
     * {@return whether nothing happens on the loop, and it holds nothing that needs a look from time to time} First the
     * loop: what it holds changes only in its steps.
     */
    boolean isIdle() {
        if (!tick.entries.isAsleep() && driver.isDriven()) {
            return false;
        }
        OffloadPool pool = offloadPool;
        return !unseenFailures.isAny() && (pool == null || pool.getQueue().isEmpty());
    }

    /** Wakes the driving thread if it is parked under a task that could not be unmounted for lack of memory. */
    void nudgeIfParked() {
        Thread thread = owner;
        if (thread != null) {
            switch (thread.getState()) {
                case WAITING, TIMED_WAITING -> {
                    nudges = nudges() + 1;
                    LockSupport.unpark(thread);
                }
                default -> {}
            }
        }
    }

    /** {@return the number of nudges so far} */
    int nudges() {
        return nudges;
    }

    // ---- the end: see Closing

    void enterPhase(Closing.Phase next) {
        phase = next;
    }

    /** From here on nothing is on the loop. */
    void becomeClosed() {
        closed = true;
        owner = null;
        tick.close();
        watchdog.end();
        foreignWaiters.forEach(ForeignWaiter::release);
    }

    /** Same text as the face: for messages. */
    @Override
    public String toString() {
        return "EventLoop[" + Describe.line(name()) + "]";
    }
}
