package io.gyre.loop;

import io.gyre.loop.internal.text.Failures;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The future of a task for a caller outside the loop.
 *
 * @param <T> the result
 */
final class TaskFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    private final VirtualThreadTask<T> task;

    TaskFuture(VirtualThreadTask<T> task) {
        this.task = task;
    }

    VirtualThreadTask<T> task() {
        return task;
    }

    /** Completes this after the loop has closed. */
    void release() {
        if (task.isDone()) {
            take();
        } else {
            completeExceptionally(new LoopClosedException(task.loop, task + " has not ended"));
        }
    }

    /** Completes this with the outcome of the task. */
    void take() {
        if (task.state() == State.SUCCESS) {
            complete(task.resultNow());
        } else {
            completeExceptionally(Failures.forStage(Objects.requireNonNull(task.failure())));
        }
    }

    /** Also cancels the task. This future is cancelled at once, while the task may still be cleaning up. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            ForeignCall.cancel(task, "its future was cancelled");
        }
        return cancelled;
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
