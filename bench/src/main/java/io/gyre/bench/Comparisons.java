package io.gyre.bench;

import static io.gyre.bench.Comparison.ofNanos;
import static io.gyre.bench.Comparison.ofRatio;

import java.util.List;

/** What the loop is measured against, and the goals. The labels are those of {@link Micro#label}. */
final class Comparisons {
    static final List<Comparison> ALL = List.of(
            ofRatio("switch, yield", "SwitchBenchmark.yieldTask", "SwitchBenchmark.yieldBare", 1.3),
            ofRatio("switch, park and unpark", "SwitchBenchmark.parkTask", "SwitchBenchmark.parkBare", 1.3),
            ofRatio(
                    "create and await / start",
                    "CreateTaskBenchmark.createAndAwaitTask",
                    "CreateTaskBenchmark.startBare",
                    2),
            ofRatio(
                    "create many, then await / start",
                    "CreateTaskBenchmark.createManyThenAwait",
                    "CreateTaskBenchmark.startBare",
                    2),
            ofRatio(
                    "create and await / start and park",
                    "CreateTaskBenchmark.createAndAwaitTask",
                    "CreateTaskBenchmark.startAndParkBare"),
            ofNanos("callSoon", "CallSoonBenchmark.callSoon", 60),
            ofRatio("callSoon / bare queue", "CallSoonBenchmark.callSoon", "CallSoonBenchmark.queueBare"),
            ofNanos("callLater and cancel, 1 M pending", "TimerBenchmark.scheduleAndCancel 1000000", 300),
            ofRatio(
                    "callLater and cancel, 1 M / 1 k",
                    "TimerBenchmark.scheduleAndCancel 1000000",
                    "TimerBenchmark.scheduleAndCancel 1000",
                    3),
            ofRatio(
                    "replace any timer, 1 M / 1 k",
                    "TimerBenchmark.replaceAny 1000000",
                    "TimerBenchmark.replaceAny 1000"),
            ofRatio(
                    "callSoonThreadsafe / executor",
                    "CallSoonThreadsafeBenchmark.callSoonThreadsafe",
                    "CallSoonThreadsafeBenchmark.executeBare"),
            ofRatio("wake a sleeping loop / selector", "WakeupBenchmark.wakeLoop", "WakeupBenchmark.wakeBare"),
            ofRatio(
                    "offload / platform thread",
                    "OffloadBenchmark.offloadInTask",
                    "OffloadBenchmark.submitInPlatformThread",
                    1.2),
            ofRatio(
                    "offload / virtual thread",
                    "OffloadBenchmark.offloadInTask",
                    "OffloadBenchmark.submitInVirtualThread"),
            ofNanos("time-out around a finished body", "ScopeBenchmark.timeoutAroundFinishedBody", 300),
            ofNanos("empty group", "ScopeBenchmark.emptyGroup", 600),
            ofRatio(
                    "gather 10,000 / 1,000",
                    "GatherBenchmark.gatherSleeps 10000",
                    "GatherBenchmark.gatherSleeps 1000",
                    15),
            ofNanos("lock, uncontended", "LockBenchmark.lock", 50),
            ofNanos("semaphore, uncontended", "LockBenchmark.semaphore", 50),
            ofRatio("lock / checkpoint", "LockBenchmark.lock", "LockBenchmark.checkpoint"),
            ofRatio("lock / lock of the JDK", "LockBenchmark.lock", "LockBenchmark.jdkLock"),
            ofRatio("queue of 1 / two switches", "QueueBenchmark.queueOfOne", "QueueBenchmark.twoSwitches", 3),
            ofRatio("queue of 100 / two switches", "QueueBenchmark.queueOf100", "QueueBenchmark.twoSwitches"),
            ofRatio("queue of 1 / queue of the JDK", "QueueBenchmark.queueOfOne", "QueueBenchmark.jdkQueueOfOne"),
            ofRatio("rendezvous / two switches", "QueueBenchmark.rendezvous", "QueueBenchmark.twoSwitches"));

    private Comparisons() {}
}
