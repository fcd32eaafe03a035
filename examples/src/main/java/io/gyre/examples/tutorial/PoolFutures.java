package io.gyre.examples.tutorial;

import io.gyre.loop.process.ProcessPool;
import io.gyre.loop.process.ProcessPoolOptions;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * 3.6-1. Futures of pools: ten blocking calls in five threads, then in five processes.
 *
 * <p><b>concurrent.futures.Future:</b> {@link Future}, of {@code java.util.concurrent}. {@code submit} returns it at once,
 * so it is printed before its call has ended.
 *
 * <p><b>ThreadPoolExecutor(max_workers=5):</b> {@code Executors.newFixedThreadPool(5)}. Leaving the {@code try} waits for the
 * calls that still run; Python does that when the program ends.
 *
 * <p><b>ProcessPoolExecutor(max_workers=5):</b> {@link ProcessPool}. Its calls run in child JVMs: captured values are
 * copied there, and the pool's output handler receives their console output.
 */
final class PoolFutures {
    private static final int CALLS = 10;

    private PoolFutures() {}

    static int func(int value, Duration blocking, Printer out) throws InterruptedException {
        Thread.sleep(blocking);
        out.println("" + value);
        return 123;
    }

    /**
     * Runs the example.
     *
     * @param out where it prints; called by threads of the pools, too
     * @param blocking how long a call takes
     * @param maxWorkers how many calls run at the same time
     */
    static void main(Printer out, Duration blocking, int maxWorkers) {
        inThreads(out, blocking, maxWorkers);
        inProcesses(out, blocking, maxWorkers);
    }

    static void inThreads(Printer out, Duration blocking, int maxWorkers) {
        try (ExecutorService pool = Executors.newFixedThreadPool(maxWorkers)) {
            for (int i = 0; i < CALLS; i++) {
                Future<Integer> future = pool.submit(() -> func(1, blocking, out));
                out.println("" + future);
            }
        }
    }

    static void inProcesses(Printer out, Duration blocking, int maxWorkers) {
        var options = ProcessPoolOptions.defaults()
                .withSize(maxWorkers)
                .withOutputHandler((childProcess, line) -> out.println(line));
        try (var pool = new ProcessPool(options)) {
            for (int i = 0; i < CALLS; i++) {
                Future<Integer> future = pool.submit(() -> func(1, blocking, System.out::println));
                out.println("" + future);
            }
        }
    }
}
