package io.gyre.loop.process;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import io.gyre.loop.internal.text.StandsFor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way to a child JVM and back.
 *
 * @param <T> the result
 */
class RemoteCall<T extends @Nullable Object> extends CompletableFuture<T> implements Runnable {
    /*
     * Design.
     *
     * The call is serialized where it is submitted: what cannot be sent fails there, and what the caller changes later
     * does not matter. `worker` is set exactly while a child is busy with this call, under the lock of this, so that a
     * cancel never kills a child that has gone on to another call.
     */
    private final ProcessPool pool;
    private final Object origin;
    private final Callable<?> call;
    private final ByteArrayOutputStream frame;
    private @Nullable WorkerProcess worker;
    private @Nullable String killedBecause;

    /**
     * Serializes a call.
     *
     * @param origin what the user has handed in
     * @param remote what the child runs
     * @throws RejectedExecutionException if it cannot be serialized
     */
    RemoteCall(ProcessPool pool, Object origin, Callable<?> remote) {
        this.pool = pool;
        this.origin = origin;
        this.call = remote;
        this.frame = serialize();
    }

    private ByteArrayOutputStream serialize() {
        try {
            return Wire.serialize(call);
        } catch (NotSerializableException e) {
            throw new RejectedExecutionException(
                    this + " cannot be sent to another JVM, because " + Describe.message(e)
                            + " is not serializable. Make lambdas SerializableCallable or SerializableRunnable, and let"
                            + " them capture serializable values only.",
                    e);
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw new RejectedExecutionException(this + " cannot be serialized: " + Describe.object(e), e);
        }
    }

    ByteArrayOutputStream frame() {
        return frame;
    }

    @Nullable
    ClassLoader classLoader() {
        return StandsFor.originalOf(origin).getClass().getClassLoader();
    }

    /** {@return whether the child shall run it; not if it was cancelled meanwhile} */
    synchronized boolean begin(WorkerProcess child) {
        if (isDone()) {
            return false;
        }
        worker = child;
        if (killedBecause != null) {
            child.kill(killedBecause);
        }
        return true;
    }

    synchronized void end() {
        worker = null;
    }

    /** Kills the child that runs it, now or as soon as there is one. */
    synchronized void kill(String because) {
        killedBecause = because;
        if (worker != null) {
            worker.kill(because);
        }
    }

    @SuppressWarnings("unchecked") // it is what the call returned
    void completeWith(@Nullable Object result) {
        complete((T) result);
    }

    /**
     * Completes this with what the call has thrown. An exception that means something of its own to a
     * {@code CompletableFuture} is wrapped, so that it arrives as the failure that it is.
     */
    void failWith(Throwable failure) {
        boolean hasMeaning = failure instanceof CompletionException || failure instanceof CancellationException;
        completeExceptionally(
                hasMeaning ? new CompletionException(Describe.object(failure), failure) : Failures.forStage(failure));
    }

    /**
     * Cancels the call: one that waits is not run, one that runs goes on if {@code mayInterruptIfRunning} is false, and
     * has its child killed otherwise.
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            pool.withdraw(this);
            if (mayInterruptIfRunning) {
                kill("it was killed because the call was cancelled");
            }
        }
        return cancelled;
    }

    /** Runs the call here: for those to whom {@link ProcessPool#shutdownNow} has given it back. */
    @Override
    public void run() {
        try {
            completeWith(call.call());
        } catch (Throwable failure) {
            failWith(failure);
        }
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    @Override
    public String toString() {
        String name = StandsFor.originalOf(origin).getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return "a call of " + (lambda < 0 ? name : name.substring(0, lambda));
    }
}
