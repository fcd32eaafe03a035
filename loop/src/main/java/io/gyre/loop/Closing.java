package io.gyre.loop;

import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The end of a loop: everything that runs is asked to stop, and awaited for a limited real time. */
final class Closing {
    /*
     * Design.
     *
     * An orderly end begins with Draining. Then the tasks, with the calls that they have offloaded, including
     * abandoned ones. Then the system tasks, on
     * which the other tasks rely; they may offload until they end. Then the threads of the offload pool. Finally, after
     * the entry queue is closed, the callbacks that have arrived by then.
     *
     * Closing says how long the next tick may wait, and whoever drives the loop runs it: close() until the end, a
     * hosted loop turn by turn, so that its host goes on meanwhile.
     */
    static final String REASON = "its loop is closing";

    /** The share of the time that is reserved for system tasks: enough to write out what is in memory. */
    private static final int SHARE_OF_SYSTEM_TASKS = 4;

    /** How far closing has come, which determines the tasks that may still be there. */
    enum Phase {
        OPEN,
        ENDING_TASKS,
        ENDING_SYSTEM_TASKS,
        ENDING_CALLBACKS;

        boolean ends(VirtualThreadTask<?> task) {
            return compareTo(ENDING_TASKS) > 0 || (this == ENDING_TASKS && !task.isSystem());
        }
    }

    /** What the loop waits for while it closes, in this order. */
    private enum Stage {
        NOTHING,
        TASKS,
        SYSTEM_TASKS,
        OFFLOAD_POOL,
        /** What offloaded calls have reported meanwhile. */
        REPORTS,
        OVER
    }

    private final LoopCore loop;
    private final Tick tick;
    private final TaskList tasks;
    private final Duration timeout;
    private final long timeoutNanos;
    private final long deadline;
    private final Iterator<Stage> next = EnumSet.allOf(Stage.class).iterator();
    private Stage stage = next.next();
    private Phase phase = Phase.OPEN;
    private boolean interrupted;

    /** Whether this stage has had a tick: there is one, however late it is. */
    private boolean hasTicked;

    /** Whether the last tick was for the callbacks of the last task, which may park. */
    private boolean isDrained = true;

    /** The driver runs a tick after each {@link #nextWaitNanos} until there is none left, then it calls {@link #end}. */
    Closing(LoopCore loop) {
        this.loop = loop;
        this.tick = loop.tick;
        this.tasks = loop.tasks;
        this.timeout = loop.options.closeTimeout();
        this.timeoutNanos = LoopCore.saturatedNanos(timeout);
        this.deadline = System.nanoTime() + timeoutNanos;
    }

    /** Closes a loop, unless it is closed. On the thread that drives it from here on. */
    static void close(LoopCore loop) {
        if (loop.isClosed()) {
            return;
        }
        loop.driver.enter("close");
        closeEntered(loop, Thread.interrupted()); // it has cancelled main, for example, and is not meant for close()
    }

    /** Lets the work of a loop finish, for a limited time, and closes the loop; returns whether the work has finished. */
    static boolean shutdown(LoopCore loop, Duration grace) {
        if (loop.isClosed()) {
            return true;
        }
        loop.driver.enter("shutdown");
        boolean interruptedBefore = Thread.interrupted();
        var draining = new Draining(loop);
        try {
            return draining.run(grace);
        } finally {
            closeEntered(loop, interruptedBefore || draining.interrupted);
        }
    }

    private static void closeEntered(LoopCore loop, boolean interruptedBefore) {
        var closing = new Closing(loop);
        try {
            closing.runToTheEnd();
        } finally {
            loop.driver.leave(interruptedBefore || closing.interrupted);
        }
    }

    boolean isInterrupted() {
        return interrupted;
    }

    /** Runs the loop until it is closed. On the thread that drives it. */
    void runToTheEnd() {
        try {
            for (long wait = nextWaitNanos(); wait >= 0; wait = nextWaitNanos()) {
                run(wait);
            }
        } finally {
            end();
        }
    }

    /** Closes the door, runs what has come through it, and releases what the loop holds. */
    void end() {
        try {
            tick.closeDoor();
            enter(Phase.ENDING_CALLBACKS);
            runAcceptedCallbacks();
        } finally {
            release();
        }
    }

    // ---- what to wait for

    /** {@return how long the next tick may wait; negative if closing needs no more of them} Carrier, between ticks. */
    long nextWaitNanos() {
        while (stage != Stage.OVER) {
            if (isAnythingLeft() && (!hasTicked || left() > 0)) {
                long wait = hasTicked ? left() : 1;
                hasTicked = true;
                isDrained = false;
                return wait;
            }
            if (!isDrained && stage != Stage.OFFLOAD_POOL) {
                isDrained = true;
                return 0;
            }
            begin(next.next());
        }
        return -1;
    }

    private void begin(Stage begun) {
        if (stage == Stage.OFFLOAD_POOL) {
            leaveOffloadPool();
        }
        stage = begun;
        hasTicked = false;
        isDrained = false;
        switch (begun) {
            case TASKS -> cancelTasks(Phase.ENDING_TASKS);
            case SYSTEM_TASKS, REPORTS -> cancelTasks(Phase.ENDING_SYSTEM_TASKS);
            case OFFLOAD_POOL -> endOffloadPool();
            case NOTHING, OVER -> {}
        }
    }

    private boolean isAnythingLeft() {
        return switch (stage) {
            case TASKS -> tasks.userTasks() > 0 || (loop.isAnyUserCallOffloaded() && !interrupted);
            case SYSTEM_TASKS, REPORTS -> tasks.size() > 0;
            // A call may need the loop before it ends; the pool wakes the loop when it has ended.
            case OFFLOAD_POOL -> !hasOffloadPoolEnded() && !interrupted;
            case NOTHING, OVER -> false;
        };
    }

    private long left() {
        boolean share = stage == Stage.TASKS && tasks.systemTasks() > 0;
        return deadline - (share ? timeoutNanos / SHARE_OF_SYSTEM_TASKS : 0) - System.nanoTime();
    }

    private void enter(Phase next) {
        phase = next;
        loop.enterPhase(next);
    }

    private void cancelTasks(Phase ending) {
        enter(ending);
        for (VirtualThreadTask<?> task : tasks.snapshot()) {
            if (phase.ends(task)) {
                loop.cancelSoon(task, REASON);
            }
        }
    }

    private void endOffloadPool() {
        OffloadPool pool = loop.offloadPool();
        if (pool != null) {
            pool.shutdown();
        }
    }

    private boolean hasOffloadPoolEnded() {
        OffloadPool pool = loop.offloadPool();
        return pool == null || pool.hasEnded();
    }

    /** Leaves calls that are still offloaded to their daemon threads. */
    private void leaveOffloadPool() {
        OffloadPool pool = loop.offloadPool();
        if (pool != null && !pool.hasEnded()) {
            List<OffloadPool.Running> running = pool.running();
            pool.shutdownNow();
            running.forEach(this::report);
        }
    }

    // ---- the end

    /** Releases what the loop holds. Tasks that have not ended are reported, and continue elsewhere. */
    private void release() {
        List<VirtualThreadTask<?>> survivors = tasks.snapshot();
        tick.endRunners();
        loop.unseenFailures.reportAll();
        loop.becomeClosed();
        endLocals();
        report(survivors);
        survivors.forEach(VirtualThreadTask::letGo);
    }

    private void endLocals() {
        var values = Map.copyOf(loop.locals);
        loop.locals.clear();
        values.forEach((local, value) -> {
            try {
                local.end(value);
            } catch (Throwable failure) {
                loop.report(new Failure(
                        "a LoopLocal of " + loop
                                + " could not dispose of its value when the loop closed. Resources of the value may still be open: close them yourself, and make the end function not throw.",
                        loop.name(),
                        null,
                        failure));
            }
        });
    }

    private void run(long maxWaitNanos) {
        tick.run(maxWaitNanos, Long.MAX_VALUE);
        interrupted |= tick.takeInterrupt();
    }

    /**
     * Runs the callbacks that were accepted before the entry queue was closed, and what they have made ready; ends the
     * waits of the remaining tasks, since what they wait in may outlive the loop.
     */
    private void runAcceptedCallbacks() {
        List<VirtualThreadTask<?>> survivors = tasks.snapshot();
        loop.callInternally(() -> VirtualThreadTask.abandon(survivors));
        do {
            run(0);
        } while (tick.isCallbackReady() && left() > 0);
    }

    private void report(OffloadPool.Running call) {
        var where = new IllegalStateException(call.call() + " outlives " + loop);
        where.setStackTrace(call.thread().getStackTrace());
        loop.report(new Failure(
                call.call() + " has run for " + call.age().toMillis() + " ms and has not ended "
                        + (interrupted ? "when closing was interrupted" : "within " + timeout + " of closing")
                        + ". It continues in the daemon thread " + call.thread().getName()
                        + "; make it react to interrupts.",
                loop.name(),
                null,
                where));
    }

    /** Reports each task that has not ended, with its stack. */
    private void report(List<VirtualThreadTask<?>> survivors) {
        for (VirtualThreadTask<?> survivor : survivors) {
            var where = new IllegalStateException(survivor + " outlives its loop");
            where.setStackTrace(survivor.stackTrace());
            loop.report(new Failure(
                    survivor + " was cancelled and has not ended within " + timeout
                            + ". It continues under the JDK's scheduler; do not catch CancelledException or InterruptedException.",
                    survivor.name(),
                    survivor.createdAt(),
                    where));
        }
    }
}
