package io.gyre.loop;

/**
 * Thrown by the body of {@link Async#atomic(Body)} and by the function itself: the body must not suspend, and calls
 * something that would, or has suspended in a call of the JDK. The message names the call and what it waits for.
 */
public final class NotAtomicException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NotAtomicException(String message) {
        super(message);
    }

    /** {@return the refusal of the call that the user's code has just made} */
    static NotAtomicException refusal(Task<?> task, String whatItWould) {
        return new NotAtomicException(
                CalledMethod.name() + " in " + task + " would " + whatItWould
                        + ", but the body of Async.atomic must not suspend. Use a call that does not wait, such as tryAcquire or tryReceive, or move the call out of the body.");
    }
}
