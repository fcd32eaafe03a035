package io.gyre.loop.process;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are submitted and awaited together. Calls that are not done when the wait ends are cancelled.
 *
 * @param <T> the result
 */
final class Batch<T extends @Nullable Object> {
    private final List<CompletableFuture<T>> futures = new ArrayList<>();

    Batch(ProcessPool pool, Collection<? extends Callable<T>> calls) {
        try {
            for (Callable<T> call : calls) {
                futures.add(pool.submit(call));
            }
        } catch (RuntimeException rejected) {
            cancelRest();
            throw rejected;
        }
    }

    private void cancelRest() {
        futures.forEach(future -> future.cancel(true));
    }

    List<Future<T>> awaitAll(long timeoutNanos) throws InterruptedException {
        try {
            CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new))
                    .get(timeoutNanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The futures tell which calls failed.
        } finally {
            cancelRest();
        }
        return List.copyOf(futures);
    }

    T awaitAny(long timeoutNanos) throws InterruptedException, ExecutionException, TimeoutException {
        if (futures.isEmpty()) {
            throw new IllegalArgumentException("there is no call to wait for");
        }
        long deadline = System.nanoTime() + timeoutNanos;
        var done = new LinkedBlockingQueue<Future<T>>();
        try {
            futures.forEach(future -> future.whenComplete((result, failure) -> done.add(future)));
            ExecutionException failure = null;
            for (int i = 0; i < futures.size(); i++) {
                Future<T> first = done.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (first == null) {
                    throw new TimeoutException("none of " + futures.size() + " calls has succeeded in time");
                }
                try {
                    return first.get();
                } catch (ExecutionException e) {
                    failure = e;
                }
            }
            throw Objects.requireNonNull(failure);
        } finally {
            cancelRest();
        }
    }
}
