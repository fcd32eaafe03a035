package io.gyre.bench.loop;

import io.gyre.loop.TimerHandle;
import java.time.Duration;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What does it cost to schedule a timer and take it back, and does that stay flat as timers pile up?
 *
 * <p>The floor of a million pending timers is a thousand of them. All are due between one and two hours from now, in no
 * order, so none fires.
 */
public class TimerBenchmark extends LoopBenchmark {
    private static final int OPERATIONS = 1_000;

    /** How many timers are pending besides. */
    @Param({"1000", "300000", "1000000"})
    public int pending;

    private final Duration[] delays = new Duration[4_096]; // a power of two, to be taken in turn by a mask
    private TimerHandle[] handles = {};
    private int[] victims = {};
    private int next;

    @Setup
    public void schedule() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < delays.length; i++) {
            delays[i] = Duration.ofHours(1)
                    .plusNanos(random.nextLong(Duration.ofHours(1).toNanos()));
        }
        handles = new TimerHandle[pending];
        for (int i = 0; i < pending; i++) {
            Duration delay = Duration.ofHours(1)
                    .plusNanos(random.nextLong(Duration.ofHours(1).toNanos()));
            handles[i] = loop.callLater(delay, TimerBenchmark::never);
        }
        victims = random.ints(1 << 16, 0, pending).toArray();
    }

    /** A timer that is taken back at once, as that of a call that ends long before its time-out. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public TimerHandle scheduleAndCancel() {
        return loop.runUntilComplete(() -> {
            TimerHandle timer = handles[0];
            for (int i = 0; i < OPERATIONS; i++) {
                timer = loop.callLater(delays[next++ & (delays.length - 1)], TimerBenchmark::never);
                timer.cancel();
            }
            return timer;
        });
    }

    /**
     * Any one of the pending timers is taken back and another scheduled. With a million of them this is about cache misses:
     * each operation touches timers that no recent one has.
     */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public TimerHandle replaceAny() {
        return loop.runUntilComplete(() -> {
            TimerHandle timer = handles[0];
            for (int i = 0; i < OPERATIONS; i++) {
                int victim = victims[next & (victims.length - 1)];
                handles[victim].cancel();
                timer = loop.callLater(delays[next++ & (delays.length - 1)], TimerBenchmark::never);
                handles[victim] = timer;
            }
            return timer;
        });
    }

    private static void never() {
        throw new IllegalStateException("a timer has fired that was due in an hour");
    }
}
