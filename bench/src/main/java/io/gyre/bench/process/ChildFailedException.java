package io.gyre.bench.process;

import java.io.IOException;

/** A process that was started has ended, is silent, or says what it should not. */
public final class ChildFailedException extends IOException {
    private static final long serialVersionUID = 1;

    /** Creates one that says which process did what. */
    public ChildFailedException(String message) {
        super(message);
    }
}
