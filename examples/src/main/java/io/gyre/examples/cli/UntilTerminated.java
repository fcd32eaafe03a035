package io.gyre.examples.cli;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.VoidBody;
import io.gyre.net.os.Signals;
import java.time.Duration;

/** Runs a loop whose main task is cancelled when the process is told to stop, by SIGINT or SIGTERM. */
final class UntilTerminated {
    /** How long tasks may take to clean up. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(1500);

    private UntilTerminated() {}

    /**
     * Runs {@code main}. When the process is told to stop, it is cancelled, the loop closes, and this returns; when it is told
     * again meanwhile, it ends at once.
     *
     * @throws X what {@code main} throws of its own accord
     */
    static <X extends Exception> void run(String name, VoidBody<X> main) throws X {
        LoopOptions options = LoopOptions.defaults().withName(name).withCloseTimeout(CLOSE_TIMEOUT);
        try {
            EventLoop.run(options, () -> {
                Signals.cancelOn(Async.currentTask(), "INT", "TERM");
                main.run();
            });
        } catch (CancelledException told) {
            // by a signal, and has ended
        }
    }
}
