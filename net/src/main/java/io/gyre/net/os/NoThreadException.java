package io.gyre.net.os;

import java.io.IOException;

/** There is no thread to read or write a pipe: the pipe itself is whole, and what was wanted may be tried again. */
final class NoThreadException extends IOException {
    private static final long serialVersionUID = 1L;

    NoThreadException(String name, OutOfMemoryError cause) {
        super(
                "no thread can be started for the " + name + " (" + cause.getMessage()
                        + "). Try again later, or raise the limits on threads (ulimit -u, pids.max).",
                cause);
    }
}
