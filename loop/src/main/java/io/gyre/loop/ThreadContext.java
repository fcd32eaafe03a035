package io.gyre.loop;

import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.spi.ContextSnapshotter.Snapshot;
import java.util.concurrent.Callable;

/** Captures the thread-locals of libraries where a body is created, and installs them where it runs. */
final class ThreadContext {
    private ThreadContext() {}

    /** {@return the body of a task, a Callable or a VoidBody, bound to the current context} */
    static Object wrap(ContextSnapshotter snapshotter, Object body) {
        Snapshot snapshot = snapshotter.capture();
        if (body instanceof VoidBody<?> withoutResult) {
            return (VoidBody<Exception>) () -> {
                try (var _ = snapshot.install()) {
                    withoutResult.run();
                }
            };
        }
        Callable<?> callable = (Callable<?>) body;
        return (Callable<?>) () -> {
            try (var _ = snapshot.install()) {
                return callable.call();
            }
        };
    }

    /** {@return a callback or call, bound to the current context} */
    static Runnable wrap(ContextSnapshotter snapshotter, Runnable body) {
        Snapshot snapshot = snapshotter.capture();
        return () -> {
            try (var _ = snapshot.install()) {
                body.run();
            }
        };
    }
}
