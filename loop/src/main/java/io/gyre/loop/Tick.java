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

/** Decides what runs next: the ready queue, and what fills it. One call of {@link #run} is one tick. */
final class Tick {
    /*
     * Design.
     *
     * Everything here belongs to the carrier and to the tasks that are mounted on it, one at a time, so nothing is
     * locked; entries.offer and poller.wakeup are what other threads call. The tick itself runs no user code.
     *
     * Timers fire after the poll, not before: a tick that has waited for a timer also runs it. The other order needs a
     * second tick, with a select of its own, for each timer (decisions/0002).
     *
     * A tick in which memory or the stack runs out ends there, and the next goes on: what it has not come to is still
     * ready, in the heap, in the door, or will be reported by the selector once more.
     */
    /** A budget of 146 years and more, which is none. */
    private static final long UNLIMITED = Long.MAX_VALUE / 2;

    /** How long a tick waits that follows one without memory, so that others can give some back. */
    private static final long PAUSE_WITHOUT_MEMORY_NANOS = 1_000_000;

    final ReadyQueue<Step> ready = new ReadyQueue<>();
    final DeadlineHeap<Timer> timers = new DeadlineHeap<>();
    final SelectorPoller poller = new SelectorPoller();
    final EntryQueue<Arrival> entries = new EntryQueue<>(poller::wakeup);
    final StepStamp<Step> stamp = new StepStamp<>();
    final Untold untold = new Untold();

    /** What runs before the next step. */
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

    /** What has ended a tick and was not reported yet: for that, too, there must be memory. */
    private @Nullable Error unreported;

    /** Threads that tasks have started, which are to be interrupted when they wait in a call of the JDK. */
    private final List<VirtualThreadTask<?>> guestsToInterrupt = new ArrayList<>();

    Tick(LoopCore loop, Ticker ticker, @Nullable RandomOrder randomOrder) {
        this.loop = loop;
        this.ticker = ticker;
        this.randomOrder = randomOrder;
        this.idle = new TickIdle(loop, this);
        this.runner = new CallbackRunner(loop, this);
    }

    /** Starts the thread of the callback runner; separate, because that needs the loop to be complete. */
    void start() {
        runner.start();
    }

    /**
     * One tick.
     *
     * @param maxWaitNanos how long to wait at the most when nothing is ready
     * @param budgetNanos for how long further steps are begun; {@link Long#MAX_VALUE} and the like for all that are ready
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
        poll(ready.isEmpty() ? maxWaitNanos : 0);
        interrupted |= Thread.interrupted(); // before a task is mounted: the JDK clears the flag of its carrier then
        entries.drain(Arrival::arrive);
        tellTheUntold();
        loop.dropNeverStarted();
        fireTimers();
        limited = budgetNanos < UNLIMITED;
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
                            + " ran out of memory or stack in the middle of a tick and continues with the next tick. Give the program more memory (-Xmx) or stack (-Xss), or make it hold less.",
                    loop.name(),
                    null,
                    error)));
            unreported = null;
        }
    }

    /** {@return whether the carrier was interrupted since this was last asked} Carrier, between ticks. */
    boolean takeInterrupt() {
        boolean taken = Thread.interrupted() || interrupted;
        interrupted = false;
        return taken;
    }

    private void poll(long maxWaitNanos) {
        long wait = maxWaitNanos > 0 ? ticker.waitNanos(maxWaitNanos, idle) : 0;
        // A clock of tests looks at stacks. The JDK resubmits a thread that is unparked while its stack is taken: here.
        if (wait > 0 && ready.isEmpty() && entries.trySleep()) {
            try {
                poller.poll(wait);
            } finally {
                entries.awake();
            }
        } else if (poller.channels() > 0) {
            poller.poll(0);
        }
    }

    /** In a callback: a joiner that is told is user code. */
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
            timers.add(due); // there is room for it still
            throw e;
        }
    }

    /** Runs exactly what is ready now; what becomes ready meanwhile waits for the next tick, behind the poll. */
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
    }

    /** Behind the first step, so that there is progress whatever the budget. What is left of the batch stays ready. */
    private void endBatchIfOverBudget() {
        if (limited && batch < batchSize && System.nanoTime() - budgetEnd >= 0) {
            postponed += batch;
            batch = 0;
        }
    }

    private void drainCallbacks() {
        if (!runner.drain()) {
            loop.adopt(runner);
            runner = Objects.requireNonNull(spareRunner);
            spareRunner = null;
        }
        runner.throwIfStarved();
    }

    /** Has a user's callback run before the next step. In the present one. */
    void atEndOfStep(Runnable callback) {
        new Callback(loop, callback, callback).becomeReadyIn(endOfStep);
    }

    /**
     * Runs what waits for the end of the present step, in its task, which is about to park. What needs more stack than the
     * task has left is run again in the callback runner, as all is that the task does not get to.
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

    /** Interrupts a thread that a task has started, as soon as it waits in a call of the JDK. */
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

    /** {@return whether the last tick found nothing to run and nothing has come in since} Carrier, between ticks. */
    boolean isSettled() {
        return quiet && entries.isEmpty();
    }

    LoopStatistics statistics(int tasks) {
        return new LoopStatistics(ticks, tasks, ready.size(), timers.size(), poller.channels());
    }

    /** Ends the threads that belong to the tick itself. Carrier, between ticks. */
    void endRunners() {
        runner.end();
        if (spareRunner != null) {
            spareRunner.end();
        }
    }

    /** Refuses from here on what other threads send. What has been accepted is taken in. Carrier, between ticks. */
    void closeDoor() {
        entries.close();
        entries.drain(Arrival::arrive);
    }

    /** {@return whether a callback is ready} */
    boolean isCallbackReady() {
        return !endOfStep.isEmpty() || ready.steps().stream().anyMatch(Callback.class::isInstance);
    }

    /** Lets go: what is ready goes on under the JDK's scheduler, everybody who waits for a channel is told. */
    void close() {
        poller.close();
        for (Step step = ready.poll(); step != null; step = ready.poll()) {
            switch (step) {
                case VirtualThreadTask<?> task ->
                    VirtualThreads.defaultScheduler().execute(task::take);
                case GuestStep guest -> VirtualThreads.defaultScheduler().execute(guest::take);
                case Callback _ -> {} // closing has run those that were accepted
            }
        }
    }

    long ticks() {
        return ticks;
    }
}
