package io.gyre.bench.micro;

import static io.gyre.bench.micro.Comparison.ofBytes;
import static io.gyre.bench.micro.Comparison.ofNanos;
import static io.gyre.bench.micro.Comparison.ofRatio;
import static io.gyre.bench.micro.Comparison.ofRatioOfBytes;

import io.gyre.bench.Memory;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What the loop is measured against, and the goals. The labels are those of {@link MicroRound#label}. */
final class Comparisons {
    static final List<Comparison> ALL = List.of(
            ofRatio("switch, yield", "SwitchBenchmark.yieldTask", "SwitchBenchmark.yieldBare", 1.3)
                    .beside("switch"),
            ofRatio("switch, park and unpark", "SwitchBenchmark.parkTask", "SwitchBenchmark.parkBare", 1.3),
            ofRatio(
                            "create and await / start",
                            "CreateTaskBenchmark.createAndAwaitTask",
                            "CreateTaskBenchmark.startBare",
                            2)
                    .beside("create"),
            ofRatio(
                            "create many, then await / start",
                            "CreateTaskBenchmark.createManyThenAwait",
                            "CreateTaskBenchmark.startBare",
                            2)
                    .beside("create-many"),
            ofRatio(
                    "create and await / start and park",
                    "CreateTaskBenchmark.createAndAwaitTask",
                    "CreateTaskBenchmark.startAndParkBare"),
            ofNanos("callSoon", "CallSoonBenchmark.callSoon", 60).beside("call-soon"),
            ofRatio("callSoon / bare queue", "CallSoonBenchmark.callSoon", "CallSoonBenchmark.queueBare"),
            ofNanos("callLater and cancel, 300 k pending", "TimerBenchmark.scheduleAndCancel 300000", 300)
                    .beside("timer-300000"),
            ofNanos("callLater and cancel, 1 M pending", "TimerBenchmark.scheduleAndCancel 1000000", 300)
                    .beside("timer-1000000"),
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
                            1.2)
                    .beside("offload"),
            ofRatio(
                    "offload / virtual thread",
                    "OffloadBenchmark.offloadInTask",
                    "OffloadBenchmark.submitInVirtualThread"),
            ofNanos("time-out around a finished body", "ScopeBenchmark.timeoutAroundFinishedBody", 300)
                    .beside("timeout"),
            ofNanos("empty group", "ScopeBenchmark.emptyGroup", 600),
            ofRatio(
                            "gather 10,000 / 1,000",
                            "GatherBenchmark.gatherSleeps 10000",
                            "GatherBenchmark.gatherSleeps 1000",
                            15)
                    .beside("gather-10000"),
            ofNanos("lock, uncontended", "LockBenchmark.lock", 50).beside("lock"),
            ofNanos("semaphore, uncontended", "LockBenchmark.semaphore", 50).beside("semaphore"),
            ofRatio("lock / checkpoint", "LockBenchmark.lock", "LockBenchmark.checkpoint"),
            ofRatio("lock / lock of the JDK", "LockBenchmark.lock", "LockBenchmark.jdkLock"),
            ofNanos("queue of 1, put and get", "QueueBenchmark.queueOfOne", 1_000)
                    .beside("queue"),
            ofRatio("queue of 1 / two switches", "QueueBenchmark.queueOfOne", "QueueBenchmark.twoSwitches", 3),
            ofRatio("queue of 100 / two switches", "QueueBenchmark.queueOf100", "QueueBenchmark.twoSwitches"),
            ofRatio("queue of 1 / queue of the JDK", "QueueBenchmark.queueOfOne", "QueueBenchmark.jdkQueueOfOne"),
            ofRatio("rendezvous / two switches", "QueueBenchmark.rendezvous", "QueueBenchmark.twoSwitches"),
            ofBytes("sleeping task, one of a million", Memory.TASK, Memory.GOAL_BYTES)
                    .beside("memory"),
            ofRatioOfBytes("sleeping task / parked thread", Memory.TASK, Memory.THREAD));

    private Comparisons() {}

    /** {@return the operations of Python that stand beside what has been measured, in the order of the table} */
    static List<String> operationsBeside(Set<String> measured) {
        return ALL.stream()
                .filter(comparison -> measured.contains(comparison.subject()))
                .map(Comparison::operation)
                .flatMap(Stream::ofNullable)
                .distinct()
                .toList();
    }
}
