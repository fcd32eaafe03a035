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

    /** {@return the ticker of the system, {@link System#nanoTime()}} */
    static Ticker system() {
        return System::nanoTime;
    }
}
