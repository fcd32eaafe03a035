package io.gyre.loop.process;

/** Carries what a call has thrown from the child to the future; never seen by users. */
final class CallFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Not the cause: that would ask it to describe itself. */
    private final transient Throwable failure;

    CallFailedException(Throwable failure) {
        this.failure = failure;
    }

    Throwable failure() {
        return failure;
    }
}
