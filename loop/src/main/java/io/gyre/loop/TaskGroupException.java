package io.gyre.loop;

import java.util.List;

/**
 * Thrown by a {@link TaskGroup} whose tasks have failed. It lists every failure: the first is the cause, the others are
 * suppressed exceptions, so that a log shows them all.
 *
 * <p><b>Source:</b> Python {@code ExceptionGroup}.
 */
public final class TaskGroupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The failures in the order in which they occurred. */
    private final transient List<Throwable> failures;

    TaskGroupException(String message, List<Throwable> failures) {
        super(message, failures.getFirst());
        this.failures = List.copyOf(failures);
        failures.stream().skip(1).forEach(this::addSuppressed);
    }

    /** {@return the failures in the order in which they occurred; at least one} */
    public List<Throwable> failures() {
        return failures;
    }
}
