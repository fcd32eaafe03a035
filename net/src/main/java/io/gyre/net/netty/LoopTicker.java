package io.gyre.net.netty;

import io.gyre.loop.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;

/** The clock of a loop, from zero, as Netty counts. */
final class LoopTicker implements Ticker {
    private final EventLoop loop;
    private final long startNanos;

    LoopTicker(EventLoop loop) {
        this.loop = loop;
        this.startNanos = loop.time();
    }

    /** {@return the instant on the loop's clock} */
    long onLoop(long nanos) {
        return nanos > Long.MAX_VALUE - Math.max(0, startNanos) ? Long.MAX_VALUE : startNanos + nanos;
    }

    @Override
    public long initialNanoTime() {
        return startNanos;
    }

    @Override
    public long nanoTime() {
        return loop.time() - startNanos;
    }

    @Override
    public void sleep(long delay, TimeUnit unit) throws InterruptedException {
        unit.sleep(delay);
    }
}
