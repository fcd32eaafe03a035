package io.gyre.loop.internal.text;

/**
 * Replaces, in a log, an exception that cannot be printed: has its class, message, stack, causes and suppressed
 * exceptions.
 */
final class DescribedException extends Exception {
    private static final long serialVersionUID = 1;

    private DescribedException(Throwable original) {
        super(Describe.object(original));
    }

    static DescribedException of(Throwable original) {
        return Failures.copy(original, DescribedException::new);
    }

    /** The description begins with the name of the original class. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // leaves out the name of this class
    public String toString() {
        return String.valueOf(getMessage());
    }
}
