package io.gyre.loop;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.OutsideWait;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A blocking call that runs in an executor while a task waits for it.
 *
 * @param <T> the result
 */
final class Offload<T extends @Nullable Object> extends FutureTask<T> implements AbortHandler, OutsideWait {
    /*
     * Design.
     *
     * The worker only says "done", through the entry queue; the task is unparked on the loop. The task always parks until
     * that word has come, even when the executor ran the call at once in the task itself: a word that came later would
     * unpark the task out of some other wait.
     *
     * The word may come before the park: execute() may itself park the task, in a lock of the executor's queue that a
     * worker holds, and the loop goes on meanwhile. So the word is remembered, and unparks only from the park below.
     *
     * Cancelling interrupts the worker and does not wait for it. What it still returns is dropped, but a failure is not.
     */
    private final VirtualThreadTask<?> task;
    private final String what;
    private boolean awaited;
    private boolean arrived;

    private Offload(VirtualThreadTask<?> task, Object origin, Body<T, ?> body) {
        super(body::run);
        this.task = task;
        this.what = "an offloaded call of " + CreationSite.className(origin);
    }

    static <T extends @Nullable Object, X extends Exception> T run(Executor executor, Object origin, Body<T, X> body)
            throws X {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        var offload = new Offload<>(task, origin, body);
        executor.execute(offload);
        if (!offload.arrived) {
            offload.awaited = true;
            task.park(offload, offload);
        }
        return offload.outcome();
    }

    @SuppressWarnings("unchecked") // the body throws X or something unchecked
    private <X extends Exception> T outcome() throws X {
        try {
            return get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Error error -> throw error;
                case Exception exception -> throw (X) exception;
                case null, default -> throw new IllegalStateException(this + " failed", e);
            }
        } catch (InterruptedException e) {
            throw task.interruptedWhile("taking the result of " + this);
        }
    }

    @Override
    protected void done() {
        if (!isCancelled()) {
            task.loop.enter(this::arrive);
        }
    }

    /** The worker's word, on the loop. */
    private void arrive() {
        arrived = true;
        if (awaited) {
            task.unpark();
        }
    }

    @Override
    public boolean abort() {
        return cancel(true);
    }

    @Override
    protected void setException(Throwable failure) {
        super.setException(failure);
        if (isCancelled() && !(failure instanceof InterruptedException)) {
            task.loop.reportFromAnywhere(new Failure(
                    what + " failed after " + task + ", which waited for it, had been cancelled.",
                    task.name(),
                    task.createdAt(),
                    failure));
        }
    }

    @Override
    public String toString() {
        return what;
    }
}
