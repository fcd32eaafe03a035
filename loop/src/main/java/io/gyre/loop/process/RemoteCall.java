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
     * The call is serialized on submission: a call that cannot be sent fails there, and later changes by the caller do
     * not matter. `worker` is set exactly while a child is busy with this call, under the lock of this object, so a
     * cancel never kills a child that has moved on to another call.
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
     * @param origin the object that the user submitted
     * @param remote the code that the child runs
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

    /** {@return whether the child should run the call; false if it was cancelled in the meantime} */
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

    /** Kills the child that runs the call, now or as soon as there is one. */
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
     * Completes this with the exception of the call. An exception with a special meaning for {@code CompletableFuture}
     * is wrapped, so that it arrives as a failure.
     */
    void failWith(Throwable failure) {
        boolean hasMeaning = failure instanceof CompletionException || failure instanceof CancellationException;
        completeExceptionally(
                hasMeaning ? new CompletionException(Describe.object(failure), failure) : Failures.forStage(failure));
    }

    /**
     * Cancels the call. A waiting call does not run. A running call goes on if {@code mayInterruptIfRunning} is false;
     * otherwise its child is killed.
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

    /** Runs the call in this JVM, after {@link ProcessPool#shutdownNow} has returned it. */
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
        return "a call of " + Describe.className(StandsFor.originalOf(origin).getClass());
    }
}
