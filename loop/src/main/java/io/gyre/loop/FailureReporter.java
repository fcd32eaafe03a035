package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.FailureHandler;
import java.util.List;

/** Makes sure that a failure is reported, even if the user's handler and the log fail. */
final class FailureReporter {
    private final List<FailureHandler> handlers;

    FailureReporter(FailureHandler handler) {
        this.handlers = List.of(handler, FailureHandler.logging(), FailureReporter::handToThread);
    }

    /**
     * Hands a failure to the first handler that accepts it, with what the handlers before it threw.
     *
     * @return whether a handler has accepted it
     */
    boolean report(Failure failure) {
        Failure ofHandler = null;
        for (FailureHandler handler : handlers) {
            try {
                handler.handle(failure);
                if (ofHandler != null) {
                    handler.handle(ofHandler);
                }
                return true;
            } catch (Throwable thrown) {
                if (!Failures.suppress(failure.exception(), thrown)) {
                    ofHandler = ofHandler(failure, thrown);
                }
            }
        }
        return false;
    }

    private static Failure ofHandler(Failure failure, Throwable thrown) {
        return new Failure(
                "the failure handler threw while it handled: " + Describe.line(failure.what())
                        + " A failure handler must not throw.",
                failure.source(),
                failure.createdAt(),
                thrown);
    }

    private static void handToThread(Failure failure) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, Failures.printable(failure.exception()));
    }
}
