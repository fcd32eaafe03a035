package io.gyre.bench.loop;

import static io.gyre.loop.Async.createTask;

import io.gyre.bench.BareScheduler;
import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What does it cost to create a task and await it?
 *
 * <p>There are two floors on a bare queue. {@link #startBare} only starts a virtual thread and runs it to its end.
 * {@link #startAndParkBare} is like for like: a virtual thread starts another and parks until that has ended, which is one
 * switch there and one back. Awaiting one task at a time cannot cost less than that; {@link #createManyThenAwait} shows what is
 * left of it when the switch back is shared.
 */
public class CreateTaskBenchmark extends LoopBenchmark {
    private static final int TASKS = 1_000;
    private static final Callable<Integer> BODY = () -> 1;

    /** The floor. */
    public final BareScheduler bare = new BareScheduler();

    private final List<Task<Integer>> tasks = new ArrayList<>(TASKS);
    private int ended;

    @Benchmark
    @OperationsPerInvocation(TASKS)
    public int createAndAwaitTask() {
        return loop.runUntilComplete(() -> {
            int sum = 0;
            for (int i = 0; i < TASKS; i++) {
                sum += createTask(BODY).await();
            }
            return sum;
        });
    }

    /** A task creates many others, then awaits them: it is switched out once for all of them. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public int createManyThenAwait() {
        return loop.runUntilComplete(() -> {
            for (int i = 0; i < TASKS; i++) {
                tasks.add(createTask(BODY));
            }
            int sum = 0;
            for (Task<Integer> task : tasks) {
                sum += task.await();
            }
            tasks.clear();
            return sum;
        });
    }

    /** The driving thread starts a virtual thread and runs it to its end, one after the other. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public int startBare() {
        ended = 0;
        for (int i = 0; i < TASKS; i++) {
            bare.newThread(() -> ended++).start();
            bare.runUntilIdle();
        }
        return requireAllEnded();
    }

    /** A virtual thread starts another and parks until that has ended, one after the other. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public int startAndParkBare() {
        ended = 0;
        bare.newThread(this::startAndPark).start();
        bare.runUntilIdle();
        return requireAllEnded();
    }

    private void startAndPark() {
        Thread parent = Thread.currentThread();
        for (int i = 0; i < TASKS; i++) {
            bare.newThread(() -> {
                        ended++;
                        LockSupport.unpark(parent);
                    })
                    .start();
            while (ended <= i) {
                LockSupport.park();
            }
        }
    }

    private int requireAllEnded() {
        if (ended != TASKS) {
            throw new IllegalStateException(ended + " of " + TASKS + " threads have ended");
        }
        return ended;
    }
}
