package io.gyre.loop;

import io.gyre.loop.spi.Failure;

/**
 * Thrown by the call that runs a loop when a failure has stopped the loop, as {@link FailurePolicy#STOP_LOOP} says. A
 * failure of the main task in the same tick is suppressed in it.
 */
public final class LoopFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LoopFailedException(LoopCore loop, Failure failure) {
        super(loop + " was stopped by a failure that nobody observed: " + failure.message(), failure.exception());
    }
}
