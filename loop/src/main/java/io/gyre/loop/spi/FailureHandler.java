package io.gyre.loop.spi;

import java.lang.System.Logger.Level;

/**
 * Receives each failure that nobody observes, once, when it happens.
 *
 * <p><b>Confinement:</b> called in a virtual thread of the loop; during {@link io.gyre.loop.EventLoop#close()} also on
 * the thread that closes. These never run at the same time, so for them one handler of one loop needs no lock. Tasks
 * and offloaded calls that have outlived the loop report in threads of their own.
 *
 * <p><b>Errors:</b> when a handler throws, the failure goes to the system log together with what the handler threw.
 *
 * <p><b>Source:</b> asyncio {@code loop.set_exception_handler}. Differs: typed, and called at completion instead of at
 * garbage collection.
 */
@FunctionalInterface
public interface FailureHandler {
    /**
     * Handles one failure.
     *
     * @param failure what happened
     */
    void handle(Failure failure);

    /** {@return the default: one entry on level ERROR, with the stack, in the {@link System.Logger} {@code io.gyre.loop}} */
    static FailureHandler logging() {
        return failure -> System.getLogger("io.gyre.loop").log(Level.ERROR, failure.message(), failure.exception());
    }
}
