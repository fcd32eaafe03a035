package io.gyre.loop;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;

/** That a task shall stop, and how that reaches it: the one place where cancellation is decided. */
final class Cancellation {
    /*
     * Design.
     *
     * A task without a request has no Cancellation, so the test at each checkpoint is one null check. The request is a
     * level, not an edge: it stays, and each checkpoint raises it anew. How it arrives depends on where the task is:
     *
     *     parked in our own call       its abort handler undoes the wait; when the handler refuses, the value is on its
     *                                  way, is delivered, and the next checkpoint raises
     *     anywhere else                its thread is interrupted, once: that ends a blocking call of the JDK, the present
     *                                  one or the next. If a checkpoint comes first, it takes the interrupt back, so that
     *                                  clean-up code can block in peace
     *
     * An interrupt that somebody else sends to a task's thread is a request too: it comes in through park.
     */
    private final VirtualThreadTask<?> task;
    private final String reason;
    private boolean interruptSent;

    private Cancellation(VirtualThreadTask<?> task, String reason) {
        this.task = task;
        this.reason = reason;
    }

    /** Requests it. Loop thread. */
    static boolean request(VirtualThreadTask<?> task, String reason) {
        if (task.isDone()) {
            return false;
        }
        if (task.cancellation == null) {
            var cancellation = new Cancellation(task, reason);
            task.cancellation = cancellation;
            cancellation.deliver();
        }
        return true;
    }

    private void deliver() {
        if (task.isParked()) {
            task.abortPark();
        } else {
            interruptSent = true;
            task.thread().interrupt();
        }
    }

    /** Raises it, in the task. */
    CancelledException raise() {
        if (interruptSent) {
            interruptSent = false;
            Thread.interrupted();
        }
        return new CancelledException(task, task + " was cancelled: " + reason);
    }

    /** {@return whether an exception that ends the body is how the request came out of it} */
    boolean explains(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if ((cause instanceof CancelledException cancelled && cancelled.isAbout(task))
                    || cause instanceof InterruptedException
                    || cause instanceof InterruptedIOException
                    || cause instanceof ClosedByInterruptException) {
                return true;
            }
        }
        return false;
    }
}
