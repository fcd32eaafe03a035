package io.gyre.loop;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads that run a loop's offloaded calls when it was given none. Daemons: they never keep the process alive. */
final class OffloadPool extends ThreadPoolExecutor {
    /** As asyncio has it: enough for blocking calls, few enough not to drown a small machine. */
    private static final int MAX_THREADS = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);

    private static final int KEEP_ALIVE_SECONDS = 30;

    private final EventLoop loop;
    private boolean ended;

    OffloadPool(EventLoop loop) {
        super(
                MAX_THREADS,
                MAX_THREADS,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name(loop.name() + "-offload-", 1).factory());
        allowCoreThreadTimeOut(true);
        this.loop = loop;
    }

    /** Tells the loop, which waits for this when it closes; {@link #isTerminated} becomes true only afterwards. */
    @Override
    protected void terminated() {
        super.terminated();
        loop.enter(() -> ended = true);
    }

    /** {@return whether the last call has ended after a shutdown} Loop thread. */
    boolean hasEnded() {
        return ended;
    }
}
