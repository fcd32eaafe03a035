package io.gyre.bench.loop;

import static io.gyre.loop.Async.offload;

import io.gyre.loop.internal.vthread.VirtualThreads;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How long is the way to a worker thread and back?
 *
 * <p>One call after the other, each of which returns at once, through one executor that is built as a loop's own pool is.
 * The floors are {@code submit} and {@code get} in a platform thread, and in a virtual thread on a bare blocking queue.
 * All figures are mostly the system's, for two wake-ups of a thread.
 */
public class OffloadBenchmark extends LoopBenchmark {
    private static final int CALLS = 500;

    /** As many as a loop's own pool has. */
    private static final int WORKERS = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);

    private final BlockingQueue<Runnable> continuations = new LinkedBlockingQueue<>();
    private final Callable<Integer> call = () -> 1;
    private ExecutorService executor;
    private int returned;

    @Setup
    public void startWorkers() {
        executor = Executors.newFixedThreadPool(WORKERS);
    }

    @TearDown
    public void endWorkers() {
        executor.close();
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int offloadInTask() {
        return loop.runUntilComplete(() -> {
            int sum = 0;
            for (int i = 0; i < CALLS; i++) {
                sum += offload(executor, () -> 1);
            }
            return sum;
        });
    }

    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int submitInPlatformThread() throws Exception {
        return submitAll();
    }

    /** Submits from a virtual thread on a bare queue, which the driving platform thread empties. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int submitInVirtualThread() throws InterruptedException {
        returned = 0;
        Thread caller = VirtualThreads.newThread(continuations::add, null, () -> {
            try {
                returned = submitAll();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        });
        caller.start();
        while (caller.isAlive()) {
            continuations.take().run();
        }
        if (returned != CALLS) {
            throw new IllegalStateException(returned + " of " + CALLS + " calls have returned");
        }
        return returned;
    }

    private int submitAll() throws InterruptedException, ExecutionException {
        int sum = 0;
        for (int i = 0; i < CALLS; i++) {
            sum += executor.submit(call).get();
        }
        return sum;
    }
}
