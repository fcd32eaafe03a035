package io.gyre.loop;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs part of a test on a platform thread that is not the loop's. {@code get()} hands back how it ended. */
public final class OtherThread {
    private OtherThread() {}

    /** Starts a thread that calls a body. */
    public static <T extends @Nullable Object> FutureTask<T> call(Callable<T> body) {
        var call = new FutureTask<>(body);
        Thread.ofPlatform().daemon().start(call);
        return call;
    }

    /** Starts a thread that runs a body. */
    public static FutureTask<@Nullable Void> run(VoidBody<?> body) {
        return OtherThread.<@Nullable Void>call(() -> {
            body.run();
            return null;
        });
    }

    /** Waits for a latch, and hears no interrupt. */
    @SuppressWarnings("InterruptedExceptionSwallowed") // a task that does not react is the subject
    public static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                // goes on waiting
            }
        }
    }

    /** Spins until another thread has brought a condition about; fails instead of hanging. */
    public static void spinUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + HandDrivenLoop.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited in vain for another thread");
            }
            Thread.onSpinWait();
        }
    }
}
