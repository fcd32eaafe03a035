package io.gyre.loop;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by every suspending call in a cancelled scope or task, until control has left it.
 *
 * <p>Clean up, and let it propagate. Code that swallows it does not undo the cancellation: the next suspending call
 * throws again.
 *
 * <p><b>Source:</b> asyncio {@code CancelledError}, with trio's level-triggered delivery. A {@code CancelledException}
 * is always about the task that gets it; when the <em>awaited</em> task was cancelled, {@link Awaitable#await()} throws
 * a {@link java.util.concurrent.CompletionException}.
 */
public final class CancelledException extends CancellationException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable CancelScope scope;

    CancelledException(@Nullable CancelScope scope, String message) {
        super(message);
        this.scope = scope;
    }

    boolean isCausedBy(CancelScope candidate) {
        return scope == candidate;
    }
}
