package io.gyre.loop;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Something that a task can wait for: a {@link Task} or a {@link LoopFuture}.
 *
 * <p>It is also a {@link Future}. {@link #isDone()}, {@link #state()}, {@link #resultNow()}, {@link #exceptionNow()},
 * {@link #get()} and {@link #cancel(boolean)} may be called from any thread.
 *
 * <p><b>Source:</b> asyncio's awaitables. Differs: waiting is not owning; cancelling the waiting task does not cancel
 * what it waits for.
 *
 * @param <T> the result
 */
public interface Awaitable<T extends @Nullable Object> extends Future<T> {
    /**
     * Waits for the result.
     *
     * <p><b>Confinement:</b> a task of any loop; elsewhere use {@link #get()}. <b>Suspends:</b> until this is done.
     * Always a checkpoint. <b>Cancellation:</b> ends the wait and leaves this awaitable alone; if it is done already,
     * its result is delivered.
     *
     * @return the result
     * @throws CompletionException with the failure as its cause, so that both stacks survive. The cause is the original
     *     failure, however many tasks have awaited each other, or a {@link CancellationException} if this was cancelled
     * @throws CancelledException if the calling task is cancelled
     * @throws IllegalStateException if called outside a task, or by a task on itself
     */
    T await();

    /**
     * Waits for the result, and throws a failure of the given type unwrapped, so that it can be caught.
     *
     * {@snippet :
     * try {
     *     page = fetched.awaitThrowing(IOException.class);
     * } catch (IOException e) {
     *     page = cached;
     * }
     * }
     *
     * <p>The exception is the original one with its original stack; the stack of this call is attached as suppressed. A
     * failure that came through other tasks, or that is the only failure of a {@link TaskGroup}, is unwrapped, too. Any
     * other failure is thrown as by {@link #await()}.
     *
     * <p><b>Confinement:</b> as {@link #await()}. <b>Suspends:</b> until this is done. Always a checkpoint.
     * <b>Cancellation:</b> as {@link #await()}.
     *
     * @param <X> the type to unwrap
     * @param type the type to unwrap
     * @return the result
     * @throws X if it failed with this type
     * @throws CompletionException if it failed with another type, or was cancelled
     * @throws CancelledException if the calling task is cancelled
     * @see Async#unwrap
     */
    <X extends Exception> T awaitThrowing(Class<X> type) throws X;

    /**
     * Waits until this is done, without throwing its failure; {@link #state()} and {@link #exceptionNow()} tell the
     * outcome. The failure counts as observed.
     *
     * <p><b>Confinement:</b> as {@link #await()}. <b>Suspends:</b> until this is done. Always a checkpoint.
     * <b>Cancellation:</b> as {@link #await()}.
     *
     * @throws CancelledException if the calling task is cancelled
     * @throws IllegalStateException if called outside a task, or by a task on itself
     */
    void join();

    /**
     * Calls back once this is done, in order of registration, and never before this method returns.
     *
     * <p><b>Confinement:</b> loop thread; the callback runs there. <b>Suspends:</b> no. <b>Errors:</b> what the callback
     * throws goes to the loop's failure handler.
     *
     * @param callback receives this awaitable, which is done by then; a registered callback observes the failure
     * @return the handle that removes the callback, and with it the observation; cancel it on the loop thread
     */
    Handle whenDone(Consumer<? super Awaitable<T>> callback);

    /**
     * {@return a stage that completes with this, for libraries that use {@code CompletionStage}}
     *
     * <p><b>Confinement:</b> loop thread; the stage's dependents run there, unless they are given an executor.
     * Cancelling the stage does not cancel this awaitable.
     */
    CompletionStage<T> toCompletionStage();
}
