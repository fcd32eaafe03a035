package io.gyre.bench.scale.subject;

import io.gyre.bench.process.Footprint;
import io.gyre.bench.process.ProcessCpu;
import io.gyre.bench.servers.JvmMemory;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Measures one subject at one number. Prints {@code cost <ns of processor time per operation> <operations> <ms of garbage collection>}, or
 * for memory {@code memory} and how many bytes of heap, direct buffers, RSS and Pss all have added; -1 for an unknown.
 */
public final class SubjectMain {
    /*
     * Design.
     *
     * The operation warms up beside few, for as long at every number, so that it is compiled alike. Then the rest is
     * added, and a collection moves all of it to where it would be in a program that runs for longer. A quarter of the time
     * goes by before the clock starts: what the operation touches first after the collection, it moves.
     *
     * What counts is processor time, of all threads: the collector's and the compilers' in it, a neighbour's not.
     */
    private static final long PID = ProcessHandle.current().pid();
    private static final int FEW = 1_000;
    private static final int SETTLING_SHARE = 4;
    /** Stands for bytes that the system does not tell. */
    public static final long UNKNOWN = -1;

    private SubjectMain() {}

    /**
     * Measures, and exits.
     *
     * @param arguments the name of a {@link SubjectKind}, how many, and milliseconds to warm up and to measure; without
     *     these two the memory is measured
     * @throws IOException if the system does not tell how much time or memory the process has taken
     */
    public static void main(String[] arguments) throws IOException {
        Subject subject = SubjectKind.valueOf(arguments[0]).create();
        int count = Integer.parseInt(arguments[1]);
        if (arguments.length == 2) {
            printMemory(subject, count);
        } else {
            printCost(subject, count, Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
        }
        System.out.flush();
        Runtime.getRuntime().halt(0); // to wake and end a million of them is another measurement
    }

    private static void printCost(Subject subject, int count, long warmupMillis, long measureMillis)
            throws IOException {
        int few = Math.min(FEW, count);
        subject.add(few);
        operateFor(subject, warmupMillis);
        subject.add(count - few);
        JvmMemory.collect();
        operateFor(subject, measureMillis / SETTLING_SHARE);
        long collecting = collectionMillis();
        ProcessCpu before = ProcessCpu.of(PID);
        long operations = operateFor(subject, measureMillis);
        double nanos = ProcessCpu.of(PID).since(before).totalNanos();
        System.out.println("cost " + nanos / operations + " " + operations + " " + (collectionMillis() - collecting));
    }

    private static long operateFor(Subject subject, long millis) {
        long limit = TimeUnit.MILLISECONDS.toNanos(millis);
        long start = System.nanoTime();
        long operations = 0;
        do {
            operations += subject.operate();
        } while (System.nanoTime() - start < limit);
        return operations;
    }

    private static long collectionMillis() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private static void printMemory(Subject subject, int count) throws IOException {
        subject.add(FEW);
        Footprint before = footprint();
        subject.add(count);
        Footprint added = footprint().since(before);
        Long proportional = added.proportionalBytes();
        System.out.println("memory " + added.heapBytes() + " " + added.directBytes() + " " + added.residentBytes() + " "
                + (proportional == null ? UNKNOWN : proportional));
    }

    private static Footprint footprint() throws IOException {
        JvmMemory inside = JvmMemory.afterCollection();
        return Footprint.of(PID, inside.heapBytes(), inside.directBytes());
    }
}
