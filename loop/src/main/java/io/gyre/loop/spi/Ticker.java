package io.gyre.loop.spi;

/**
 * The clock of a loop.
 *
 * <p><b>Confinement:</b> any thread.
 *
 * <p><b>Source:</b> asyncio {@code loop.time()}, in nanoseconds instead of seconds.
 */
@FunctionalInterface
public interface Ticker {
    /**
     * {@return the current instant in nanoseconds, from an arbitrary origin; never runs backwards, may wrap}
     *
     * <p>Compare two instants by subtraction. The loop calls it once for each tick with a pending timer: must be cheap
     * and must not block.
     */
    long nanoTime();

    /**
     * {@return how long an idle loop waits, in real nanoseconds; zero or less to look again at once}
     *
     * <p>By default until the next timer, or as long as its driver allows. A clock that does not move by itself
     * overrides this: it moves on, or waits until it is moved. Called on the loop thread between two ticks, only when
     * nothing is ready: must not block, must not run foreign code, and may make tasks ready if it returns zero.
     *
     * @param maxWaitNanos the longest wait that the loop's driver allows, more than zero
     * @param idle the loop
     */
    default long waitNanos(long maxWaitNanos, IdleLoop idle) {
        return Math.min(maxWaitNanos, idle.untilTimerNanos());
    }

    /** {@return the system ticker, {@link System#nanoTime()}} */
    static Ticker system() {
        return System::nanoTime;
    }
}
