package io.gyre.loop;

import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A result that comes later, and those who wait for it: what tasks and futures have in common.
 *
 * @param <T> the result
 */
abstract class Completion<T extends @Nullable Object> implements Awaitable<T> {
    /*
     * Design.
     *
     * The outcome is written once, on the loop thread, and is volatile so that other threads may look at it. All else is
     * plain and belongs to the loop: a thread from outside that wants to wait sends a ForeignWaiter through the entry
     * queue instead of touching the list.
     */
    private static final Object NULL = new Object();

    /** An outcome that is not a value. */
    private record Failed(Throwable exception, boolean isCancelled) {}

    static {
        // Loaded with its owner: the first failure to record may be that no class can be loaded any more.
        new Failed(new IllegalStateException(), false).isCancelled();
    }

    final EventLoop loop;
    private @Nullable Observer firstObserver;
    private @Nullable Observer lastObserver;

    private volatile @Nullable Object outcome;

    Completion(EventLoop loop) {
        this.loop = loop;
    }

    // ---- completing: loop thread

    final boolean complete(T value) {
        return conclude(value == null ? NULL : value);
    }

    final boolean completeExceptionally(Throwable exception) {
        return conclude(new Failed(exception, false));
    }

    final boolean completeCancelled(Throwable cancellation) {
        return conclude(new Failed(cancellation, true));
    }

    private boolean conclude(Object newOutcome) {
        if (outcome != null) {
            return false;
        }
        outcome = newOutcome;
        return true;
    }

    /** Tells all observers, in order. Separate from completing, so that a failure that has none can be seen first. */
    final void tellObservers() {
        for (Observer observer = firstObserver; observer != null; observer = firstObserver) {
            removeObserver(observer);
            observer.completed();
        }
    }

    /** {@return whether somebody deals with a failure, so that it need not be reported} */
    final boolean isObserved() {
        Observer observer = firstObserver;
        while (observer != null && !observer.observesFailure()) {
            observer = observer.next;
        }
        return observer != null;
    }

    /** {@return whether somebody takes a failure that nobody observes, and will see to it} */
    final boolean isFailureTaken() {
        Observer observer = firstObserver;
        while (observer != null && !observer.takesFailure()) {
            observer = observer.next;
        }
        return observer != null;
    }

    /** {@return whether anybody will be told} For tests. */
    final boolean hasObservers() {
        return firstObserver != null;
    }

    final void addObserver(Observer observer) {
        observer.listed = true;
        observer.previous = lastObserver;
        if (lastObserver == null) {
            firstObserver = observer;
        } else {
            lastObserver.next = observer;
        }
        lastObserver = observer;
    }

    /** O(1): a future may have very many observers. */
    final void removeObserver(Observer observer) {
        if (!observer.listed) {
            return;
        }
        observer.listed = false;
        Observer before = observer.previous;
        Observer after = observer.next;
        if (before == null) {
            firstObserver = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            lastObserver = before;
        } else {
            after.previous = before;
        }
        observer.previous = null;
        observer.next = null;
    }

    // ---- waiting in a task

    @Override
    public final T await() {
        join();
        return resultOrCompletionException();
    }

    /** Waits until this is done, well or badly. */
    final void join() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        if (outcome == null) {
            if (task.loop == loop) {
                parkUntilDone(task);
            } else {
                awaitOfOtherLoop(task);
            }
        }
    }

    private void parkUntilDone(VirtualThreadTask<?> task) {
        if (task == this) {
            throw new IllegalStateException(task + " awaits itself, and would for ever");
        }
        var waiter = new Observer(this) {
            @Override
            void completed() {
                task.unpark();
            }
        };
        addObserver(waiter);
        task.park(this, () -> {
            removeObserver(waiter);
            return true;
        });
    }

    private void awaitOfOtherLoop(VirtualThreadTask<?> task) {
        task.<@Nullable Void, RuntimeException>blocking(this, () -> {
            ForeignWaiter.await(this);
            return null;
        });
    }

    private T resultOrCompletionException() {
        if (outcome instanceof Failed failed) {
            throw new CompletionException(this + " failed: " + failed.exception, failed.exception);
        }
        return value();
    }

    // ---- java.util.concurrent.Future: any thread

    @Override
    public final T get() throws InterruptedException, ExecutionException {
        if (outcome == null) {
            if (VirtualThreadTask.currentLoopOrNull() == loop) {
                VirtualThreadTask<?> task = VirtualThreadTask.current();
                task.checkpoint();
                parkUntilDone(task);
            } else {
                ForeignWaiter.await(this);
            }
        }
        return resultOrExecutionException();
    }

    @Override
    public final T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        if (outcome == null && !ForeignWaiter.await(this, unit.toNanos(timeout))) {
            throw new TimeoutException(this + " was not done within " + timeout + " "
                    + unit.toString().toLowerCase(Locale.ROOT));
        }
        return resultOrExecutionException();
    }

    private T resultOrExecutionException() throws ExecutionException {
        if (outcome instanceof Failed failed) {
            if (failed.isCancelled()) {
                var cancelled = new CancellationException(failed.exception.getMessage());
                cancelled.initCause(failed.exception);
                throw cancelled;
            }
            throw new ExecutionException(this + " failed: " + failed.exception, failed.exception);
        }
        return value();
    }

    @Override
    public final boolean isDone() {
        return outcome != null;
    }

    @Override
    public final boolean isCancelled() {
        return outcome instanceof Failed failed && failed.isCancelled();
    }

    @Override
    public final State state() {
        Object seen = outcome;
        if (seen == null) {
            return State.RUNNING;
        }
        if (seen instanceof Failed failed) {
            return failed.isCancelled() ? State.CANCELLED : State.FAILED;
        }
        return State.SUCCESS;
    }

    @Override
    public final T resultNow() {
        if (state() != State.SUCCESS) {
            throw new IllegalStateException(this + " has no result: it is " + state());
        }
        return value();
    }

    @Override
    public final Throwable exceptionNow() {
        if (outcome instanceof Failed failed && !failed.isCancelled()) {
            return failed.exception;
        }
        throw new IllegalStateException(this + " has not failed: it is " + state());
    }

    /** {@return what ended this if it did not succeed, a cancellation included} */
    final @Nullable Throwable failure() {
        return outcome instanceof Failed failed ? failed.exception : null;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // complete took a T; NULL stands for a null that it took
    private T value() {
        Object seen = outcome;
        return (T) (seen == NULL ? null : seen);
    }

    // ---- callbacks: loop thread

    @Override
    public final Handle whenDone(Consumer<? super Awaitable<T>> consumer) {
        loop.checkLoopThread("whenDone");
        return callBack(consumer, () -> consumer.accept(this), true);
    }

    /** Calls back as {@link #whenDone} does, to somebody who does not deal with failures. */
    final Handle whenEnded(Runnable body) {
        loop.checkLoopThread("whenEnded");
        return callBack(body, body, false);
    }

    private Handle callBack(Object origin, Runnable body, boolean observesFailure) {
        var callback = new DoneCallback(this, origin, body, observesFailure);
        if (outcome == null) {
            callback.await();
        } else {
            loop.makeReady(callback);
        }
        return callback;
    }

    @Override
    public final CompletionStage<T> toCompletionStage() {
        var stage = new CompletableFuture<T>();
        whenDone(done -> {
            Throwable failure = failure();
            if (failure == null) {
                stage.complete(value());
            } else {
                stage.completeExceptionally(failure);
            }
        });
        return stage.minimalCompletionStage();
    }
}
