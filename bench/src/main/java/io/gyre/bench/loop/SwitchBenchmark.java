package io.gyre.bench.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.bench.BareScheduler;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What does it cost to switch from one task to another?
 *
 * <p>Two tasks run in turn; each turn is one operation. The floor is the same with two virtual threads on a bare queue:
 * what the loop adds is the tick, and its care for cancellation, budget and wait reason.
 */
public class SwitchBenchmark extends LoopBenchmark {
    /** Enough for the start of the two to vanish in the figure. */
    public static final int SWITCHES = 10_000;

    private static final int TURNS = SWITCHES / 2;

    /** The floor. */
    public final BareScheduler bare = new BareScheduler();

    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public int yieldTask() {
        return loop.runUntilComplete(() -> {
            var peer = createTask(() -> yieldInTask());
            return yieldInTask() + peer.await();
        });
    }

    private static int yieldInTask() {
        for (int i = 0; i < TURNS; i++) {
            yieldNow();
        }
        return TURNS;
    }

    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void yieldBare() {
        bare.newThread(SwitchBenchmark::yieldInThread).start();
        bare.newThread(SwitchBenchmark::yieldInThread).start();
        bare.runUntilIdle();
    }

    @SuppressWarnings("ThreadPriorityCheck") // the bare queue, too, queues a thread that yields last
    private static void yieldInThread() {
        for (int i = 0; i < TURNS; i++) {
            Thread.yield();
        }
    }

    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public int parkTask() {
        return loop.runUntilComplete(() -> {
            Task<?> main = currentTask();
            var peer = createTask(() -> answer(main));
            yieldNow(); // the peer parks
            for (int i = 0; i < TURNS; i++) {
                unpark(peer);
                parkUntilAnswered();
            }
            return TURNS + peer.await();
        });
    }

    private static int answer(Task<?> main) {
        for (int i = 0; i < TURNS; i++) {
            parkUntilAnswered();
            unpark(main);
        }
        return TURNS;
    }

    private static void parkUntilAnswered() {
        LowLevel.park("the other's turn", () -> true);
    }

    private static void unpark(Task<?> task) {
        if (!LowLevel.unpark(task)) {
            throw new IllegalStateException(task + " is not parked: the two are out of step");
        }
    }

    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void parkBare() {
        var both = new Thread[2];
        both[0] = bare.newThread(() -> {
            for (int i = 0; i < TURNS; i++) {
                LockSupport.unpark(both[1]);
                LockSupport.park();
            }
        });
        both[1] = bare.newThread(() -> {
            for (int i = 0; i < TURNS; i++) {
                LockSupport.park();
                LockSupport.unpark(both[0]);
            }
        });
        both[0].start();
        both[1].start();
        bare.runUntilIdle();
        if (both[0].isAlive() || both[1].isAlive()) {
            throw new IllegalStateException("a thread is still parked: the two are out of step");
        }
    }
}
