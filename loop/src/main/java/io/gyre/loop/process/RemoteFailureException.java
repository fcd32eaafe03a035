package io.gyre.loop.process;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;

/**
 * Stands for an exception that a call in a child JVM has thrown and that could not be sent back: its class, message,
 * stack, causes and suppressed exceptions, in words, up to some fifty of them.
 */
public final class RemoteFailureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The name of the class of the exception. */
    private final String className;

    private RemoteFailureException(Throwable original) {
        super(Describe.object(original));
        className = original.getClass().getName();
    }

    static RemoteFailureException of(Throwable original) {
        return Failures.copy(original, RemoteFailureException::new);
    }

    /** {@return the name of the class of the exception that this stands for} */
    public String className() {
        return className;
    }
}
