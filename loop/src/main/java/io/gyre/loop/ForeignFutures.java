package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Reads the futures of the JDK and of other libraries. Any thread. */
final class ForeignFutures {
    /*
     * Design.
     *
     * get() wraps a failure in an ExecutionException, whose constructor asks the failure for its text. A failure that cannot
     * describe itself throws something else there, and would be lost. So get() only waits, and the failure comes from
     * exceptionNow(), as it was thrown.
     */
    private ForeignFutures() {}

    /** Waits until a future is done, however it ends. */
    static void await(Future<?> future) throws InterruptedException {
        try {
            future.get();
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable ended) {
            if (!future.isDone()) {
                throw new IllegalStateException(
                        Describe.object(future) + " is not done, but its get() failed. Such a future breaks the"
                                + " contract of java.util.concurrent.Future; look at the library that made it.",
                        ended);
            }
        }
    }

    /**
     * {@return what a future has failed with, or null if it has not}
     *
     * @param future is done
     */
    static @Nullable Throwable failureOf(Future<?> future) {
        return future.state() == Future.State.FAILED ? future.exceptionNow() : null;
    }

    /**
     * Throws a failure as it is.
     *
     * @param what has failed, in words
     */
    @SuppressWarnings("unchecked") // what has failed throws X or something unchecked
    static <X extends Exception> RuntimeException rethrow(Object what, Throwable failure) throws X {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof Exception exception) {
            throw (X) exception;
        }
        throw new IllegalStateException(Describe.object(what) + " failed", failure);
    }
}
