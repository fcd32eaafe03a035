package io.gyre.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The processor time of a process up to some moment.
 *
 * @param userTicks hundredths of a second in its own code
 * @param systemTicks hundredths of a second in the kernel
 */
public record ProcessCpu(Map<Long, Long> threadNanos, long userTicks, long systemTicks) {
    /** Processor time during some span. */
    public record Times(double userNanos, double systemNanos) {
        public double totalNanos() {
            return userNanos + systemNanos;
        }
    }

    /*
     * Design.
     *
     * schedstat counts nanoseconds, but only of each living thread and without saying where they went. stat knows user and
     * system, but in hundredths of a second. So the sum is from schedstat, thread by thread, because one that ends takes
     * its time along; and stat divides it.
     */
    private static final int USER_TICKS_FIELD = 14; // as proc(5) counts, from 1
    private static final int SYSTEM_TICKS_FIELD = 15;
    private static final int FIELDS_UP_TO_NAME = 2;

    public static ProcessCpu of(long pid) throws IOException {
        return read(Path.of("/proc", Long.toString(pid)));
    }

    static ProcessCpu read(Path process) throws IOException {
        var threads = new HashMap<Long, Long>();
        try (Stream<Path> tasks = Files.list(process.resolve("task"))) {
            for (Path task : tasks.toList()) {
                threads.put(Long.valueOf(task.getFileName().toString()), runNanos(task));
            }
        } catch (UncheckedIOException gone) {
            throw gone.getCause();
        }
        List<String> fields = fieldsAfterName(Files.readString(process.resolve("stat")));
        return new ProcessCpu(threads, ticks(fields, USER_TICKS_FIELD), ticks(fields, SYSTEM_TICKS_FIELD));
    }

    private static long runNanos(Path task) throws IOException {
        try {
            return parseRunNanos(Files.readString(task.resolve("schedstat")));
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }

    /** The first of three numbers: run, waited, how often. */
    static long parseRunNanos(String schedstat) {
        return Long.parseLong(schedstat.strip().split(" ", -1)[0]);
    }

    /** A program's name may contain blanks and brackets; what follows its last bracket does not. */
    static List<String> fieldsAfterName(String stat) {
        return List.of(stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1));
    }

    private static long ticks(List<String> fieldsAfterName, int field) {
        return Long.parseLong(fieldsAfterName.get(field - FIELDS_UP_TO_NAME - 1));
    }

    /** {@return what was used between an earlier moment and this} */
    public Times since(ProcessCpu earlier) {
        long nanos = 0;
        for (Map.Entry<Long, Long> thread : threadNanos.entrySet()) {
            nanos += Math.max(0, thread.getValue() - earlier.threadNanos.getOrDefault(thread.getKey(), 0L));
        }
        long user = userTicks - earlier.userTicks;
        long system = systemTicks - earlier.systemTicks;
        double userShare = user + system == 0 ? 0 : (double) user / (double) (user + system);
        return new Times((double) nanos * userShare, (double) nanos * (1 - userShare));
    }
}
