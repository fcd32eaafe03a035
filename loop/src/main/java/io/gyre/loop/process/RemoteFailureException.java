package io.gyre.loop.process;

/**
 * Stands for an exception that a call in a child JVM has thrown and that could not be sent back: its class, message,
 * stack, causes and suppressed exceptions, in words.
 */
public final class RemoteFailureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Beyond that a chain of causes is a circle, or nobody reads it. */
    private static final int MAX_DEPTH = 20;

    /** The name of the class of the exception. */
    private final String className;

    private RemoteFailureException(Throwable original, int depth) {
        super(original.toString());
        className = original.getClass().getName();
        setStackTrace(original.getStackTrace());
        if (depth < MAX_DEPTH) {
            if (original.getCause() != null) {
                initCause(new RemoteFailureException(original.getCause(), depth + 1));
            }
            for (Throwable suppressed : original.getSuppressed()) {
                addSuppressed(new RemoteFailureException(suppressed, depth + 1));
            }
        }
    }

    static RemoteFailureException of(Throwable original) {
        return new RemoteFailureException(original, 0);
    }

    /** {@return the name of the class of the exception that this stands for} */
    public String className() {
        return className;
    }
}
