package io.gyre.loop;

import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of a loop: everything that runs is asked to stop, and awaited for a limited time, which is real time. */
final class Closing {
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

    /** Cancels the tasks and runs the loop until they have ended. */
    void endTasks() {
        tasks.snapshot().forEach(task -> loop.cancelSoon(task, "its loop is closing"));
        do {
            for (long left = 1; tasks.size() > 0 && left > 0; left = deadline - System.nanoTime()) {
                run(left);
            }
            run(0); // the callbacks of the last task, which may park
        } while (tasks.size() > 0 && deadline - System.nanoTime() > 0);
    }

    private void run(long maxWaitNanos) {
        tick.run(maxWaitNanos);
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
        if (!pool.hasEnded() && pool.getActiveCount() > 0) {
            pool.shutdownNow();
            loop.report(new Failure(
                    pool.getActiveCount() + " offloaded calls have not ended "
                            + (interrupted ? "when closing was interrupted" : "within " + timeout + " of closing")
                            + ". They go on in daemon threads; let them react to interrupts.",
                    loop.name(),
                    null,
                    new IllegalStateException("offloaded calls outlive " + loop)));
        }
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
