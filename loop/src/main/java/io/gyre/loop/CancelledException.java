package io.gyre.loop;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a suspending call in a scope or task that is cancelled, at each such call until control has left it.
 *
 * <p>Let it pass, after cleaning up. Code that swallows it does not undo the cancellation: the next suspending call
 * throws again.
 *
 * <p><b>Source:</b> asyncio {@code CancelledError}, with trio's level-triggered delivery. Differs from what
 * {@link Awaitable#await()} throws when the <em>other</em> task was cancelled, which is a
 * {@link java.util.concurrent.CompletionException}: a plain {@code CancelledException} is always about the task that
 * gets it.
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
