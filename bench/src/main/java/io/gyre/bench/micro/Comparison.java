package io.gyre.bench.micro;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of the table: a benchmark, what it is compared with, and how far apart they may be.
 *
 * @param subject the label of the benchmark that is judged; see {@link MicroRound#label}
 * @param floor the label of the benchmark that it is divided by, or null if the goal is absolute
 * @param goal the largest ratio to the floor, or without a floor the most of the unit; null for none
 * @param unit what the figures count, {@code ns} or {@code bytes}
 * @param operation the same operation in the script of the Python loops, or null for none
 */
record Comparison(
        String what,
        String subject,
        @Nullable String floor,
        @Nullable Double goal,
        String unit,
        @Nullable String operation) {
    /** What the loop is measured against, and the goals. A floor is in the class of its benchmark. */
    static final List<Comparison> ALL = """
            switch, yield | SwitchBenchmark.yieldTask | yieldBare | 1.3 | ns | switch
            switch, park and unpark | SwitchBenchmark.parkTask | parkBare | 1.3 | ns |
            create and await / start | CreateTaskBenchmark.createAndAwaitTask | startBare | 2 | ns | create
            create many, then await / start | CreateTaskBenchmark.createManyThenAwait | startBare | 2 | ns | create-many
            create and await / start and park | CreateTaskBenchmark.createAndAwaitTask | startAndParkBare | | ns |
            callSoon | CallSoonBenchmark.callSoon | | 60 | ns | call-soon
            callSoon / bare queue | CallSoonBenchmark.callSoon | queueBare | | ns |
            callLater and cancel, 300 k pending | TimerBenchmark.scheduleAndCancel 300000 | | 300 | ns | timer-300000
            callLater and cancel, 1 M pending | TimerBenchmark.scheduleAndCancel 1000000 | | 300 | ns | timer-1000000
            callLater and cancel, 1 M / 1 k | TimerBenchmark.scheduleAndCancel 1000000 | scheduleAndCancel 1000 | 3 | ns |
            replace any timer, 1 M / 1 k | TimerBenchmark.replaceAny 1000000 | replaceAny 1000 | | ns |
            callSoonThreadsafe / executor | CallSoonThreadsafeBenchmark.callSoonThreadsafe | executeBare | | ns |
            wake a sleeping loop / selector | WakeupBenchmark.wakeLoop | wakeBare | | ns |
            offload / platform thread | OffloadBenchmark.offloadInTask | submitInPlatformThread | 1.2 | ns | offload
            offload / virtual thread | OffloadBenchmark.offloadInTask | submitInVirtualThread | | ns |
            time-out around a finished body | ScopeBenchmark.timeoutAroundFinishedBody | | 300 | ns | timeout
            empty group | ScopeBenchmark.emptyGroup | | 600 | ns |
            gather 10,000 / 1,000 | GatherBenchmark.gatherSleeps 10000 | gatherSleeps 1000 | 15 | ns | gather-10000
            lock, uncontended | LockBenchmark.lock | | 50 | ns | lock
            semaphore, uncontended | LockBenchmark.semaphore | | 50 | ns | semaphore
            lock / checkpoint | LockBenchmark.lock | checkpoint | | ns |
            lock / lock of the JDK | LockBenchmark.lock | jdkLock | | ns |
            queue of 1, put and get | QueueBenchmark.queueOfOne | | 1000 | ns | queue
            queue of 1 / two switches | QueueBenchmark.queueOfOne | twoSwitches | 3 | ns |
            queue of 100 / two switches | QueueBenchmark.queueOf100 | twoSwitches | | ns |
            queue of 1 / queue of the JDK | QueueBenchmark.queueOfOne | jdkQueueOfOne | | ns |
            rendezvous / two switches | QueueBenchmark.rendezvous | twoSwitches | | ns |
            Netty's chain of execute / on its own loop | NettyBridgeBenchmark.chain | chainOnNetty | | ns |
            Netty's batch of execute / on its own loop | NettyBridgeBenchmark.batch | batchOnNetty | | ns |
            Netty's execute of a thread / on its own loop | NettyBridgeBenchmark.fromAnotherThread | fromAnotherThreadOnNetty | | ns |
            Netty's write of a task / of a thread | NettyBridgeBenchmark.writeOfATask | writeOfAThreadOnNetty | | ns |
            sleeping task, one of a million | Memory.sleepingTask | | 800 | bytes | memory
            sleeping task / parked thread | Memory.sleepingTask | parkedThread | | bytes |
            """.lines().map(Comparison::parse).toList();

    static Comparison parse(String line) {
        List<String> cells =
                Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
        String subject = cells.get(1);
        String floor = cells.get(2);
        String goal = cells.get(3);
        String operation = cells.get(5);
        return new Comparison(
                cells.get(0),
                subject,
                floor.isEmpty() ? null : subject.substring(0, subject.indexOf('.') + 1) + floor,
                goal.isEmpty() ? null : Double.valueOf(goal),
                cells.get(4),
                operation.isEmpty() ? null : operation);
    }

    boolean isBytes() {
        return unit.equals("bytes");
    }

    /** {@return the operations of Python that stand beside what has been measured, in the order of the table} */
    static List<String> operationsBeside(Set<String> measured) {
        return ALL.stream()
                .filter(comparison -> comparison.operation != null && measured.contains(comparison.subject))
                .map(Comparison::operation)
                .distinct()
                .toList();
    }
}
