package io.gyre.loop;

import java.time.Duration;

/** A task that waits for an instant. Also the wait reason and the abort handler. */
final class Sleep extends Timer implements AbortHandler {
    private final VirtualThreadTask<?> task;

    private Sleep(long deadlineNanos, VirtualThreadTask<?> task) {
        super(deadlineNanos);
        this.task = task;
    }

    static void until(long deadlineNanos) {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        LoopCore loop = task.loop;
        if (deadlineNanos - loop.time() <= 0) {
            task.requireMaySuspend("let others run");
            task.yieldNow();
            return;
        }
        var sleep = new Sleep(deadlineNanos, task);
        loop.tick.timers.add(sleep);
        task.park(sleep, sleep);
    }

    static void forever() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        while (true) {
            task.park("a cancellation", () -> true);
        }
    }

    @Override
    void fire() {
        task.unpark(this);
    }

    @Override
    public boolean abort() {
        return task.loop.tick.timers.remove(this);
    }

    @Override
    public String toString() {
        long remaining = deadlineNanos() - task.loop.time();
        return "a sleep, due in " + Duration.ofNanos(Math.max(remaining, 0)).toMillis() + " ms";
    }
}
