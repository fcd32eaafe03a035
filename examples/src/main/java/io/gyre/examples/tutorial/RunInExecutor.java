package io.gyre.examples.tutorial;

import static io.gyre.loop.Async.offload;

import io.gyre.loop.process.ProcessPool;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * 3.6-2. A task calls a blocking library: in the loop's pool, a custom pool, a pool of processes.
 *
 * <p><b>fut = loop.run_in_executor(None, func1), result = await fut:</b> {@code String result = offload(() -> func1())}. Only
 * this task waits; the loop's thread stays free. Python needs two steps, submitting and wrapping the future for
 * {@code await}; here it is one call. To get a future first, put the call into a task.
 *
 * <p><b>run_in_executor(pool, func1):</b> {@code offload(pool, () -> func1())}, with any {@code Executor}.
 *
 * <p><b>with ProcessPoolExecutor() as pool:</b> {@code try (var pool = new ProcessPool())}. The lambda is sent to a
 * child JVM: captured values must be serializable.
 */
final class RunInExecutor {
    private RunInExecutor() {}

    /** A call that takes time and cannot suspend. */
    static String func1(Duration blocking) throws InterruptedException {
        Thread.sleep(blocking);
        return "结果";
    }

    /**
     * Runs the example.
     *
     * @param out where it prints
     * @param blocking how long a call takes
     */
    static void main(Printer out, Duration blocking) throws InterruptedException {
        // 1. Run in the loop's default executor
        String result = offload(() -> func1(blocking));
        out.println("default thread pool " + result);

        // 2. Run in a custom thread pool
        try (ExecutorService pool = Executors.newCachedThreadPool()) {
            result = offload(pool, () -> func1(blocking));
            out.println("custom thread pool " + result);
        }

        // 3. Run in a custom process pool
        try (var pool = new ProcessPool()) {
            result = offload(pool, () -> func1(blocking));
            out.println("custom process pool " + result);
        }
    }
}
