package io.gyre.loop;

/**
 * A callback scheduled for an instant.
 *
 * <p><b>Confinement:</b> loop thread.
 *
 * <p><b>Source:</b> asyncio {@code TimerHandle}.
 */
public sealed interface TimerHandle extends Handle permits CallbackTimer {
    /** {@return the instant for which the callback is scheduled, in nanoseconds of {@link EventLoop#time()}} */
    long deadlineNanos();
}
