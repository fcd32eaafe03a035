package io.gyre.bench.loop;

import io.gyre.loop.LowLevel;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.sync.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What does a lock cost that nobody else wants?
 *
 * <p>One task acquires and releases. Each acquire is a checkpoint, so one in 128 yields; {@code checkpoint} is that alone.
 * The JDK's lock in the same place is for comparison: it checks no cancellation, and spends no budget.
 */
public class LockBenchmark extends LoopBenchmark {
    private static final int TIMES = 10_000;

    private final Lock lock = new Lock();
    private final Semaphore semaphore = new Semaphore(1);
    private final ReentrantLock jdkLock = new ReentrantLock(true);

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int lock() {
        return loop.runUntilComplete(() -> {
            for (int i = 0; i < TIMES; i++) {
                lock.acquire();
                lock.release();
            }
            return TIMES;
        });
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int semaphore() {
        return loop.runUntilComplete(() -> {
            for (int i = 0; i < TIMES; i++) {
                semaphore.acquire();
                semaphore.release();
            }
            return TIMES;
        });
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int checkpoint() {
        return loop.runUntilComplete(() -> {
            for (int i = 0; i < TIMES; i++) {
                LowLevel.checkpoint();
            }
            return TIMES;
        });
    }

    @Benchmark
    @OperationsPerInvocation(TIMES)
    public int jdkLock() {
        return loop.runUntilComplete(() -> {
            int done = 0;
            for (int i = 0; i < TIMES; i++) {
                jdkLock.lock();
                try {
                    done++;
                } finally {
                    jdkLock.unlock();
                }
            }
            return done;
        });
    }
}
