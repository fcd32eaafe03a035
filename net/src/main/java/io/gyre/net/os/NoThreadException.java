package io.gyre.net.os;

import java.io.IOException;

/** No thread could be started to read or write a pipe. The pipe itself is intact, and the operation may be retried. */
final class NoThreadException extends IOException {
    private static final long serialVersionUID = 1L;

    NoThreadException(String name, OutOfMemoryError cause) {
        super(
                "no thread can be started for the " + name + " (" + cause.getMessage()
                        + "). Try again later, or raise the limits on threads (ulimit -u, pids.max).",
                cause);
    }
}
