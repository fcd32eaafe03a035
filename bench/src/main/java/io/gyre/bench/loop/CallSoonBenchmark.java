package io.gyre.bench.loop;

import io.gyre.loop.Async;
import java.util.ArrayDeque;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What does it cost to schedule a callback and have it run?
 *
 * <p>A task schedules a batch and lets it run in the next tick. The floor is a queue of runnables, filled and emptied: no
 * handle, no thread check, nothing that stays safe when a callback parks.
 */
public class CallSoonBenchmark extends LoopBenchmark {
    private static final int BATCH = 1_000;
    private static final int BATCHES = 10;
    private static final int CALLBACKS = BATCHES * BATCH;

    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    private final Runnable callback = this::count;
    private int calls;

    private void count() {
        calls++;
    }

    @Benchmark
    @OperationsPerInvocation(CALLBACKS)
    public int callSoon() {
        calls = 0;
        return loop.runUntilComplete(() -> {
            for (int batch = 0; batch < BATCHES; batch++) {
                for (int i = 0; i < BATCH; i++) {
                    loop.callSoon(callback);
                }
                Async.yieldNow();
            }
            return requireAllCalled();
        });
    }

    @Benchmark
    @OperationsPerInvocation(CALLBACKS)
    public int queueBare() {
        calls = 0;
        for (int batch = 0; batch < BATCHES; batch++) {
            for (int i = 0; i < BATCH; i++) {
                queue.add(callback);
            }
            for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
                next.run();
            }
        }
        return requireAllCalled();
    }

    private int requireAllCalled() {
        if (calls != CALLBACKS) {
            throw new IllegalStateException(calls + " of " + CALLBACKS + " callbacks have run");
        }
        return calls;
    }
}
