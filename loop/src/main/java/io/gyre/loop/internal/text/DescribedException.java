package io.gyre.loop.internal.text;

/** Stands in a log for an exception that cannot be printed: its class, message, stack, causes and suppressed exceptions. */
final class DescribedException extends Exception {
    private static final long serialVersionUID = 1;

    private DescribedException(Throwable original) {
        super(Describe.object(original));
    }

    static DescribedException of(Throwable original) {
        return Failures.copy(original, DescribedException::new);
    }

    /** The description begins with the name of the class that counts. */
    @Override
    @SuppressWarnings("OverrideThrowableToString") // it leaves out the name of this one
    public String toString() {
        return String.valueOf(getMessage());
    }
}
