package io.gyre.net.netty;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.netty.util.concurrent.BlockingOperationException;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Netty's futures in tasks. */
public final class Netty {
    private Netty() {}

    /**
     * Waits for a future of Netty's.
     *
     * {@snippet :
     * ChannelFuture bound = bootstrap.bind(address);
     * Netty.await(bound);
     * Channel server = bound.channel();
     * }
     *
     * <p>Netty's own {@code sync()}, {@code await()} and {@code get()} work in a task, too: they park the task and nothing
     * else. A cancellation reaches them as {@code InterruptedException}, which {@link LowLevel#blocking} around them makes a
     * {@link io.gyre.loop.CancelledException} of.
     *
     * <p><b>Confinement:</b> a task. <b>Suspends:</b> until the future is done. Always a checkpoint. <b>Cancellation:</b>
     * leaves the future alone.
     *
     * @param <T> the result
     * @param future a future of any executor
     * @return its result
     * @throws java.util.concurrent.CompletionException if the future fails, with its failure as the cause
     * @throws CancellationException if the future is cancelled
     * @throws io.gyre.loop.CancelledException if the task is cancelled
     * @throws BlockingOperationException in a handler, which would wait for itself
     */
    public static <T extends @Nullable Object> T await(Future<T> future) {
        requireNoHandler();
        new FutureWait(LowLevel.checkpoint(), future).await();
        if (future.isCancelled()) {
            throw new CancellationException(LowLevel.describe(future) + " was cancelled");
        }
        Throwable failure = future.cause();
        if (failure != null) {
            throw LowLevel.completionException(future, failure);
        }
        return future.getNow();
    }

    /** Throws in a handler. */
    static void requireNoHandler() {
        if (ThreadExecutorMap.currentExecutor() instanceof BridgeEventLoop bridge && bridge.inEventLoop()) {
            throw new BlockingOperationException("a handler of " + bridge
                    + " cannot wait for a future, which its event loop may have to complete."
                    + " Use addListener, or start a task that waits.");
        }
    }

    /**
     * {@return an executor that runs commands in the current loop's offload pool} For what Netty does in its event loop
     * otherwise, such as the delegated tasks of TLS: {@code SslContext.newHandler(alloc, host, port, executor)}.
     *
     * <p><b>Confinement:</b> a task or callback; the executor any thread. <b>Errors:</b> what a command throws goes to the
     * loop's failure handler.
     */
    public static Executor offloadExecutor() {
        EventLoop loop = EventLoop.current();
        return command -> loop.execute(() -> {
            var _ = loop.createTask("offloaded by Netty", () -> Async.offload(command::run));
        });
    }
}
