package io.gyre.bench.scale;

import io.gyre.bench.process.Footprint;
import io.gyre.bench.process.ProcessCpu;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/**
 * Measures one subject at one number. Arguments: a {@link Subject.Kind}, how many, and milliseconds to warm up and to measure.
 * Prints {@code cost <ns of processor time per operation> <operations> <ms of garbage collection>}; without the milliseconds
 * {@code memory} and the {@link Footprint} that all have added.
 */
final class SubjectMain {
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

    private SubjectMain() {}

    public static void main(String[] arguments) throws IOException {
        Subject subject = Subject.Kind.valueOf(arguments[0]).create();
        int count = Integer.parseInt(arguments[1]);
        System.out.println(
                arguments.length == 2
                        ? memory(subject, count)
                        : cost(subject, count, Long.parseLong(arguments[2]), Long.parseLong(arguments[3])));
        System.out.flush();
        Runtime.getRuntime().halt(0); // to wake and end a million of them is another measurement
    }

    private static String cost(Subject subject, int count, long warmupMillis, long measureMillis) throws IOException {
        int few = Math.min(FEW, count);
        subject.add(few);
        operateFor(subject, warmupMillis);
        subject.add(count - few);
        Footprint.collect();
        operateFor(subject, measureMillis / SETTLING_SHARE);
        long collecting = collectionMillis();
        ProcessCpu before = ProcessCpu.of(PID);
        long operations = operateFor(subject, measureMillis);
        double nanos = ProcessCpu.of(PID).since(before).totalNanos();
        return "cost " + nanos / operations + " " + operations + " " + (collectionMillis() - collecting);
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

    private static String memory(Subject subject, int count) throws IOException {
        subject.add(FEW);
        Footprint before = Footprint.afterCollection();
        subject.add(count);
        return "memory " + Footprint.afterCollection().since(before).inWords();
    }
}
