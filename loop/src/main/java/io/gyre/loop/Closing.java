package io.gyre.loop;

import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The end of a loop: everything that runs is asked to stop, and awaited for a limited real time. */
final class Closing {
    /*
     * Design.
     *
     * An orderly end begins with Draining. Then the tasks, with the calls that they have offloaded, including abandoned ones. Then the system tasks, on
     * which the other tasks rely; they may offload until they end. Then the threads of the offload pool. Finally, after
     * the entry queue is closed, the callbacks that have arrived by then.
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

    private final LoopCore loop;
    private final Tick tick;
    private final TaskList tasks;
    private final Duration timeout;
    private final long timeoutNanos;
    private final long deadline;
    private boolean interrupted;

    private Closing(LoopCore loop) {
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
        var end = new Closing(loop);
        try {
            end.run();
        } finally {
            end.release();
            loop.driver.leave(interruptedBefore || end.interrupted);
        }
    }

    private void run() {
        endTasks(enter(Phase.ENDING_TASKS));
        Phase phase = enter(Phase.ENDING_SYSTEM_TASKS);
        endTasks(phase);
        endOffloadPool(phase, loop.offloadPool());
        endTasks(phase); // what offloaded calls have reported meanwhile
        tick.closeDoor();
        enter(Phase.ENDING_CALLBACKS);
        runAcceptedCallbacks();
    }

    private Phase enter(Phase phase) {
        loop.enterPhase(phase);
        return phase;
    }

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

    /**
     * Cancels the tasks that end in a phase, and runs the loop until they and their offloaded calls have ended.
     */
    private void endTasks(Phase phase) {
        for (VirtualThreadTask<?> task : tasks.snapshot()) {
            if (phase.ends(task)) {
                loop.cancelSoon(task, REASON);
            }
        }
        do {
            for (long left = 1; isAny(phase) && left > 0; left = left(phase)) {
                run(left);
            }
            run(0); // the callbacks of the last task, which may park
        } while (isAny(phase) && left(phase) > 0);
    }

    private boolean isAny(Phase phase) {
        return phase == Phase.ENDING_TASKS
                ? tasks.userTasks() > 0 || (loop.isAnyUserCallOffloaded() && !interrupted)
                : tasks.size() > 0;
    }

    private long left(Phase phase) {
        boolean share = phase == Phase.ENDING_TASKS && tasks.systemTasks() > 0;
        return deadline - (share ? timeoutNanos / SHARE_OF_SYSTEM_TASKS : 0) - System.nanoTime();
    }

    private void run(long maxWaitNanos) {
        tick.run(maxWaitNanos, Long.MAX_VALUE);
        interrupted |= tick.takeInterrupt();
    }

    /** Waits for calls that are still offloaded, then leaves them to their daemon threads. */
    private void endOffloadPool(Phase phase, @Nullable OffloadPool pool) {
        if (pool == null) {
            return;
        }
        pool.shutdown();
        for (long left = 1; !pool.hasEnded() && !interrupted && left > 0; left = left(phase)) {
            run(left); // a call may need the loop before it ends; the pool wakes the loop when it has ended
        }
        if (!pool.hasEnded()) {
            List<OffloadPool.Running> left = pool.running();
            pool.shutdownNow();
            left.forEach(this::report);
        }
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
        } while (tick.isCallbackReady() && left(Phase.ENDING_CALLBACKS) > 0);
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
