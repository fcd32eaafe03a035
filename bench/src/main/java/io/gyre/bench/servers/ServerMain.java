package io.gyre.bench.servers;

import com.sun.management.ThreadMXBean;
import io.gyre.bench.process.Footprint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/**
 * Runs one server, whose id is the argument. Prints {@code version ...} and {@code port N}, answers what {@link #answer} knows,
 * and ends with its standard input.
 */
final class ServerMain {
    private ServerMain() {}

    public static void main(String[] arguments) throws Exception {
        stats(); // loads what it needs now rather than under load
        Thread.ofPlatform().daemon().name("control").start(ServerMain::answerAll);
        EchoServer server = JavaServer.of(arguments[0]).create();
        System.out.println("version " + server.version());
        server.serve(port -> System.out.println("port " + port));
    }

    private static void answerAll() {
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                System.out.println(answer(line));
            }
        } catch (IOException broken) {
            // as good as the end
        }
        Runtime.getRuntime().halt(0);
    }

    private static String answer(String order) throws IOException {
        return switch (order) {
            case "stats" -> "stats " + stats();
            case "collect" -> {
                Footprint.collect();
                yield "collected";
            }
            case "ticks" -> "ticks " + Ticks.latest();
            case "memory" -> "memory " + Footprint.afterCollection().inWords();
            default -> "unknown command " + order;
        };
    }

    /** {@return bytes allocated by all threads, and collections of garbage} */
    private static String stats() {
        long collections = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getTotalThreadAllocatedBytes() + " " + collections;
    }
}
