package io.gyre.loop;

/**
 * A callback that has been scheduled.
 *
 * <p><b>Confinement:</b> loop thread.
 *
 * <p><b>Source:</b> asyncio {@code Handle}.
 */
public sealed interface Handle permits Callback, TimerHandle {
    /** Prevents the callback from running, and leaves nothing of it behind. Does nothing once it has begun. */
    void cancel();

    /** {@return whether {@link #cancel()} came in time} */
    boolean isCancelled();
}
