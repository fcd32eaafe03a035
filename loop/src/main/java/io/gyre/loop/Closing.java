package io.gyre.loop;

import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of a loop: everything that runs is asked to stop, and awaited for a limited time, which is real time. */
final class Closing {
    static final String REASON = "its loop is closing";

    /** How far the end of a loop has come, which decides which tasks may still be there. */
    enum Phase {
        OPEN,
        ENDING_TASKS,
        ENDING_SYSTEM_TASKS;

        boolean ends(VirtualThreadTask<?> task) {
            return this == ENDING_SYSTEM_TASKS || (this == ENDING_TASKS && !task.isSystem());
        }
    }

    private final EventLoop loop;
    private final Tick tick;
    private final TaskList tasks;
    private final Duration timeout;
    private final long deadline;
    private boolean interrupted;

    Closing(EventLoop loop, LoopOptions options, Tick tick, TaskList tasks) {
        this.loop = loop;
        this.tick = tick;
        this.tasks = tasks;
        this.timeout = options.closeTimeout();
        this.deadline = System.nanoTime() + EventLoop.saturatedNanos(timeout);
    }

    /** Cancels the tasks that end in a phase, and runs the loop until they have. */
    void endTasks(Phase phase) {
        for (VirtualThreadTask<?> task : tasks.snapshot()) {
            if (phase.ends(task)) {
                loop.cancelSoon(task, REASON);
            }
        }
        do {
            for (long left = 1; isAny(phase) && left > 0; left = deadline - System.nanoTime()) {
                run(left);
            }
            run(0); // the callbacks of the last task, which may park
        } while (isAny(phase) && deadline - System.nanoTime() > 0);
    }

    private boolean isAny(Phase phase) {
        return (phase == Phase.ENDING_TASKS ? tasks.userTasks() : tasks.size()) > 0;
    }

    private void run(long maxWaitNanos) {
        tick.run(maxWaitNanos, Long.MAX_VALUE);
        interrupted |= tick.takeInterrupt();
    }

    /** Waits for the calls that are still offloaded, then leaves them to their daemon threads. */
    void endOffloadPool(@Nullable OffloadPool pool) {
        if (pool == null) {
            return;
        }
        pool.shutdown();
        for (long left = 1; !pool.hasEnded() && !interrupted && left > 0; left = deadline - System.nanoTime()) {
            run(left); // a call may want the loop before it ends; the pool wakes us when it has ended
        }
        if (!pool.hasEnded()) {
            List<OffloadPool.Running> left = pool.running();
            pool.shutdownNow();
            left.forEach(this::report);
        }
    }

    private void report(OffloadPool.Running call) {
        var where = new IllegalStateException(call.call() + " outlives " + loop);
        where.setStackTrace(call.thread().getStackTrace());
        loop.report(new Failure(
                call.call() + " has run for " + call.age().toMillis() + " ms and has not ended "
                        + (interrupted ? "when closing was interrupted" : "within " + timeout + " of closing")
                        + ". It goes on in the daemon thread " + call.thread().getName()
                        + "; let it react to interrupts.",
                loop.name(),
                null,
                where));
    }

    /** Tells of each task that has not ended, and where it is. */
    void report(List<VirtualThreadTask<?>> survivors) {
        for (VirtualThreadTask<?> survivor : survivors) {
            var where = new IllegalStateException(survivor + " outlives its loop");
            where.setStackTrace(survivor.stackTrace());
            loop.report(new Failure(
                    survivor + " was cancelled and has not ended within " + timeout
                            + ". It goes on under the JDK's scheduler; let CancelledException and"
                            + " InterruptedException pass.",
                    survivor.name(),
                    survivor.createdAt(),
                    where));
        }
    }

    boolean wasInterrupted() {
        return interrupted;
    }
}
