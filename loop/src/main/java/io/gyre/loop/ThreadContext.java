package io.gyre.loop;

import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.spi.ContextSnapshotter.Snapshot;
import java.util.concurrent.Callable;

/** Puts the thread-locals of libraries, as they are where a body is created, into force where it runs. */
final class ThreadContext {
    private ThreadContext() {}

    /** {@return the body of a task, a Callable or a VoidBody, as one in the present context} */
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

    /** {@return a callback or call as one in the present context} */
    static Runnable wrap(ContextSnapshotter snapshotter, Runnable body) {
        Snapshot snapshot = snapshotter.capture();
        return () -> {
            try (var _ = snapshot.install()) {
                body.run();
            }
        };
    }
}
