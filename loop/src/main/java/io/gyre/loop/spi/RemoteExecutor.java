package io.gyre.loop.spi;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls in other processes. A process pool implements it; {@code Async.offload} passes it the call itself, because
 * the call must be serialized.
 */
public interface RemoteExecutor extends Executor {
    /**
     * Runs a call in another process.
     *
     * <p><b>Confinement:</b> any thread. <b>Suspends:</b> no.
     *
     * @param <T> the result
     * @param call what to run; must be serializable
     * @return its future, which fails with the call's exception; {@code cancel(true)} ends a running call
     * @throws java.util.concurrent.RejectedExecutionException if the call cannot be serialized, or this executor takes
     *     no more calls
     */
    <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> call);
}
