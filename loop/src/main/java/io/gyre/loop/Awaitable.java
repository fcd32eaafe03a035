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
 * <p>It is a {@link Future} too. {@link #isDone()}, {@link #state()}, {@link #resultNow()}, {@link #exceptionNow()},
 * {@link #get()} and {@link #cancel(boolean)} may be called from any thread.
 *
 * <p><b>Source:</b> asyncio's awaitables. Differs: to wait is not to own; cancelling the task that waits does not cancel
 * what it waits for.
 *
 * @param <T> the result
 */
public interface Awaitable<T extends @Nullable Object> extends Future<T> {
    /**
     * Waits for the result.
     *
     * <p><b>Confinement:</b> a task of any loop; elsewhere use {@link #get()}. <b>Suspends:</b> until this is done. Always
     * a checkpoint. <b>Cancellation:</b> ends the wait and leaves what is waited for alone; once this is done the result
     * is delivered.
     *
     * @return the result
     * @throws CompletionException with the failure as its cause, so that both stacks survive; the failure that was thrown in
     *     the beginning, however many tasks have awaited each other. The cause is a {@link CancellationException} if what is
     *     waited for was cancelled
     * @throws CancelledException if the calling task is cancelled
     * @throws IllegalStateException if called outside a task, or by a task for itself
     */
    T await();

    /**
     * Waits for the result, and throws a failure of a certain type as what it is, so that it can be caught.
     *
     * {@snippet :
     * try {
     *     page = fetched.awaitThrowing(IOException.class);
     * } catch (IOException e) {
     *     page = cached;
     * }
     * }
     *
     * <p>The exception is the one that was thrown, with the stack that it had there; the stack of this call is attached to it
     * as suppressed. A failure that has come through other tasks, or that is the only one of a {@link TaskGroup}, is looked
     * for behind what wraps it. Any other is thrown as by {@link #await()}.
     *
     * <p><b>Confinement:</b> as {@link #await()}. <b>Suspends:</b> until this is done. Always a checkpoint.
     * <b>Cancellation:</b> as {@link #await()}.
     *
     * @param <X> the type
     * @param type the type
     * @return the result
     * @throws X if it failed by that
     * @throws CompletionException if it failed by something else, or was cancelled
     * @throws CancelledException if the calling task is cancelled
     * @see Async#unwrap
     */
    <X extends Exception> T awaitThrowing(Class<X> type) throws X;

    /**
     * Waits until this is done, and does not throw what it failed by: {@link #state()} and {@link #exceptionNow()} tell.
     * The failure counts as observed.
     *
     * <p><b>Confinement:</b> as {@link #await()}. <b>Suspends:</b> until this is done. Always a checkpoint.
     * <b>Cancellation:</b> as {@link #await()}.
     *
     * @throws CancelledException if the calling task is cancelled
     * @throws IllegalStateException if called outside a task, or by a task for itself
     */
    void join();

    /**
     * Calls back once this is done, in order of registration, never before this method returns.
     *
     * <p><b>Confinement:</b> loop thread; the callback runs there. <b>Suspends:</b> no. <b>Errors:</b> what the callback
     * throws goes to the loop's failure handler.
     *
     * @param callback receives this, which is done by then; whoever has registered one observes a failure
     * @return the handle that takes the callback back, and with it the observation; cancel it on the loop thread
     */
    Handle whenDone(Consumer<? super Awaitable<T>> callback);

    /**
     * {@return a stage that completes with this, for libraries that speak {@code CompletionStage}}
     *
     * <p><b>Confinement:</b> loop thread; the stage's dependents run there, unless given an executor. Cancelling the stage
     * does not cancel this.
     */
    CompletionStage<T> toCompletionStage();
}
