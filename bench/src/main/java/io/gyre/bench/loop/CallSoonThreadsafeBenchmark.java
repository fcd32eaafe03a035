package io.gyre.bench.loop;

import io.gyre.bench.MicroBenchmark;
import io.gyre.loop.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How fast can another thread hand callbacks to a running loop?
 *
 * <p>The JMH thread is the producer; a batch is over when the last callback has run. The floor is an executor with one
 * thread.
 */
public class CallSoonThreadsafeBenchmark extends MicroBenchmark {
    private static final int CALLBACKS = 10_000;

    private final Runnable callback = this::count;
    private EventLoop loop;
    private Thread loopThread;
    private ExecutorService executor;
    private int calls;

    /** Starts both consumers; each waits for as long as the other is measured. */
    @Setup
    public void start() {
        loop = EventLoop.create();
        loopThread = Thread.ofPlatform().name("loop").start(loop::runForever);
        executor = Executors.newSingleThreadExecutor();
    }

    @TearDown
    public void end() throws InterruptedException {
        loop.stop();
        loopThread.join();
        loop.close();
        executor.close();
    }

    private void count() {
        calls++;
    }

    @Benchmark
    @OperationsPerInvocation(CALLBACKS)
    public int callSoonThreadsafe() throws InterruptedException {
        return produceFor(loop);
    }

    @Benchmark
    @OperationsPerInvocation(CALLBACKS)
    public int executeBare() throws InterruptedException {
        return produceFor(executor);
    }

    private int produceFor(Executor consumer) throws InterruptedException {
        calls = 0;
        var last = new CountDownLatch(1);
        for (int i = 0; i < CALLBACKS; i++) {
            consumer.execute(callback);
        }
        consumer.execute(last::countDown);
        last.await();
        if (calls != CALLBACKS) {
            throw new IllegalStateException(calls + " of " + CALLBACKS + " callbacks have run");
        }
        return calls;
    }
}
