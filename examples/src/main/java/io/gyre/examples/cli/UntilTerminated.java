package io.gyre.examples.cli;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs a loop whose main task is cancelled when the process is told to stop, by SIGINT or SIGTERM. */
final class UntilTerminated {
    /** How long tasks may take to clean up. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(1500);

    /** Beyond the close time-out only if something hangs; a supervisor kills much later. */
    private static final long EXIT_TIMEOUT_MILLIS = 1900;

    private UntilTerminated() {}

    /**
     * Runs {@code main}. When the process is told to stop, it is cancelled, the loop closes, and the process exits with 0.
     *
     * @throws X what {@code main} throws of its own accord
     */
    static <X extends Exception> void run(String name, VoidBody<X> main) throws X {
        var task = new AtomicReference<@Nullable Task<?>>();
        var ended = new CountDownLatch(1);
        Thread onTermination = new Thread(() -> stop(task.get(), ended), "terminate");
        LoopOptions options = LoopOptions.defaults().withName(name).withCloseTimeout(CLOSE_TIMEOUT);
        try {
            EventLoop.run(options, () -> {
                task.set(Async.currentTask());
                Runtime.getRuntime().addShutdownHook(onTermination);
                main.run();
            });
        } catch (CancelledException told) {
            // stop() did that
        } finally {
            ended.countDown();
            forget(onTermination);
        }
    }

    /** Runs when the JVM has begun to shut down. Only halting sets the exit code of a process that got a signal. */
    private static void stop(@Nullable Task<?> task, CountDownLatch ended) {
        if (task != null) {
            task.cancel("the process was told to stop");
        }
        boolean clean = false;
        try {
            clean = ended.await(EXIT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            // halt at once
        }
        Runtime.getRuntime().halt(clean ? 0 : 1);
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // then the hook is running, and about to halt
        }
    }
}
