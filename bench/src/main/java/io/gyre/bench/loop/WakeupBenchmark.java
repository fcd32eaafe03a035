package io.gyre.bench.loop;

import io.gyre.bench.MicroBenchmark;
import io.gyre.loop.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How long does it take to wake a sleeping loop and to have an answer from it?
 *
 * <p>The JMH thread parks until the answer is there. Waking it takes longer than the loop needs to fall asleep again, so
 * each operation meets a sleeping loop. The floor is a bare selector with a concurrent queue; both figures are mostly the
 * system's, for two wake-ups of a thread.
 */
public class WakeupBenchmark extends MicroBenchmark {
    private EventLoop loop;
    private Thread loopThread;
    private BareSelector bare;
    private Thread bareThread;

    private final Runnable answer = this::answer;
    private volatile boolean answered;
    private Thread asker = Thread.currentThread();

    @Setup
    public void start() throws IOException {
        loop = EventLoop.create();
        loopThread = Thread.ofPlatform().name("loop").start(loop::runForever);
        bare = new BareSelector();
        bareThread = Thread.ofPlatform().name("bare selector").start(bare::run);
    }

    @TearDown
    public void end() throws InterruptedException {
        loop.stop();
        loopThread.join();
        loop.close();
        bare.execute(() -> bare.stopping = true);
        bareThread.join();
    }

    @Benchmark
    public void wakeLoop() {
        askAndAwait(loop);
    }

    @Benchmark
    public void wakeBare() {
        askAndAwait(bare);
    }

    private void askAndAwait(Executor sleeper) {
        asker = Thread.currentThread();
        answered = false;
        sleeper.execute(answer);
        while (!answered) {
            LockSupport.park(this);
        }
    }

    private void answer() {
        answered = true;
        LockSupport.unpark(asker);
    }

    private static final class BareSelector implements Executor {
        private final Queue<Runnable> arrivals = new ConcurrentLinkedQueue<>();
        private final Selector selector = Selector.open();
        private boolean stopping;

        BareSelector() throws IOException {}

        @Override
        public void execute(Runnable arrival) {
            arrivals.add(arrival);
            selector.wakeup();
        }

        void run() {
            try (selector) {
                while (!stopping) {
                    selector.select();
                    for (Runnable next = arrivals.poll(); next != null; next = arrivals.poll()) {
                        next.run();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
