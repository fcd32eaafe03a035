package io.gyre.examples.cli;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.VoidBody;
import io.gyre.net.os.Signals;
import java.time.Duration;

/** Runs a loop whose main task is cancelled by SIGINT or SIGTERM. */
final class UntilTerminated {
    /** How long tasks may take to clean up. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(1500);

    private UntilTerminated() {}

    /**
     * Runs {@code main}. A signal cancels it, the loop closes, and this call returns; a second signal in the meantime
     * ends the process at once.
     *
     * @throws X what {@code main} throws by itself
     */
    static <X extends Exception> void run(String name, VoidBody<X> main) throws X {
        LoopOptions options = LoopOptions.defaults().withName(name).withCloseTimeout(CLOSE_TIMEOUT);
        try {
            EventLoop.run(options, () -> {
                Signals.cancelOn(Async.currentTask(), "INT", "TERM");
                main.run();
            });
        } catch (CancelledException told) {
            // cancelled by a signal, and ended
        }
    }
}
