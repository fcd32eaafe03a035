package io.gyre.bench.echo;

import io.gyre.bench.load.Connections;
import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.process.Child;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts the system calls of a server with strace, while it is loaded. */
record SyscallTrace(Path strace, LoadGenerator generator, Workshop workshop, long millis) {
    /*
     * Design.
     *
     * strace comes when the connections are there and goes while they still are, and the messages are counted between these
     * two moments, so that what belongs to connections of messages does not count. They are connections of its own, beside those that are
     * measured, which say nothing meanwhile: a run of theirs could not be broken off. strace slows the server down by far,
     * which is why nothing else is measured meanwhile.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long WARM_UP_MILLIS = 100;

    /** Long enough; the run is ended from here. */
    private static final long MEASURE_MILLIS = TimeUnit.MINUTES.toMillis(1);

    /** Share, seconds, microseconds a call, calls, perhaps errors, name. */
    private static final Pattern ROW =
            Pattern.compile("\\s*[0-9.,]+\\s+[0-9.,]+\\s+[0-9]+\\s+([0-9]+)(?:\\s+[0-9]+)?\\s+(\\w+)");

    /** {@return the calls for each message, by name, with the connections and messages of a load} */
    Map<String, Double> trace(ServerProcess server, Load measured) throws IOException, InterruptedException {
        Load load = measured.lasting(WARM_UP_MILLIS, MEASURE_MILLIS);
        try (Connections own = generator.connect(server.port(), load)) {
            own.start(load);
            own.awaitBegin();
            return count(server, own);
        }
    }

    private Map<String, Double> count(ServerProcess server, Connections run) throws IOException, InterruptedException {
        Path table = workshop.directory().resolve("strace.out");
        Files.deleteIfExists(table);
        List<String> command =
                List.of(strace.toString(), "-f", "-c", "-o", table.toString(), "-p", Long.toString(server.pid()));
        long messages;
        try (Child tracer = Child.start("strace", command, workshop.errorsOf("strace"))) {
            awaitAttached(tracer);
            messages = countMessages(run);
            tracer.interrupt();
        }
        var perMessage = new TreeMap<String, Double>();
        parse(Files.readString(table)).forEach((call, calls) -> perMessage.put(call, (double) calls / messages));
        return perMessage;
    }

    /** {@return how many come back in the time that is set, or in a longer one if that has none} */
    private long countMessages(Connections run) throws IOException, InterruptedException {
        long before = run.messagesSoFar();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Thread.sleep(millis);
            long messages = run.messagesSoFar() - before;
            if (messages > 0) {
                return messages;
            }
        }
        throw new IOException("no message came back under strace within " + PATIENCE.toSeconds() + " s");
    }

    /** It tells of each thread that it has attached to, on its standard error; the first is enough. */
    private void awaitAttached(Child tracer) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(workshop.errorsOf("strace")).contains("attached")) {
            if (System.nanoTime() - deadline > 0) {
                throw tracer.failed("has not attached");
            }
            Thread.sleep(1);
        }
    }

    /** {@return how often each system call was made, by its name, from the table that {@code strace -c} writes} */
    static Map<String, Long> parse(String table) {
        var counts = new TreeMap<String, Long>();
        for (String line : table.lines().toList()) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && !row.group(2).equals("total")) {
                counts.merge(row.group(2), Long.valueOf(row.group(1)), Long::sum);
            }
        }
        return counts;
    }
}
