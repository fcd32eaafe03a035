package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.internal.text.Failures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A result that comes later, and its observers: what tasks and futures have in common.
 *
 * @param <T> the result
 */
abstract class Completion<T extends @Nullable Object> implements Awaitable<T> {
    /*
     * Design.
     *
     * The outcome is written once, on the loop thread, and is volatile so that other threads may read it. Everything
     * else is plain and belongs to the loop: a thread from outside that wants to wait sends a ForeignWaiter through the
     * entry queue instead of touching the list.
     */
    private static final Object NULL = new Object();

    private static final int MAX_LOOKED_AT = 1000;

    /** Recorded when there is no memory to record more. */
    private static final Failed NO_MEMORY = new Failed(
            new OutOfMemoryError("there was no memory to record the outcome; the original failure is lost"), false);

    /** An outcome that is not a value, and whether it was observed. */
    static final class Failed {
        final Throwable exception;
        final boolean isCancelled;

        /** Any thread. */
        volatile boolean seen;

        Failed(Throwable exception, boolean isCancelled) {
            this.exception = exception;
            this.isCancelled = isCancelled;
        }

        /** {@return the failure} From here on it counts as observed. */
        Throwable look() {
            seen = this != NO_MEMORY; // shared by many failures, each of which must be reported
            return exception;
        }
    }

    final LoopCore loop;

    /** The last observer; its `next` is the first. */
    private @Nullable Observer lastObserver;

    private volatile @Nullable Object outcome;

    /** Whether the value was retrieved. */
    private boolean claimed;

    Completion(LoopCore loop) {
        this.loop = loop;
    }

    // ---- completing: loop thread

    final boolean complete(T value) {
        return conclude(value == null ? NULL : value);
    }

    final boolean completeExceptionally(Throwable exception) {
        return fail(exception, false);
    }

    final boolean completeCancelled(Throwable cancellation) {
        return fail(cancellation, true);
    }

    private boolean fail(Throwable exception, boolean cancelled) {
        try {
            return conclude(new Failed(exception, cancelled));
        } catch (OutOfMemoryError e) {
            return conclude(NO_MEMORY);
        }
    }

    private boolean conclude(Object newOutcome) {
        if (outcome != null) {
            return false;
        }
        outcome = newOutcome;
        return true;
    }

    /**
     * Notifies all observers, in order. Separate from completing, so that the failure can be checked for observers
     * first.
     */
    void tellObservers() {
        for (Observer observer = firstObserver(); observer != null; observer = firstObserver()) {
            observer.completed(); // after an error it is still listed
            removeObserver(observer);
        }
    }

    private @Nullable Observer firstObserver() {
        return lastObserver == null ? null : lastObserver.next;
    }

    /** {@return whether an observer handles a failure, so that it need not be reported} */
    final boolean isObserved() {
        Observer last = lastObserver;
        Observer observer = last;
        while (observer != null && !observer.observesFailure()) {
            observer = observer.next == last ? null : observer.next;
        }
        return observer != null;
    }

    /**
     * {@return the groups and sets that have this among their own} Any thread, while observers come and go: so at most a
     * thousand are looked at, the first ones.
     */
    final List<Object> holders() {
        var holders = new ArrayList<Object>(1);
        Observer last = lastObserver;
        Observer observer = last == null ? null : last.next;
        for (int i = 0; observer != null && i < MAX_LOOKED_AT; i++) {
            Object holder = observer.holder();
            if (holder != null) {
                holders.add(holder);
            }
            observer = observer == last ? null : observer.next;
        }
        return holders;
    }

    /** {@return whether there are observers} For tests. */
    final boolean hasObservers() {
        return lastObserver != null;
    }

    final void addObserver(Observer observer) {
        Observer last = lastObserver == null ? observer : lastObserver;
        Observer first = last.next == null ? observer : last.next;
        observer.previous = last;
        observer.next = first;
        last.next = observer;
        first.previous = observer;
        lastObserver = observer;
    }

    /** O(1): a future may have very many observers. Does nothing if the observer is not listed. */
    final void removeObserver(Observer observer) {
        Observer before = observer.previous;
        Observer after = observer.next;
        if (before == null || after == null) {
            return;
        }
        before.next = after;
        after.previous = before;
        if (lastObserver == observer) {
            lastObserver = before == observer ? null : before;
        }
        observer.previous = null;
        observer.next = null;
    }

    // ---- waiting in a task

    @Override
    public final T await() {
        join();
        if (outcome instanceof Failed failed) {
            throw AwaitedFailureException.of(this, failed.look());
        }
        return value();
    }

    @Override
    public final <X extends Exception> T awaitThrowing(Class<X> type) throws X {
        join();
        if (outcome instanceof Failed failed) {
            throw AwaitedFailureException.unwrapped(this, failed.look(), type);
        }
        return value();
    }

    @Override
    public final void join() {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        task.checkpoint();
        if (outcome == null) {
            if (task.loop == loop) {
                parkUntilDone(task);
            } else {
                awaitOfOtherLoop(task);
            }
        }
        failure();
    }

    private void parkUntilDone(VirtualThreadTask<?> task) {
        if (task == this) {
            throw new IllegalStateException(task + " awaits itself and would never end");
        }
        var waiter = new Waiter(this, task);
        addObserver(waiter);
        task.park(this, waiter);
    }

    /** A task that waits for this to be done. Also the abort handler. */
    private static final class Waiter extends Observer implements AbortHandler {
        private final VirtualThreadTask<?> task;

        Waiter(Completion<?> awaited, VirtualThreadTask<?> task) {
            super(awaited);
            this.task = task;
        }

        @Override
        void completed() {
            task.unpark(this);
        }

        @Override
        public boolean abort() {
            completion().removeObserver(this);
            return true;
        }
    }

    private void awaitOfOtherLoop(VirtualThreadTask<?> task) {
        task.<@Nullable Void, RuntimeException>blocking(this, () -> {
            ForeignWaiter.await(this);
            return null;
        });
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
            Throwable exception = failed.look();
            if (failed.isCancelled) {
                var cancelled = new CancellationException(Describe.message(exception));
                cancelled.initCause(exception);
                throw cancelled;
            }
            Throwable original = AwaitedFailureException.original(exception);
            throw new ExecutionException(this + " failed: " + Describe.object(original), original);
        }
        return value();
    }

    @Override
    public final boolean isDone() {
        return outcome != null;
    }

    @Override
    public final boolean isCancelled() {
        return outcome instanceof Failed failed && failed.isCancelled;
    }

    @Override
    public final State state() {
        Object seen = outcome;
        if (seen == null) {
            return State.RUNNING;
        }
        if (seen instanceof Failed failed) {
            return failed.isCancelled ? State.CANCELLED : State.FAILED;
        }
        return State.SUCCESS;
    }

    @Override
    public final T resultNow() {
        if (state() != State.SUCCESS) {
            throw new IllegalStateException(this + " has no result: it is " + state(), failure());
        }
        return value();
    }

    @Override
    public final Throwable exceptionNow() {
        if (outcome instanceof Failed failed && !failed.isCancelled) {
            return failed.look();
        }
        throw new IllegalStateException(this + " has not failed: it is " + state());
    }

    /** {@return the reason why this did not succeed, including a cancellation} It counts as observed. */
    final @Nullable Throwable failure() {
        return outcome instanceof Failed failed ? failed.look() : null;
    }

    /** {@return the failure, if this has failed and the failure was not observed} */
    final @Nullable Failed unseenFailure() {
        return outcome instanceof Failed failed && !failed.isCancelled && !failed.seen ? failed : null;
    }

    /** {@return the result, if it was not retrieved and can be closed} */
    final @Nullable Object unclaimed() {
        Object seen = outcome;
        return claimed || seen == null || seen instanceof Failed || !Leftovers.canBeClosed(seen) ? null : seen;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // complete took a T; NULL stands for a null
    private T value() {
        claimed = true;
        Object seen = outcome;
        return (T) (seen == NULL ? null : seen);
    }

    // ---- callbacks: loop thread

    @Override
    public final Handle whenDone(Consumer<? super Awaitable<T>> consumer) {
        loop.checkLoopThread("whenDone");
        return callBack(consumer, () -> consumer.accept(this), true);
    }

    /** Calls back as {@link #whenDone} does, without counting as an observer of failures. */
    final Handle whenEnded(Runnable body) {
        loop.checkLoopThread("whenEnded");
        return callBack(body, body, false);
    }

    private Handle callBack(Object origin, Runnable body, boolean observesFailure) {
        var callback = new DoneCallback(this, origin, body, observesFailure);
        if (outcome == null) {
            callback.await();
        } else {
            callback.becomeReady();
            if (observesFailure) {
                failure();
            }
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
                stage.completeExceptionally(Failures.forStage(AwaitedFailureException.original(failure)));
            }
        });
        return stage.minimalCompletionStage();
    }
}
