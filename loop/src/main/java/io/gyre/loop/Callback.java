package io.gyre.loop;

import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.spi.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Code in the ready queue that is not a task. The callback runner runs it; a user's, with the scoped values that were
 * bound and the context that was in force where it was created.
 */
sealed class Callback implements Handle, Step permits DoneCallback {
    private final EventLoop loop;
    private final @Nullable Object createdAt;
    private final Object origin;
    private final Runnable body;
    private final @Nullable Object bindings;
    private boolean cancelled;
    private @Nullable CallbackRunner runner;

    /**
     * Creates a callback of the user's that is not scheduled yet. Not on the carrier: capturing the context is user
     * code.
     *
     * @param origin what the user passed, which tells where it was created
     * @param body what to run
     */
    Callback(EventLoop loop, Object origin, Runnable body) {
        this.loop = loop;
        this.createdAt = CreationSite.of(origin, loop.isDebug());
        this.origin = origin;
        this.body = loop.withContext(body);
        this.bindings = ScopedBindings.capture();
    }

    /** Creates a callback of the library's, which runs in nobody's context. Also on the carrier. */
    Callback(EventLoop loop, Runnable body) {
        this.loop = loop;
        this.createdAt = null;
        this.origin = body;
        this.body = body;
        this.bindings = null;
    }

    /** Says where it is about to run. */
    final void beginIn(CallbackRunner taker) {
        runner = taker;
    }

    /** Runs it, unless it was cancelled. In the callback runner. */
    @Override
    public final void take() {
        if (cancelled) {
            return;
        }
        try {
            ScopedBindings.run(bindings, body);
        } catch (CancelledException cancelled) {
            // The callback has suspended, and was cancelled there: the loop is closing.
        } catch (Throwable failure) {
            if (!loop.isEndedBy(failure)) {
                report(failure);
            }
        }
    }

    private void report(Throwable failure) {
        loop.report(new Failure(
                this + " failed. Catch what it may throw, or use a task, whose failure can be awaited.",
                toString(),
                createdAt == null ? null : createdAt.toString(),
                failure));
    }

    @Override
    public void cancel() {
        if (runner == null) {
            cancelled = true;
        }
    }

    /** Prevents all further runs of a callback that is scheduled again and again. */
    final void revoke() {
        cancelled = true;
    }

    @Override
    public final boolean isCancelled() {
        return cancelled;
    }

    @Override
    public final String stackNow() {
        return Stacks.text(createdAt, runner == null ? new StackTraceElement[0] : runner.stackTrace());
    }

    @Override
    public final String toString() {
        return "callback " + CreationSite.className(origin);
    }
}
