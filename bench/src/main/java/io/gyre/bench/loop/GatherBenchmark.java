package io.gyre.bench.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Combinators.gather;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Does gathering stay linear in the number of its tasks?
 *
 * <p>The floor of ten thousand tasks that sleep for no time are a thousand of them, which should cost a tenth.
 */
public class GatherBenchmark extends LoopBenchmark {
    @Param({"1000", "10000"})
    public int tasks;

    @Benchmark
    public List<Integer> gatherSleeps() {
        Callable<Integer> body = () -> {
            sleep(Duration.ZERO);
            return 1;
        };
        return loop.runUntilComplete(() -> gather(Collections.nCopies(tasks, body)));
    }
}
