package io.gyre.bench.loop;

import static io.gyre.loop.Async.timeout;

import io.gyre.loop.TaskGroup;
import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * What does it cost to put a time-out or a group around a body that is over at once?
 *
 * <p>The goal for the time-out is absolute, 300 ns: it is paid for each request, and hardly ever strikes.
 */
public class ScopeBenchmark extends LoopBenchmark {
    private static final int OPERATIONS = 1_000;
    private static final Duration LONG = Duration.ofSeconds(30);

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public int timeoutAroundFinishedBody() {
        return loop.runUntilComplete(() -> {
            int sum = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                int value = i;
                sum += timeout(LONG, () -> value);
            }
            return sum;
        });
    }

    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public int emptyGroup() {
        return loop.runUntilComplete(() -> {
            int sum = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                int value = i;
                sum += TaskGroup.call(group -> value);
            }
            return sum;
        });
    }
}
