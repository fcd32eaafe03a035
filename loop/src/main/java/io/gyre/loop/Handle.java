package io.gyre.loop;

/**
 * A scheduled callback.
 *
 * <p><b>Confinement:</b> loop thread.
 *
 * <p><b>Source:</b> asyncio {@code Handle}.
 */
public sealed interface Handle permits Callback, TimerHandle {
    /** Prevents the callback from running and removes it. Does nothing once the callback has started. */
    void cancel();

    /** {@return whether {@link #cancel()} came in time} */
    boolean isCancelled();
}
