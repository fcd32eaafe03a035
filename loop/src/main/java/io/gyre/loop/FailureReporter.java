package io.gyre.loop;

import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.FailureHandler;
import java.util.List;

/** Sees to it that a failure reaches somebody, also when the user's handler fails, and the log. */
final class FailureReporter {
    private final List<FailureHandler> handlers;

    FailureReporter(FailureHandler handler) {
        this.handlers = List.of(handler, FailureHandler.logging(), FailureReporter::handToThread);
    }

    /**
     * Hands a failure to the first handler that takes it, with what those before it threw.
     *
     * @return whether one has taken it
     */
    boolean report(Failure failure) {
        for (FailureHandler handler : handlers) {
            try {
                handler.handle(failure);
                return true;
            } catch (Throwable handlerFailed) {
                Failures.suppress(failure.exception(), handlerFailed);
            }
        }
        return false;
    }

    private static void handToThread(Failure failure) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, Failures.printable(failure.exception()));
    }
}
