package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link Awaitable#await()} when the awaited object failed: it has the stack of the waiting task, and as its
 * cause the failure with its own stack.
 */
final class AwaitedFailureException extends CompletionException {
    /*
     * Design.
     *
     * A task that does not catch this exception fails with it, and so does the task that awaits that task, and so on. A
     * chain of wrappers says nothing, and its messages, each of which contains the next, would grow quadratically with
     * its length. So a failure is unwrapped before it is wrapped anew: the cause is always the original failure. A
     * CompletionException that the user's code threw is an original failure, and stays.
     */
    private static final long serialVersionUID = 1;

    /** Groups in groups in groups; users may create cycles of causes. */
    private static final int MAX_WRAPPERS = 1_000;

    private AwaitedFailureException(String message, Throwable original) {
        super(message, original);
    }

    /** {@return the exception to throw} */
    static AwaitedFailureException of(Object awaited, Throwable failure) {
        Throwable original = original(failure);
        String how = original instanceof CancelledException
                ? " has no result: " + Describe.message(original)
                : " failed: " + Describe.object(original);
        return new AwaitedFailureException(Describe.object(awaited) + how, original);
    }

    /**
     * {@return the failure itself, if it is of the given type, or its wrapper} The place where it was awaited is
     * attached to it.
     */
    static <X extends Exception> X unwrapped(Object awaited, Throwable failure, Class<X> type) {
        X only = onlyFailure(failure, type);
        if (only == null) {
            throw of(awaited, failure);
        }
        Failures.suppress(only, new AwaitedHereException(awaited));
        return only;
    }

    /**
     * {@return the innermost failure of a type behind the wrappers, or null} A cancellation is not unwrapped: it
     * concerns the task that was cancelled.
     *
     * @param failure a group's with one failure, an awaited one, a future's, any nesting of these, or the failure
     *     itself
     */
    static <X extends Exception> @Nullable X onlyFailure(Throwable failure, Class<X> type) {
        X only = null;
        Throwable present = failure;
        for (int left = MAX_WRAPPERS; left > 0 && present != null; left--) {
            if (type.isInstance(present)) {
                only = type.cast(present);
            }
            present = behind(present);
            if (present instanceof CancelledException) {
                return null;
            }
        }
        return failure instanceof CancelledException ? null : only;
    }

    private static @Nullable Throwable behind(Throwable wrapper) {
        if (wrapper instanceof TaskGroupException group) {
            return group.failures().size() == 1 ? group.failures().getFirst() : null;
        }
        return wrapper instanceof CompletionException || wrapper instanceof ExecutionException
                ? wrapper.getCause()
                : null;
    }

    /** {@return what was originally thrown} */
    static Throwable original(Throwable failure) {
        return failure instanceof AwaitedFailureException wrapper
                ? Objects.requireNonNull(wrapper.getCause())
                : failure;
    }
}
