package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.spi.Failure;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs a loop as a guest: its ticks on the thread of a host, its waits in a thread of its own. */
final class HostedRun<T extends @Nullable Object> {
    /*
     * Design.
     *
     * One of three has the loop at any time, and each hand-over is a happens-before edge:
     *
     *     host ── nothing to do: semaphore ──▶ waiter ── something to do: host.execute(turn) ──▶ host
     *      └───── more to do: host.execute(turn) ──▶ host's queue ──▶ host
     *
     * A turn is one tick that never waits. The waiter selects, and leaves what it finds to the tick's own poll: channels
     * that are ready are still ready then. So it touches neither interests nor tasks, and readiness costs the tick no
     * special case. The entry queue falls asleep on the host, before the hand-over, so work that another thread sends
     * in between ends the waiter's select.
     *
     * Between two turns there is no loop thread. The waiter must not be it: a task that waits for a lock of the JDK which
     * the waiter holds, say while it loads a class, is resubmitted on the waiter, and has to go through the entry queue
     * like everything that wakes the waiter. The host's code, on the thread of the last turn, is let in at each check
     * (admitHost). It may make things ready, add timers or arm channels, none of which the
     * waiter's select would notice; so each admission also sends an empty arrival, which brings the next turn. A tick in
     * a thread of its own pays nothing for that: the check fails only off the loop thread.
     *
     * A turn that is handed over is run once or withdrawn, whatever the host does with it. A host without memory for it
     * gets another one soon, from the waiter.
     *
     * The end is a Closing whose ticks are turns, too; the host is not kept waiting for tasks that clean up. A host that
     * rejects a turn is gone: the waiter, which then is the only thread that the loop has, drives the loop to its end.
     * A host that closes the loop waits until the waiter has left the poller, but not for the waiter's end: the waiter may
     * be in the middle of host.execute, which may wait for the host.
     *
     * (decisions/0013)
     */

    /** How long a turn starts new steps: a third of a frame at 60 frames per second. */
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final Arrival NOTHING = () -> {};

    private final LoopCore loop;
    private final Executor host;
    private final VirtualThreadTask<T> main;
    private final TaskFuture<T> result;
    private final Thread waiter;

    /** Of the caller, for main. */
    private final @Nullable Object bindings = ScopedBindings.capture();

    /** Held during a turn, and for good by whoever ends the run: only one thread does. */
    private final Semaphore turns = new Semaphore(1);

    /** One permit for each wait of the waiter. */
    private final Semaphore waits = new Semaphore(0);

    /** Held while the waiter is in the poller, and for good by a host that closes the loop. */
    private final Semaphore poller = new Semaphore(1);

    /** A permit once the loop is closed. */
    private final Semaphore ended = new Semaphore(0);

    /** Why the host gets no more turns, so that the waiter has to drive the loop to its end; null while it gets them. */
    private volatile @Nullable Throwable evictedBy;

    /** Whether the loop is closed, or about to be, by the host between two turns. */
    private volatile boolean isOver;

    /** The thread of the last turn. */
    private volatile @Nullable Thread hostThread;

    // ---- written by whoever has the loop

    private boolean isStarted;

    /** How long the waiter waits in the poller; 0 for a pause elsewhere, because there was no memory for a turn. */
    private long waitNanos;

    private @Nullable Throwable waiterFailure;
    private @Nullable Closing closing;

    /** Why the result is not the outcome of main. */
    private @Nullable Throwable brokenBy;

    private HostedRun(LoopCore loop, Executor host, VirtualThreadTask<T> main, ThreadFactory waiters) {
        this.loop = loop;
        this.host = host;
        this.main = main;
        this.result = new TaskFuture<>(main);
        this.waiter = waiters.newThread(this::waitForHost);
    }

    // ---- the beginning

    static <T extends @Nullable Object> CompletableFuture<T> start(
            LoopCore loop, Executor host, Object origin, Callable<? extends T> body) {
        return start(
                loop,
                host,
                origin,
                body,
                Thread.ofPlatform().daemon().name(loop.name() + "-waiter").factory());
    }

    /** For tests: with a factory for the thread that waits. */
    static <T extends @Nullable Object> CompletableFuture<T> start(
            LoopCore loop, Executor host, Object origin, Callable<? extends T> body, ThreadFactory waiters) {
        Objects.requireNonNull(host);
        loop.driver.enter("runAsGuest");
        HostedRun<T> run = null;
        try {
            var created = new HostedRun<T>(loop, host, loop.driver.newMain(origin, body), waiters);
            created.waiter.start();
            run = created;
        } finally {
            if (run == null) {
                loop.driver.leave(false);
            }
        }
        loop.setHostedRun(run);
        loop.letGo();
        run.submit();
        return run.result;
    }

    /** In the first turn: a host that runs none begins nothing. */
    private void startMain() {
        isStarted = true;
        loop.driver.observe(main);
        ScopedBindings.run(bindings, () -> loop.start(main));
    }

    // ---- turns: the host's thread

    /** A turn on its way to the host. */
    private final class Turn implements Runnable {
        private final Semaphore once = new Semaphore(1); // whoever acquires it runs the turn or withdraws it
        private final Thread submitter = Thread.currentThread();

        // ---- only for the submitter

        private boolean isHandedOver;
        private boolean isRunInline;

        @Override
        public void run() {
            if (Thread.currentThread() == submitter && !isHandedOver) {
                isRunInline = true;
            } else if (once.tryAcquire()) {
                turn();
            }
        }

        boolean withdraw() {
            return once.tryAcquire();
        }
    }

    private void turn() {
        Thread current = Thread.currentThread();
        if (current.isVirtual()) {
            evict(new IllegalStateException("the host runs its commands on a virtual thread, "
                    + Describe.object(current) + ", which cannot carry tasks. Pass a host with a platform thread;"
                    + " another EventLoop cannot be the host."));
        } else if (turns.tryAcquire()) {
            Thread before = hostThread;
            if (before == null || before == current || !before.isAlive()) {
                hostThread = current;
                loop.takeOver();
                leaveTo(tickAndSay());
            } else {
                turns.release();
                evict(new IllegalStateException("the host runs its commands on several threads, such as "
                        + before.getName() + " and " + current.getName()
                        + ". Pass a host with one thread: its thread counts as the loop's between two turns."));
            }
        }
    }

    /** What comes after a turn. */
    private enum Next {
        WAIT,
        TURN,
        END
    }

    private Next tickAndSay() {
        try {
            Throwable failure = waiterFailure;
            if (failure != null) {
                throw failure;
            }
            if (!isStarted) {
                startMain();
            }
            loop.tick.run(0, TURN_NANOS);
            restoreInterrupt(loop.tick.takeInterrupt());
            return next();
        } catch (Throwable failure) {
            brokenBy = failure;
            return Next.END; // the loop cannot run
        }
    }

    private Next next() {
        if (closing == null && loop.driver.isOver(main)) {
            closing = closingFor(main.isDone() ? null : Driver.stoppedBefore(main));
        }
        long longest = closing == null ? Long.MAX_VALUE : closing.nextWaitNanos();
        if (longest < 0) {
            return Next.END;
        }
        waitNanos = loop.tick.lendPoller(longest);
        return waitNanos > 0 ? Next.WAIT : Next.TURN;
    }

    private Closing closingFor(@Nullable Throwable reason) {
        brokenBy = reason;
        try {
            loop.driver.checkNotFailed(main.isDone() ? main : null);
        } catch (LoopFailedException failed) {
            brokenBy = failed;
        }
        return new Closing(loop);
    }

    /** The last action of a turn: somebody else has the loop as soon as it is handed over. */
    private void leaveTo(Next next) {
        if (next == Next.END) {
            Closing last = closingOrNew();
            end(last::end, null);
            waits.release();
            restoreInterrupt(last.isInterrupted());
            return;
        }
        loop.letGo();
        turns.release();
        if (next == Next.WAIT) {
            waits.release();
        } else {
            submit();
        }
    }

    /** Hands a turn to the host. */
    private void submit() {
        Turn turn = null;
        Throwable rejected = null;
        try {
            turn = new Turn();
            host.execute(turn);
        } catch (Throwable e) {
            rejected = e;
        }
        if (turn != null) {
            turn.isHandedOver = true;
            rejected = turn.isRunInline ? refusalOfInline() : rejected;
        }
        if (rejected != null && (turn == null || turn.withdraw())) {
            giveUp(rejected);
        }
    }

    private IllegalArgumentException refusalOfInline() {
        return new IllegalArgumentException("the host " + Describe.object(host) + " runs a command in the thread"
                + " that hands it over. Pass an executor that queues commands for a thread of its own, such as"
                + " SwingUtilities::invokeLater or Executors.newSingleThreadExecutor().");
    }

    private void giveUp(Throwable rejected) {
        if (rejected instanceof OutOfMemoryError) {
            waitNanos = 0;
            waits.release();
        } else {
            evict(rejected);
        }
    }

    // ---- the host between two turns

    boolean isHost(Thread thread) {
        return thread == hostThread;
    }

    /** {@return whether the caller is the host} Then another turn follows, for what the host is about to do. */
    boolean admitHost() {
        return isHost(Thread.currentThread()) && evictedBy == null && !isOver && loop.enter(NOTHING);
    }

    /**
     * Closes the loop if the caller is the host, or if the host's thread has ended or no turn has run yet. If the waiter
     * is closing it, waits for that.
     *
     * @return false for everybody else
     */
    boolean closeInHost() {
        Thread hosting = hostThread;
        boolean isAllowed = hosting == null || hosting == Thread.currentThread() || !hosting.isAlive();
        if (!isAllowed) {
            return false;
        }
        if (!turns.tryAcquire()) {
            if (evictedBy == null) {
                return false;
            }
            ended.acquireUninterruptibly();
            ended.release();
            return true;
        }
        isOver = true;
        loop.tick.poller.wakeup();
        poller.acquireUninterruptibly();
        waits.release();
        loop.tick.wakeUp(); // the waiter may not have come to its wait
        loop.takeOver();
        boolean interruptedBefore = Thread.interrupted();
        Closing last = closingOrNew();
        end(last::runToTheEnd, null);
        restoreInterrupt(interruptedBefore || last.isInterrupted());
        return true;
    }

    /** An interrupt is the host's. */
    private static void restoreInterrupt(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the waiter

    private void waitForHost() {
        waits.acquireUninterruptibly();
        while (!isOver && evictedBy == null) {
            waitForWork();
            if (!isOver) {
                submit();
                waits.acquireUninterruptibly();
            }
            Thread.interrupted(); // nobody's business, and with the flag set no select waits
        }
        Throwable cause = evictedBy;
        if (cause != null && turns.tryAcquire()) {
            brokenBy = cause;
            loop.takeOver();
            end(closingOrNew()::runToTheEnd, cause);
        }
    }

    private void waitForWork() {
        if (waitNanos == 0) {
            LockSupport.parkNanos(Tick.PAUSE_WITHOUT_MEMORY_NANOS);
            return;
        }
        poller.acquireUninterruptibly();
        try {
            if (!isOver) {
                loop.tick.waitInPoller(waitNanos);
            }
        } catch (OutOfMemoryError full) {
            // a turn may free memory; the next wait tells what is ready
        } catch (Throwable failure) {
            waiterFailure = failure;
        } finally {
            poller.release();
        }
    }

    /** Makes the waiter drive the loop to its end, without the host. */
    private void evict(Throwable cause) {
        evictedBy = cause;
        waits.release();
    }

    // ---- the end

    private Closing closingOrNew() {
        Closing begun = closing;
        return begun == null ? new Closing(loop) : begun;
    }

    private void end(Runnable close, @Nullable Throwable eviction) {
        if (eviction != null) {
            loop.report(new Failure(
                    "the host of " + loop + " has rejected a turn. The loop is being closed in its own thread, "
                            + waiter.getName() + "; close it before its host ends.",
                    loop.name(),
                    null,
                    eviction));
        }
        try {
            close.run();
        } catch (Throwable failure) {
            brokenBy = brokenBy == null ? failure : brokenBy;
        }
        isOver = true;
        loop.driver.leave(false);
        loop.setHostedRun(null);
        ended.release(); // before code that waits for the result, and may need the host
        complete(eviction != null);
    }

    private void complete(boolean isEvicted) {
        Throwable failure = brokenBy;
        Throwable failureOfMain = main.failure();
        boolean hasOutcome = main.isDone() && !(failureOfMain instanceof CancelledException);
        if (failure == null || (isEvicted && hasOutcome)) {
            result.release();
        } else {
            if (failureOfMain != null && hasOutcome && failure != failureOfMain) {
                Failures.suppress(failure, failureOfMain);
            }
            result.completeExceptionally(failure);
        }
    }

    @Override
    public String toString() {
        return "as a guest of " + Describe.object(host);
    }
}
