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

    /** The offloaded call that threw this when it asked; null if the task itself was told. */
    private final transient @Nullable Offload<?> call;

    CancelledException(@Nullable CancelScope scope, String message) {
        this(scope, message, null);
    }

    CancelledException(@Nullable CancelScope scope, String message, @Nullable Offload<?> call) {
        super(message);
        this.scope = scope;
        this.call = call;
    }

    boolean isThrownBy(Offload<?> candidate) {
        return call == candidate;
    }

    boolean isCausedBy(CancelScope candidate) {
        return scope == candidate;
    }
}
