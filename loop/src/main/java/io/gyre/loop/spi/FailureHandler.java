package io.gyre.loop.spi;

import io.gyre.loop.internal.text.Failures;
import java.lang.System.Logger.Level;

/**
 * Receives each failure that nobody observes, once. That of a callback when it happens; that of a task when nobody is
 * left who would look at it: the task that created it has ended, nobody has the failed task any more, ten seconds have
 * passed, or the loop ends.
 *
 * <p><b>Confinement:</b> called in a virtual thread of the loop; during {@link io.gyre.loop.EventLoop#close()} also on
 * the thread that closes. These never run at the same time, so for them one handler of one loop needs no lock. Tasks
 * and offloaded calls that have outlived the loop report in threads of their own.
 *
 * <p><b>Errors:</b> when a handler throws, the failure goes to the system log together with what the handler threw.
 *
 * <p><b>Source:</b> asyncio {@code loop.set_exception_handler}. Differs: typed, and does not wait for a garbage
 * collection.
 */
@FunctionalInterface
public interface FailureHandler {
    /**
     * Handles one failure.
     *
     * @param failure what happened
     */
    void handle(Failure failure);

    /**
     * {@return the default: one entry on level ERROR, with the stack, in the {@link System.Logger} {@code io.gyre.loop}} An
     * exception that fails when it is asked to describe itself, or whose description has control characters, is logged in
     * words: those of its class, message and stack, escaped.
     */
    static FailureHandler logging() {
        return failure -> System.getLogger("io.gyre.loop")
                .log(Level.ERROR, failure.message(), Failures.printable(failure.exception()));
    }
}
