package io.gyre.bench.scale.subject;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.loop.EventLoop;

/** Tasks that are ready all the time: each step switches to the one that has waited longest. */
final class GyreReady implements Subject {
    private static final int LEAST_STEPS = 10_000;

    private final EventLoop loop = EventLoop.create();
    private int count;
    private long steps;

    @Override
    public void add(int more) {
        count += more;
        loop.runUntilComplete(() -> {
            for (int i = 0; i < more; i++) {
                createTask(this::stepForEver);
            }
            yieldNow();
            return more;
        });
    }

    private void stepForEver() {
        for (; ; ) {
            steps++;
            yieldNow();
        }
    }

    @Override
    public long operate() {
        long before = steps;
        int passes = Math.max(1, LEAST_STEPS / count);
        loop.runUntilComplete(() -> {
            for (int i = 0; i < passes; i++) {
                yieldNow();
            }
            return passes;
        });
        return steps - before;
    }
}
