package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Awaitable#await()} throws when what it has waited for failed: the stack of the task that waits, with the failure
 * and its own stack as the cause.
 */
final class AwaitedFailureException extends CompletionException {
    /*
     * Design.
     *
     * A task that does not catch this ends by it, and so does the task that awaits that one, and so on. A chain of wrappers
     * tells nothing, and its messages, each of which contains the next, would grow with the square of its length. So what
     * was awaited is unwrapped before it is wrapped anew: the cause is always the failure that somebody has thrown. A
     * CompletionException of the user's own is such a failure, and stays.
     */
    private static final long serialVersionUID = 1;

    /** Groups in groups in groups; users may make rings of causes. */
    private static final int MAX_WRAPPERS = 1_000;

    private AwaitedFailureException(String message, Throwable original) {
        super(message, original);
    }

    /** {@return what to throw} */
    static AwaitedFailureException of(Object awaited, Throwable failure) {
        Throwable original = original(failure);
        String how = original instanceof CancelledException
                ? " was awaited in vain: " + Describe.message(original)
                : " failed: " + Describe.object(original);
        return new AwaitedFailureException(Describe.object(awaited) + how, original);
    }

    /** {@return the failure itself, if it is of a type, else what wraps it} The place where it was awaited is attached to it. */
    static <X extends Exception> X unwrapped(Object awaited, Throwable failure, Class<X> type) {
        X only = onlyFailure(failure, type);
        if (only == null) {
            throw of(awaited, failure);
        }
        Failures.suppress(only, new AwaitedHereException(awaited));
        return only;
    }

    /**
     * {@return the innermost failure of a type behind what wraps failures, or null} A cancellation is none: it is about the task
     * that was cancelled.
     *
     * @param failure a group's with one failure, one that was awaited, a future's, these in each other, or the failure itself
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

    /** {@return what was thrown where the failure came from} */
    static Throwable original(Throwable failure) {
        return failure instanceof AwaitedFailureException wrapper
                ? Objects.requireNonNull(wrapper.getCause())
                : failure;
    }
}
