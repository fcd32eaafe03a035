package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Reads the futures of the JDK and of other libraries. Any thread. */
final class ForeignFutures {
    /*
     * Design.
     *
     * get() wraps a failure in an ExecutionException, whose constructor asks the failure for its text. A failure that
     * cannot describe itself throws something else there, and would be lost. So get() only waits, and the original
     * failure comes from exceptionNow().
     */
    private ForeignFutures() {}

    /** Waits until a future is done, with any outcome. */
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
     * {@return the failure of a future, or null if it has not failed}
     *
     * @param future a future that is done
     */
    static @Nullable Throwable failureOf(Future<?> future) {
        return future.state() == Future.State.FAILED ? future.exceptionNow() : null;
    }

    /**
     * Throws a failure unchanged.
     *
     * @param what what failed, in words
     */
    @SuppressWarnings("unchecked") // the failed operation throws X or something unchecked
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
