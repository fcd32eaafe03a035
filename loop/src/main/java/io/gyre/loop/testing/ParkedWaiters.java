package io.gyre.loop.testing;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.util.ArrayDeque;

/** The tasks that wait until all other tasks are parked. A test clock wakes them when its loop is idle. */
final class ParkedWaiters {
    private final ArrayDeque<Task<?>> waiting = new ArrayDeque<>();

    static ParkedWaiters of(EventLoop loop) {
        return switch (loop.ticker()) {
            case VirtualClock virtual -> virtual.parkedWaiters();
            case RealClock real -> real.parkedWaiters();
            default ->
                throw new IllegalStateException("awaitAllTasksParked needs a clock of tests, and that of " + loop
                        + " is " + loop.ticker() + ". Use @LoopTest, or"
                        + " LoopOptions.defaults().withTicker(VirtualClock.autojump()).");
        };
    }

    void await() {
        Task<?> task = LowLevel.checkpoint();
        waiting.add(task);
        LowLevel.park("all other tasks to be parked", () -> waiting.remove(task));
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void wakeAll() {
        for (Task<?> task = waiting.poll(); task != null; task = waiting.poll()) {
            LowLevel.unpark(task);
        }
    }
}
