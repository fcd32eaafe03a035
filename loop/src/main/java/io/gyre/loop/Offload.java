package io.gyre.loop;

import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.process.ProcessPool;
import io.gyre.loop.process.SerializableCallable;
import io.gyre.loop.spi.Failure;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A blocking call that runs elsewhere while a task waits for it.
 *
 * @param <T> the result
 */
final class Offload<T extends @Nullable Object> implements AbortHandler {
    /*
     * Design.
     *
     * The worker only says "ended", through the entry queue; the task is unparked on the loop. The task always parks until
     * that word has come, even when the executor ran the call at once in the task itself: a word that came later would
     * unpark the task out of some other wait.
     *
     * `settled` is won once: by the call that has ended, which then wakes the task, or by the cancellation, which then
     * ends the wait; what the call still does is late. A call that has a result by the time of the cancellation is not
     * cancelled any more.
     *
     * An executor gets a LocalCall; a process pool, which has to send the body itself, gets that. Both hand back a future.
     */
    private final VirtualThreadTask<?> task;
    private final Offloading how;
    private final String what;
    private final AtomicBoolean settled = new AtomicBoolean();
    private @Nullable Future<T> future;

    private Offload(VirtualThreadTask<?> task, Offloading how, Object origin) {
        this.task = task;
        this.how = how;
        this.what = "an offloaded call of " + CreationSite.className(origin);
    }

    static <T extends @Nullable Object, X extends Exception> T run(Offloading how, Object origin, Body<T, X> body)
            throws X {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        var offload = new Offload<T>(task, how, origin);
        offload.takePlace();
        offload.handOver(body);
        task.park(offload, offload);
        return offload.outcome();
    }

    // ---- in the task

    private void takePlace() {
        if (how.limit() != null) {
            task.describeWait("a free place for " + what);
            try {
                how.limit().acquire();
            } catch (InterruptedException e) {
                throw task.interruptedWhile("waiting for a free place for " + what);
            } finally {
                task.describeWait(null);
            }
        }
    }

    private void handOver(Body<T, ?> body) {
        Executor executor = how.executorOf(task.loop);
        try {
            if (executor instanceof ProcessPool pool) {
                CompletableFuture<T> remote = pool.submit(new RemoteBody<>(body));
                future = remote;
                remote.whenComplete((result, failure) -> ended(null));
            } else {
                var local = new LocalCall(body);
                future = local;
                executor.execute(local);
            }
        } catch (Throwable refused) {
            if (future == null || takeBack()) {
                leavePlace();
            }
            throw refused;
        }
    }

    @SuppressWarnings("unchecked") // the body throws X or something unchecked
    private <X extends Exception> T outcome() throws X {
        try {
            return Objects.requireNonNull(future).get();
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
    public boolean abort() {
        Future<T> call = Objects.requireNonNull(future);
        if (call.isDone()) {
            return false;
        }
        boolean takenBack = takeBack();
        if (takenBack) {
            leavePlace();
        } else if (how.onCancel() == OnCancel.WAIT || !settled.compareAndSet(false, true)) {
            return false;
        } else if (how.onCancel() == OnCancel.INTERRUPT) {
            call.cancel(true);
        }
        return true;
    }

    /** {@return whether the call had not begun, and now never will} */
    private boolean takeBack() {
        return future instanceof Offload<?>.LocalCall local && local.takeBack();
    }

    // ---- wherever the call has run

    private void ended(@Nullable Throwable failure) {
        leavePlace();
        if (settled.compareAndSet(false, true)) {
            task.loop.enter(task::unpark);
        } else if (failure != null
                && how.onCancel() == OnCancel.INTERRUPT
                && !(failure instanceof InterruptedException)) {
            task.loop.reportFromAnywhere(new Failure(
                    what + " failed after " + task + ", which waited for it, had been cancelled.",
                    task.name(),
                    task.createdAt(),
                    failure));
        }
    }

    private void leavePlace() {
        if (how.limit() != null) {
            how.limit().release();
        }
    }

    @Override
    public String toString() {
        return what;
    }

    /** What an executor of this JVM runs. */
    private final class LocalCall extends FutureTask<T> {
        private final AtomicBoolean begun = new AtomicBoolean();
        private final @Nullable Object bindings = ScopedBindings.capture();
        private @Nullable Throwable failure;

        LocalCall(Body<T, ?> body) {
            super(body::run);
        }

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                ScopedBindings.run(bindings, super::run);
                ended(failure);
            }
        }

        boolean takeBack() {
            return begun.compareAndSet(false, true);
        }

        @Override
        protected void setException(Throwable thrown) {
            failure = thrown;
            super.setException(thrown);
        }
    }

    /** What a process pool sends. */
    private record RemoteBody<T extends @Nullable Object>(Body<T, ?> body) implements SerializableCallable<T> {
        @Override
        public T call() throws Exception {
            return body.run();
        }
    }
}
