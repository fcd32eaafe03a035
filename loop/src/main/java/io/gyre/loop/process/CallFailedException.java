package io.gyre.loop.process;

/** Carries the exception of a call from the child to the future; users never see it. */
final class CallFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Not the cause: a constructor with a cause calls its {@code toString}. */
    private final transient Throwable failure;

    CallFailedException(Throwable failure) {
        this.failure = failure;
    }

    Throwable failure() {
        return failure;
    }
}
