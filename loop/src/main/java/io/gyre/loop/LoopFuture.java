package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A result that is set later: the bridge between callbacks and tasks.
 *
 * {@snippet :
 * LoopFuture<String> reply = EventLoop.current().createFuture();
 * legacyClient.send(request, text -> loop.callSoonThreadsafe(() -> reply.setResult(text)));
 * String text = reply.await();
 * }
 *
 * <p>A failure goes to the waiting tasks; unlike a task's failure, it is not reported if it is never observed.
 *
 * <p><b>Confinement:</b> setting on the loop thread; otherwise as {@link Awaitable} says.
 *
 * <p><b>Source:</b> asyncio {@code Future}.
 *
 * @param <T> the result
 */
public final class LoopFuture<T extends @Nullable Object> extends Completion<T> {
    /** The future of another library, or the task that is to complete this; null if nothing is known. */
    private @Nullable Object source;

    LoopFuture(LoopCore loop) {
        super(loop);
    }

    /** A future that stands for a future of another library, and is named like it. */
    LoopFuture(LoopCore loop, Object source) {
        super(loop);
        this.source = source;
    }

    /** {@return whether another library will complete this} */
    boolean isOfOtherLibrary() {
        return source != null && !(source instanceof Task<?>);
    }

    /** Says which task is to complete this, for dumps. */
    void comesFrom(Task<?> task) {
        source = task;
    }

    /** {@return the task that is to complete this, or null if none is known} Any thread. */
    @Nullable
    Task<?> completer() {
        return switch (source) {
            case Task<?> task -> task;
            case TaskFuture<?> future -> future.task();
            case null, default -> null;
        };
    }

    /** Completes this with the outcome of a {@code CompletionStage}. Loop thread. */
    void settle(T value, @Nullable Throwable failure) {
        int place = loop.tick.untold.begin(this);
        if (failure == null) {
            complete(value);
        } else if (failure instanceof CompletionException && failure.getCause() != null) {
            completeExceptionally(failure.getCause());
        } else {
            completeExceptionally(failure);
        }
        tellObservers();
        loop.tick.untold.end(place);
    }

    /**
     * Completes this with a value; waiting tasks become ready.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @param value the result
     * @throws IllegalStateException if this is already done
     */
    public void setResult(T value) {
        loop.checkLoopThread("setResult");
        requireNew();
        int place = loop.tick.untold.begin(this);
        complete(value);
        tellObservers();
        loop.tick.untold.end(place);
    }

    /**
     * Completes this with a failure; waiting tasks become ready.
     *
     * <p><b>Confinement:</b> loop thread. <b>Suspends:</b> no.
     *
     * @param exception the failure
     * @throws IllegalStateException if this is already done
     */
    public void setException(Throwable exception) {
        loop.checkLoopThread("setException");
        Objects.requireNonNull(exception);
        requireNew();
        int place = loop.tick.untold.begin(this);
        completeExceptionally(exception);
        tellObservers();
        loop.tick.untold.end(place);
    }

    private void requireNew() {
        if (isDone()) {
            throw new IllegalStateException(
                    this + " is already done. Check isDone() first if other code may complete it, too.");
        }
    }

    /**
     * Completes this as cancelled; waiting tasks get a {@link java.util.concurrent.CompletionException}.
     *
     * <p><b>Confinement:</b> any thread; from outside the loop it takes effect in the next tick. <b>Suspends:</b> no.
     *
     * @param mayInterruptIfRunning ignored
     * @return false if this was already done, or the loop closed
     */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (isDone()) {
            return false;
        }
        return loop.runInLoop(this::cancelNow);
    }

    private void cancelNow() {
        var cancelled = new CancelledException(null, "the future was cancelled");
        int place = loop.tick.untold.begin(this);
        if (completeCancelled(cancelled)) {
            tellObservers();
        }
        loop.tick.untold.end(place);
    }

    @Override
    public String toString() {
        return isOfOtherLibrary() ? Describe.object(source) : "LoopFuture[" + loop.name() + ", " + state() + "]";
    }
}
