package io.gyre.loop;

import io.gyre.loop.internal.vthread.ScopedBindings;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Runs something on a platform thread of its own while a virtual thread waits. */
final class PlatformThread {
    private PlatformThread() {}

    /** Calls {@code body}; {@code onInterrupt} is run, in the waiting thread, each time that this is interrupted. */
    @SuppressWarnings("unchecked") // body throws X or something unchecked
    static <T extends @Nullable Object, X extends Exception> T call(String name, Body<T, X> body, Runnable onInterrupt)
            throws X {
        var call = new FutureTask<T>(body::run);
        Thread thread = Thread.ofPlatform().name(name).unstarted(call);
        ScopedBindings.inherit(thread);
        thread.start();
        boolean interrupted = false;
        try {
            for (; ; ) {
                try {
                    return call.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    onInterrupt.run();
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Error error -> throw error;
                case Exception exception -> throw (X) exception;
                case null, default -> throw new IllegalStateException("the body on " + thread + " failed", e);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
