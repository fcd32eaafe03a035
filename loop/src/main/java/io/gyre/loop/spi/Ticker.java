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
     * {@return the present instant in nanoseconds, from an arbitrary origin; never runs backwards, may wrap}
     *
     * <p>Compare two instants by subtraction. The loop asks once for each tick in which a timer is pending: must be cheap
     * and must not block.
     */
    long nanoTime();

    /**
     * {@return how long a loop that has nothing to run waits, in real nanoseconds; zero or less to look once more at once}
     *
     * <p>By default until the next timer, or for as long as its driver allows. A clock that does not move by itself answers
     * otherwise: it moves on, or waits for whoever moves it. Called on the loop thread between two ticks, only when
     * nothing is ready: must not block, must not run anybody's code, and may make tasks ready if it returns zero.
     *
     * @param maxWaitNanos what the driver of the loop allows, more than zero
     * @param idle the loop
     */
    default long waitNanos(long maxWaitNanos, IdleLoop idle) {
        return Math.min(maxWaitNanos, idle.untilTimerNanos());
    }

    /** {@return the ticker of the system, {@link System#nanoTime()}} */
    static Ticker system() {
        return System::nanoTime;
    }
}
