package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.spi.Failure;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/** Results that are not delivered, because something else failed or was faster. Closeable results are closed. */
final class Leftovers {
    private Leftovers() {}

    static boolean canBeClosed(@Nullable Object result) {
        return result instanceof AutoCloseable;
    }

    /** Closes a result, if it can be closed. */
    static void close(@Nullable Object result) {
        try {
            if (result instanceof SelectableChannel channel) {
                LowLevel.close(channel);
            } else if (result instanceof AutoCloseable resource) {
                resource.close();
            }
        } catch (RuntimeException unchecked) {
            throw unchecked;
        } catch (Exception checked) {
            throw new IllegalStateException(Describe.object(result) + " cannot be closed", checked);
        }
    }

    /** Disposes of a result by a user's action, which may fail. */
    static void dispose(Runnable action) {
        try {
            action.run();
        } catch (Throwable failure) {
            if (CancelScope.isOwnCancellation(failure)) {
                return; // The next checkpoint raises it.
            }
            VirtualThreadTask<?> task = VirtualThreadTask.current();
            task.loop.report(new Failure(
                    task + " left a result that nobody receives, and closing it failed.",
                    task.name(),
                    task.createdAt(),
                    failure));
        }
    }
}
