package io.gyre.bench;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;

import io.gyre.loop.EventLoop;
import java.io.File;
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
 * <p>The floor is as many parked virtual threads on a bare queue. Each kind has a JVM of its own. Started by
 * {@code bench/run memory}.
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

    /** The most that a sleeping task may take. */
    public static final int GOAL_BYTES = 800;

    /** The figure of the task, named as those of JMH are. */
    public static final String TASK = "Memory.sleepingTask";

    /** The figure of its floor. */
    public static final String THREAD = "Memory.parkedThread";

    private static final Duration LONG = Duration.ofDays(1);

    private Memory() {}

    /**
     * Measures both kinds, or in a JVM that this one has started, one of them.
     *
     * @param arguments none, or {@code tasks} or {@code threads}
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "tasks" -> measureTasks();
            case "threads" -> measureThreads();
            default -> System.exit(compare() ? 0 : 1);
        }
    }

    /** {@return the bytes of both kinds, by name; without an end if a million do not fit} */
    public static Map<String, Double> measure() throws IOException, InterruptedException {
        return Map.of(TASK, bytesOrNoEnd(inOwnJvm("tasks")), THREAD, bytesOrNoEnd(inOwnJvm("threads")));
    }

    private static double bytesOrNoEnd(long bytes) {
        return bytes < 0 ? Double.POSITIVE_INFINITY : bytes;
    }

    private static boolean compare() throws IOException, InterruptedException {
        long tasks = inOwnJvm("tasks");
        long threads = inOwnJvm("threads");
        System.out.printf("%,d at the same time in %s:%n", COUNT, HEAP);
        print("sleeping task", tasks);
        print("parked bare virtual thread", threads);
        if (tasks >= 0 && threads > 0) {
            System.out.printf(
                    "  ratio %.2f; goal: at most %d bytes for a task%n", (double) tasks / threads, GOAL_BYTES);
        }
        return tasks >= 0;
    }

    private static void print(String what, long bytes) {
        System.out.printf("  %-28s %s%n", what, bytes < 0 ? "do NOT fit" : bytes + " bytes");
    }

    /** {@return bytes for each, or -1 if they do not fit} */
    private static long inOwnJvm(String kind) throws IOException, InterruptedException {
        var command = List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
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
        return jvm.waitFor() == 0 ? Long.parseLong(printed.strip()) : -1;
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
