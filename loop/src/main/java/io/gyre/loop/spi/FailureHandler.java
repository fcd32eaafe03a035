package io.gyre.loop.spi;

import io.gyre.loop.internal.text.Failures;
import java.lang.System.Logger.Level;

/**
 * Receives each unobserved failure once. A callback's failure arrives when it happens. A task's failure arrives when no
 * code is left to observe it: the task that created the failed task has ended, the failed task is unreachable, ten
 * seconds have passed, or the loop ends.
 *
 * <p><b>Confinement:</b> called in a virtual thread of the loop; during {@link io.gyre.loop.EventLoop#close()} also on
 * the thread that closes. These calls never overlap, so a handler of one loop needs no lock for them. Tasks and
 * offloaded calls that have outlived the loop report in their own threads.
 *
 * <p><b>Errors:</b> if a handler throws, the failure and the handler's exception go to the system log.
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
     * {@return the default: one entry on level ERROR, with the stack, in the {@link System.Logger}
     * {@code io.gyre.loop}} If an exception's {@code toString} throws or its description has control characters, the
     * log gets its class, message and stack as escaped text.
     */
    static FailureHandler logging() {
        return failure -> System.getLogger("io.gyre.loop")
                .log(Level.ERROR, failure.message(), Failures.printable(failure.exception()));
    }
}
