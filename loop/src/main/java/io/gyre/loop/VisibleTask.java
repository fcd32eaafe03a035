package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The public view of any task: its name, where it was created, where it is, and how to cancel it.
 *
 * @param <T> the result
 */
abstract sealed class VisibleTask<T extends @Nullable Object> extends Completion<T> implements Task<T>
        permits ScopedTask {
    private final @Nullable String createdAt;

    VisibleTask(LoopCore loop, @Nullable String createdAt) {
        super(loop);
        this.createdAt = createdAt;
    }

    abstract Thread thread();

    @Override
    public final boolean cancel(String reason) {
        Objects.requireNonNull(reason);
        if (isDone()) {
            return false;
        }
        var task = (VirtualThreadTask<?>) this;
        if (loop.inLoop()) {
            CancelScope.cancel(task, reason);
            return true;
        }
        return loop.enter(() -> loop.cancelSoon(task, reason));
    }

    @Override
    public final void cancelAndJoin(String reason) {
        cancel(reason);
        join();
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        return cancel("cancel() was called by " + describeCaller());
    }

    private static String describeCaller() {
        VirtualThreadTask<?> caller = VirtualThreadTask.currentOrNull();
        return caller == null ? Describe.line(Thread.currentThread().getName()) : caller.toString();
    }

    @Override
    public final String name() {
        String name = thread().getName();
        return name.isEmpty() ? "task-" + id() : name;
    }

    @Override
    public final void setName(String name) {
        Objects.requireNonNull(name);
        if (this instanceof CallbackRunner) {
            throw new IllegalStateException(this + " runs the callbacks of " + loop
                    + ", one after the other, and keeps its name. Rename a task from inside its body, or by the"
                    + " object that createTask returned.");
        }
        thread().setName(name);
    }

    @Override
    public final long id() {
        return thread().threadId();
    }

    @Override
    public final EventLoop loop() {
        return loop.face;
    }

    @Override
    public final StackTraceElement[] stackTrace() {
        return thread().getStackTrace();
    }

    @Override
    public final @Nullable String createdAt() {
        return createdAt;
    }

    @Override
    public final String toString() {
        String name = thread().getName();
        return name.isEmpty() ? name() : "task '" + Describe.line(name) + "'";
    }
}
