package io.gyre.loop;

import io.gyre.loop.internal.entry.EntryQueue;
import io.gyre.loop.internal.entry.StepStamp;
import io.gyre.loop.internal.poll.SelectorPoller;
import io.gyre.loop.internal.timer.DeadlineHeap;
import io.gyre.loop.internal.vthread.VirtualThreads;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Decides what runs next: the ready queue and its sources. One call of {@link #run} is one tick. */
final class Tick {
    /*
     * Design.
     *
     * Everything here belongs to the carrier and to the tasks mounted on it, one at a time, so nothing is locked; other
     * threads call only entries.offer and poller.wakeup. The tick itself runs no user code.
     *
     * Timers fire after the poll, not before: a tick that has waited for a timer also runs it. The other order would
     * need a second tick, with a select of its own, for each timer (decisions/0002).
     *
     * A tick that runs out of memory or stack ends there, and the next continues: everything left is still ready, in
     * the heap, in the entry queue, or will be reported by the selector once more.
     */
    /** How long a tick waits after a tick without memory, so that other threads can release some. */
    static final long PAUSE_WITHOUT_MEMORY_NANOS = 1_000_000;

    final ReadyQueue<Step> ready = new ReadyQueue<>();
    final DeadlineHeap<Timer> timers = new DeadlineHeap<>();
    final SelectorPoller poller = new SelectorPoller();
    final EntryQueue<Arrival> entries = new EntryQueue<>(poller::wakeup);
    final StepStamp<Step> stamp = new StepStamp<>();
    final Untold untold = new Untold();

    /** Callbacks that run before the next step. */
    private final ReadyQueue<Callback> endOfStep = new ReadyQueue<>();

    private final LoopCore loop;
    private final Ticker ticker;
    private final IdleLoop idle;
    private final @Nullable RandomOrder randomOrder;
    private CallbackRunner runner;
    private @Nullable CallbackRunner spareRunner;
    private int batchSize;
    private int batch;
    private int postponed;
    private boolean limited;
    private long budgetEnd;
    private long ticks;
    private boolean quiet;
    private boolean interrupted;

    /** The error that ended a tick and was not reported yet: reporting needs memory, too. */
    private @Nullable Error unreported;

    /** Threads started by tasks that are to be interrupted when they wait in a call of the JDK. */
    private final List<VirtualThreadTask<?>> guestsToInterrupt = new ArrayList<>();

    Tick(LoopCore loop, Ticker ticker, @Nullable RandomOrder randomOrder) {
        this.loop = loop;
        this.ticker = ticker;
        this.randomOrder = randomOrder;
        this.idle = new TickIdle(loop, this);
        this.runner = new CallbackRunner(loop, this);
    }

    /** Starts the thread of the callback runner; separate, because the loop must be complete by then. */
    void start() {
        runner.start();
    }

    /**
     * One tick.
     *
     * @param maxWaitNanos the longest time to wait when nothing is ready
     * @param budgetNanos how long to keep starting steps; {@link Long#MAX_VALUE} and the like for all that are ready
     * @return how many steps and callbacks ran
     */
    int run(long maxWaitNanos, long budgetNanos) {
        try {
            int steps = runOnce(unreported == null ? maxWaitNanos : 0, budgetNanos);
            reportError();
            return steps;
        } catch (OutOfMemoryError | StackOverflowError e) {
            stamp.end();
            unreported = e;
            LockSupport.parkNanos(PAUSE_WITHOUT_MEMORY_NANOS);
            return 1;
        }
    }

    private int runOnce(long maxWaitNanos, long budgetNanos) {
        ticks++;
        loop.tellTasks(ready.isEmpty());
        poll(ready.isEmpty() ? maxWaitNanos : 0);
        interrupted |= Thread.interrupted();
        entries.drain(Arrival::arrive);
        tellTheUntold();
        loop.dropNeverStarted();
        fireTimers();
        limited = budgetNanos < LoopCore.MAX_DELAY_NANOS;
        budgetEnd = limited ? System.nanoTime() + budgetNanos : 0;
        int steps = runReadyBatch();
        quiet = steps == 0;
        return steps;
    }

    private void reportError() {
        Error error = unreported;
        if (error != null) {
            loop.callInternally(() -> loop.report(new Failure(
                    loop
                            + " ran out of memory or stack in the middle of a tick and continues with the next tick. Give the program more memory (-Xmx) or stack (-Xss), or reduce its memory use.",
                    loop.name(),
                    null,
                    error)));
            unreported = null;
        }
    }

    /** {@return whether the carrier was interrupted since the last call} Carrier, between ticks. */
    boolean takeInterrupt() {
        boolean taken = Thread.interrupted() || interrupted;
        interrupted = false;
        return taken;
    }

    private void poll(long maxWaitNanos) {
        long wait = fallAsleep(maxWaitNanos);
        if (wait > 0) {
            try {
                poller.poll(wait);
            } finally {
                wakeUp();
            }
        } else if (poller.channels() > 0) {
            poller.poll(0);
        }
    }

    /**
     * Makes other threads wake the loop from here on, if there is nothing to do until then.
     *
     * @return how long to wait in the poller before {@link #wakeUp}; zero or less if the loop is not asleep
     */
    private long fallAsleep(long maxWaitNanos) {
        long wait = maxWaitNanos > 0 ? ticker.waitNanos(maxWaitNanos, idle) : 0;
        // A test clock takes stacks. A thread that is unparked while its stack is taken is resubmitted by the JDK:
        // here.
        return wait > 0 && ready.isEmpty() && entries.trySleep() ? wait : 0;
    }

    /** Falls asleep for a wait outside of a tick, in another thread. Carrier, between ticks. */
    long lendPoller(long maxWaitNanos) {
        return fallAsleep(ready.isEmpty() && unreported == null ? maxWaitNanos : 0);
    }

    /** Waits for something to do, and leaves it to the next tick. In the thread to which the poller was lent. */
    void waitInPoller(long waitNanos) {
        try {
            poller.await(waitNanos);
        } finally {
            wakeUp();
        }
    }

    /** Ends the sleep that {@link #fallAsleep} has begun. */
    void wakeUp() {
        entries.awake();
        Watchdog.wake();
    }

    /** In a callback: a notified joiner is user code. */
    private void tellTheUntold() {
        if (!untold.isEmpty()) {
            loop.callInternally(() -> {
                for (Completion<?> left = untold.poll(); left != null; left = untold.poll()) {
                    if (left.isDone()) {
                        left.tellObservers();
                    }
                }
            });
        }
    }

    private void fireTimers() {
        if (!timers.isEmpty()) {
            long now = ticker.nanoTime();
            for (Timer due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
                fire(due);
            }
        }
    }

    private void fire(Timer due) {
        try {
            due.fire();
        } catch (OutOfMemoryError e) {
            timers.add(due); // there is still room for it
            throw e;
        }
    }

    /** Runs exactly what is ready now; whatever becomes ready meanwhile waits for the next tick, after the poll. */
    private int runReadyBatch() {
        batchSize = ready.size();
        batch = batchSize;
        postponed = 0;
        if (randomOrder != null) {
            randomOrder.shuffle(ready);
        }
        while (batch > 0 || !endOfStep.isEmpty()) {
            if (endOfStep.isEmpty()) {
                takeNext();
            } else {
                drainCallbacks();
            }
            endBatchIfOverBudget();
        }
        stamp.end();
        return batchSize - postponed;
    }

    private void takeNext() {
        switch (Objects.requireNonNull(ready.peek())) {
            case VirtualThreadTask<?> task -> {
                begin(task);
                task.take();
            }
            case GuestStep guest -> {
                begin(guest);
                guest.take();
            }
            case Callback _ -> drainCallbacks();
        }
    }

    private void begin(Step next) {
        batch--;
        ready.remove();
        stamp.begin(next);
        noteInterrupt(Thread.currentThread());
    }

    /**
     * Notes an interrupt of the carrier, which the JDK forgets when it mounts or unmounts a virtual thread: before a step
     * and at its end. An interrupt during a step that ends in a blocking call of the JDK is lost.
     *
     * @param current the caller's thread; if it is a task, an interrupt of its own is in the carrier's status, too
     */
    void noteInterrupt(Thread current) {
        if (loop.isCarrierInterrupted() && (!current.isVirtual() || !current.isInterrupted())) {
            interrupted = true;
        }
    }

    /** After the first step, so that there is progress whatever the budget. The rest of the batch stays ready. */
    private void endBatchIfOverBudget() {
        if (limited && batch < batchSize && System.nanoTime() - budgetEnd >= 0) {
            postponed += batch;
            batch = 0;
        }
    }

    private void drainCallbacks() {
        noteInterrupt(Thread.currentThread());
        if (!runner.drain()) {
            loop.adopt(runner);
            runner = Objects.requireNonNull(spareRunner);
            spareRunner = null;
        }
        runner.throwIfStarved();
    }

    /** Runs a user's callback before the next step. Called during the current step. */
    void atEndOfStep(Runnable callback) {
        new Callback(loop, callback, callback).becomeReadyIn(endOfStep);
    }

    /**
     * Runs the callbacks for the end of the current step, in its task, which is about to park. Callbacks that need more
     * stack than the task has left are run again in the callback runner, as are all those that the task does not reach.
     */
    void runEndOfStep() {
        for (Callback callback = endOfStep.poll(); callback != null; callback = endOfStep.poll()) {
            callback.leaveQueue();
            try {
                callback.takeUnlessStackIsShort();
            } catch (StackOverflowError e) {
                callback.becomeReadyIn(endOfStep);
                return;
            }
        }
    }

    /** {@return the next callback, or null if this batch is over or a task is next} In the callback runner. */
    @Nullable
    Callback nextCallback() {
        Callback next = endOfStep.isEmpty() ? nextReadyCallback() : endOfStep.remove();
        if (next != null) {
            next.leaveQueue();
            next.beginIn(runner);
            stamp.begin(next);
        }
        return next;
    }

    private @Nullable Callback nextReadyCallback() {
        endBatchIfOverBudget();
        if (batch == 0 || !(ready.peek() instanceof Callback callback)) {
            return null;
        }
        batch--;
        ready.remove();
        return callback;
    }

    /** Starts the runner that takes over when a callback parks. In the callback runner, before the first callback. */
    void prepareSpareRunner() {
        if (spareRunner == null) {
            var spare = new CallbackRunner(loop, this);
            spare.start();
            spareRunner = spare;
        }
    }

    /** Interrupts a thread started by a task, as soon as it waits in a call of the JDK. */
    void interruptWhenWaiting(VirtualThreadTask<?> guest) {
        guestsToInterrupt.add(guest);
    }

    /** Called when such a thread has unmounted. Carrier. */
    void guestUnmounted() {
        if (!guestsToInterrupt.isEmpty()) {
            loop.callInternally(() -> guestsToInterrupt.removeIf(guest -> !guest.interruptIfWaiting()));
        }
    }

    long untilTimerNanos() {
        return timers.isEmpty() ? Long.MAX_VALUE : timers.earliestNanos() - ticker.nanoTime();
    }

    /** {@return whether the last tick found nothing to run and nothing has arrived since} Carrier, between ticks. */
    boolean isSettled() {
        return quiet && entries.isEmpty();
    }

    LoopStatistics statistics(int tasks) {
        return new LoopStatistics(ticks, tasks, ready.size(), timers.size(), poller.channels());
    }

    /** Ends the threads of the tick itself. Carrier, between ticks. */
    void endRunners() {
        runner.end();
        if (spareRunner != null) {
            spareRunner.end();
        }
    }

    /** Rejects what other threads send from here on. Accepted arrivals are taken in. Carrier, between ticks. */
    void closeDoor() {
        entries.close();
        entries.drain(Arrival::arrive);
    }

    /** {@return whether a callback is ready} */
    boolean isCallbackReady() {
        return !endOfStep.isEmpty() || ready.steps().stream().anyMatch(Callback.class::isInstance);
    }

    /**
     * Releases everything: ready steps continue under the JDK's scheduler, and all who wait for a channel are notified.
     */
    void close() {
        poller.close();
        for (Step step = ready.poll(); step != null; step = ready.poll()) {
            switch (step) {
                case VirtualThreadTask<?> task -> VirtualThreads.jdkScheduler().execute(task::take);
                case GuestStep guest -> VirtualThreads.jdkScheduler().execute(guest::take);
                case Callback _ -> {} // closing has run the accepted callbacks
            }
        }
    }

    long ticks() {
        return ticks;
    }
}
