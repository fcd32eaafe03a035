package io.gyre.loop;

import java.util.concurrent.RejectedExecutionException;

/** Thrown when a closed loop is used. */
public final class LoopClosedException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    LoopClosedException(LoopCore loop, String what) {
        super(what + ": " + loop + " is closed. Keep the loop open as long as other code may call it.");
    }
}
