package io.gyre.loop.process;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;

/**
 * Replaces an exception of a call in a child JVM that could not be sent back. Has its class, message, stack, causes and
 * suppressed exceptions as text, up to some fifty exceptions.
 */
public final class RemoteFailureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The name of the original class. */
    private final String className;

    private RemoteFailureException(Throwable original) {
        super(Describe.object(original));
        className = original.getClass().getName();
    }

    static RemoteFailureException of(Throwable original) {
        return Failures.copy(original, RemoteFailureException::new);
    }

    /** {@return the class name of the original exception} */
    public String className() {
        return className;
    }
}
