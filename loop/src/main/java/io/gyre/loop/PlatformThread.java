package io.gyre.loop;

import io.gyre.loop.internal.vthread.ScopedBindings;
import io.gyre.loop.spi.ContextSnapshotter;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Runs a body on a platform thread of its own while a virtual thread waits. */
final class PlatformThread {
    private PlatformThread() {}

    /**
     * Calls {@code body} with the scoped values and the context of the caller. {@code onInterrupt} runs in the waiting
     * thread, each time this thread is interrupted.
     */
    static <T extends @Nullable Object, X extends Exception> T call(
            LoopOptions options, Body<T, X> body, Runnable onInterrupt) throws X {
        var call = new FutureTask<T>(inContext(options.contextSnapshotter(), body::run));
        Thread thread =
                Thread.ofPlatform().name(Objects.requireNonNull(options.name())).unstarted(call);
        ScopedBindings.inherit(thread);
        thread.start();
        return PatientWait.<T, X>forOutcome(
                "the end of a loop of its own", () -> ForeignFutures.await(call), onInterrupt, () -> outcomeOf(call));
    }

    @SuppressWarnings("unchecked") // a Callable in its context is a Callable with the same result
    private static <T extends @Nullable Object> Callable<T> inContext(
            @Nullable ContextSnapshotter snapshotter, Callable<T> body) {
        return snapshotter == null ? body : (Callable<T>) ThreadContext.wrap(snapshotter, body);
    }

    private static <T extends @Nullable Object, X extends Exception> T outcomeOf(FutureTask<T> call) throws X {
        Throwable failure = ForeignFutures.failureOf(call);
        if (failure != null) {
            throw ForeignFutures.<X>rethrow("the body", failure);
        }
        return call.resultNow();
    }
}
