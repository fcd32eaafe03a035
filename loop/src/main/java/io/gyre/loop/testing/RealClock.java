package io.gyre.loop.testing;

import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.Ticker;

/** The system clock for tests, which also knows when all tasks are parked. */
final class RealClock implements Ticker {
    private final ParkedWaiters parkedWaiters = new ParkedWaiters();

    ParkedWaiters parkedWaiters() {
        return parkedWaiters;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long waitNanos(long maxWaitNanos, IdleLoop idle) {
        if (parkedWaiters.isEmpty()) {
            return Ticker.super.waitNanos(maxWaitNanos, idle);
        }
        if (idle.isSettled()) {
            parkedWaiters.wakeAll();
        }
        return 0;
    }

    @Override
    public String toString() {
        return "the real clock";
    }
}
