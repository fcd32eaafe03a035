package io.gyre.loop;

import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.spi.Failure;
import org.jspecify.annotations.Nullable;

/**
 * Code in the ready queue that is not a task. The callback runner runs it; a user's callback runs with the scoped
 * values and the context of the place that created it.
 */
sealed class Callback implements Handle, Step permits DoneCallback, ShutdownCallback {
    private final LoopCore loop;
    private final @Nullable String createdAt;
    private final Object origin;
    private final Runnable body;
    private final @Nullable Object bindings;
    private @Nullable Step nextReady;
    private boolean queued;
    private boolean cancelled;
    private @Nullable CallbackRunner runner;

    /**
     * Creates a user's callback that is not scheduled yet. Not on the carrier: capturing the context is user code.
     *
     * @param origin what the user passed, which tells where the callback was created
     * @param body what to run
     */
    Callback(LoopCore loop, Object origin, Runnable body) {
        this(
                loop,
                CreationSite.ofCallback(origin, loop.isDebug()),
                origin,
                loop.withContext(body),
                ScopedBindings.capture());
    }

    /** Creates a callback of the library, which runs without a user's context. Also on the carrier. */
    Callback(LoopCore loop, Runnable body) {
        this(loop, null, body, body, null);
    }

    private Callback(
            LoopCore loop, @Nullable String createdAt, Object origin, Runnable body, @Nullable Object bindings) {
        this.loop = loop;
        this.createdAt = createdAt;
        this.origin = origin;
        this.body = body;
        this.bindings = bindings;
    }

    /** {@return a user's callback that serves many, and so runs without the context of its creator} */
    static Callback withoutContext(LoopCore loop, Object origin, Runnable body) {
        return new Callback(loop, CreationSite.ofCallback(origin, loop.isDebug()), origin, body, null);
    }

    /** Queues it to run in the next tick, if it is not queued. */
    final void becomeReady() {
        becomeReadyIn(loop.tick.ready);
    }

    /** Queues it, if it is not queued. */
    final void becomeReadyIn(ReadyQueue<? super Callback> queue) {
        if (!queued) {
            queue.add(this);
            queued = true;
        }
    }

    /** Marks it as taken out of its queue. */
    final void leaveQueue() {
        queued = false;
    }

    /** Records the runner that is about to run it. */
    final void beginIn(CallbackRunner taker) {
        runner = taker;
    }

    /** Runs it, unless it was cancelled. In the callback runner. */
    final void take() {
        try {
            takeUnlessStackIsShort();
        } catch (StackOverflowError failure) {
            report(failure);
        }
    }

    /**
     * Runs it, unless it was cancelled. What it throws is reported, except for a stack overflow, which may be the
     * caller's.
     */
    final void takeUnlessStackIsShort() {
        if (cancelled) {
            return;
        }
        try {
            ScopedBindings.run(bindings, body);
        } catch (StackOverflowError overflow) {
            throw overflow;
        } catch (Throwable failure) {
            // If the loop is closed, a callback that suspends is cancelled. The cancellation of another task is a
            // failure.
            if (!loop.isEndedBy(failure) && !CancelScope.isOwnCancellation(failure)) {
                report(failure);
            }
        }
    }

    @Override
    public final @Nullable Step nextReady() {
        return nextReady;
    }

    @Override
    public final void setNextReady(@Nullable Step next) {
        nextReady = next;
    }

    private void report(Throwable failure) {
        loop.report(new Failure(
                this + " failed. Catch its exceptions, or use a task, whose failure can be awaited.",
                toString(),
                createdAt,
                failure));
    }

    @Override
    public void cancel() {
        if (runner == null) {
            cancelled = true;
        }
    }

    /** Prevents all further runs of a repeating callback. */
    final void revoke() {
        cancelled = true;
    }

    @Override
    public final boolean isCancelled() {
        return cancelled;
    }

    @Override
    public final StackTraceElement[] stackTrace() {
        return runner == null ? new StackTraceElement[0] : runner.stackTrace();
    }

    @Override
    public final @Nullable String createdAt() {
        return createdAt;
    }

    @Override
    public final String toString() {
        return origin instanceof ChannelListener listener
                ? listener.name()
                : "callback " + CreationSite.className(origin);
    }
}
