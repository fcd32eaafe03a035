package io.gyre.loop;

import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test moves it. It starts just below the wrap-around of {@code long}. */
public final class ManualTicker implements Ticker {
    private final AtomicLong nanos =
            new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    /** Moves the clock on. */
    public void advance(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }
}
