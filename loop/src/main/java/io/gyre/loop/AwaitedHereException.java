package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;

/** The stack of a task that awaited a failure, attached to the failure as a suppressed exception. */
final class AwaitedHereException extends Exception {
    private static final long serialVersionUID = 1;

    AwaitedHereException(Object awaited) {
        super("awaited here: " + Describe.object(awaited));
    }
}
