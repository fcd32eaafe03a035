package io.gyre.loop;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.Ticker;

/** A user's ticker, which may fail: the loop must know the time nevertheless. Any thread. */
final class GuardedTicker implements Ticker {
    /*
     * Design.
     *
     * When the ticker fails, the system clock continues from the last known instant, so that timers fire. The ticker is
     * asked again each time. A ticker that always fails is reported the first, second, fourth time and so on, because
     * each report is a callback, which makes the loop ask once more.
     */
    private static final Ticker SYSTEM = Ticker.system();

    private final LoopCore loop;
    private final Ticker ticker;
    private long lastNanos;
    private long failedAtNanos;
    private long failures;

    private GuardedTicker(LoopCore loop, Ticker ticker) {
        this.loop = loop;
        this.ticker = ticker;
    }

    /** {@return a ticker that does not throw} The system's never does. */
    static Ticker of(LoopCore loop, Ticker ticker) {
        return ticker == SYSTEM ? ticker : new GuardedTicker(loop, ticker);
    }

    @Override
    public long nanoTime() {
        try {
            long now = ticker.nanoTime();
            lastNanos = now;
            failedAtNanos = 0;
            return now;
        } catch (Throwable failure) {
            return nanoTimeDespite(failure);
        }
    }

    private long nanoTimeDespite(Throwable failure) {
        long system = System.nanoTime();
        if (failedAtNanos == 0) {
            failedAtNanos = system;
        }
        report(failure);
        return lastNanos + (system - failedAtNanos);
    }

    @Override
    public long waitNanos(long maxWaitNanos, IdleLoop idle) {
        try {
            return ticker.waitNanos(maxWaitNanos, idle);
        } catch (Throwable failure) {
            report(failure);
            return Math.min(maxWaitNanos, idle.untilTimerNanos());
        }
    }

    private void report(Throwable failure) {
        failures++;
        if ((failures & (failures - 1)) == 0) {
            loop.reportFromAnywhere(new Failure(
                    "the ticker of " + loop + " failed (failures so far: " + failures
                            + "); the system clock replaces it. A ticker must not throw.",
                    loop.name(),
                    null,
                    failure));
        }
    }
}
