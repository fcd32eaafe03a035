package io.gyre.loop.process;

/** Carries what a call has thrown from the child to the future; never seen by users. */
final class CallFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    CallFailedException(Throwable failure) {
        super(failure);
    }
}
