package io.gyre.bench.servers;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a server's JVM tells about itself. {@code stats} is answered by {@code stats <bytes allocated> <collections>}, {@code
 * memory} by {@code memory <heap used> <bytes of direct buffers>} after a collection, and {@code collect} by {@code collected}.
 */
final class Control implements Runnable {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();

    private Control() {}

    /** Listens to the standard input in a thread of its own. */
    static void start() {
        var control = new Control();
        control.stats(); // loads what it needs now rather than under load
        Thread.ofPlatform().daemon().name("control").start(control);
    }

    @Override
    public void run() {
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(
                        switch (line) {
                            case "stats" -> stats();
                            case "collect" -> collect();
                            case "memory" ->
                                "memory " + JvmMemory.afterCollection().inWords();
                            default -> "unknown command " + line;
                        });
            }
        } catch (IOException broken) {
            // as good as the end
        }
        Runtime.getRuntime().halt(0);
    }

    private static String collect() {
        JvmMemory.collect();
        return "collected";
    }

    private String stats() {
        long collections = collectors.stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
        return "stats " + threads.getTotalThreadAllocatedBytes() + " " + collections;
    }
}
