package io.gyre.bench;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.bench.process.Tools;
import io.gyre.loop.EventLoop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * How many bytes does a sleeping task take, and does a million of them fit into a heap of 1 GiB?
 *
 * <p>The floor is as many parked virtual threads on a bare queue. Each kind has a JVM of its own.
 */
public final class Memory {
    /*
     * Design.
     *
     * All are created in one go and fall asleep after that, as in a program that starts its work in a loop, so the ready
     * queue grows to a million places and counts. What is kept besides, to hold the floor's threads, is made before the
     * first look at the heap.
     */
    private static final int COUNT = 1_000_000;
    private static final String HEAP = "-Xmx1g";

    /** The figure of the task, named as those of JMH are. */
    public static final String TASK = "Memory.sleepingTask";

    public static final String THREAD = "Memory.parkedThread";

    private static final Duration LONG = Duration.ofDays(1);

    private Memory() {}

    /** Measures one kind in a JVM that {@link #measure} has started: {@code tasks} or {@code threads}. */
    public static void main(String[] arguments) {
        switch (arguments[0]) {
            case "tasks" -> measureTasks();
            case "threads" -> measureThreads();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** {@return the bytes of both kinds, by name; without an end if a million do not fit} */
    public static Map<String, Double> measure() throws IOException, InterruptedException {
        return Map.of(TASK, inOwnJvm("tasks"), THREAD, inOwnJvm("threads"));
    }

    private static double inOwnJvm(String kind) throws IOException, InterruptedException {
        var command = List.of(
                Tools.ofJdk("java"),
                HEAP,
                "--add-opens",
                "java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Memory.class.getName(),
                kind);
        Process jvm = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        return jvm.waitFor() == 0 ? Double.parseDouble(printed.strip()) : Double.POSITIVE_INFINITY;
    }

    private static void measureTasks() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            long before = usedAfterGc();
            for (int i = 0; i < COUNT; i++) {
                createTask(() -> sleep(LONG));
            }
            while (loop.statistics().timers() < COUNT) {
                yieldNow();
            }
            printAndExit(usedAfterGc() - before);
        });
    }

    private static void measureThreads() {
        var bare = new BareScheduler();
        var threads = new ArrayList<Thread>(COUNT);
        long before = usedAfterGc();
        for (int i = 0; i < COUNT; i++) {
            Thread thread = bare.newThread(LockSupport::park);
            threads.add(thread);
            thread.start();
        }
        bare.runUntilIdle();
        long used = usedAfterGc() - before;
        if (!threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING)) {
            throw new IllegalStateException("a thread is not parked");
        }
        printAndExit(used);
    }

    /** Leaves at once: to wake and end a million sleepers is another measurement. */
    private static void printAndExit(long bytes) {
        System.out.println(bytes / COUNT);
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static long usedAfterGc() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        memory.gc(); // what was found unreachable by way of a reference in the first
        return memory.getHeapMemoryUsage().getUsed();
    }
}
