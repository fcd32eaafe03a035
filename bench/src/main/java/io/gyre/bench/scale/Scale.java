package io.gyre.bench.scale;

import com.sun.management.UnixOperatingSystemMXBean;
import io.gyre.bench.load.Load;
import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.options.CoreOptions;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the scale benchmark: which parts are measured, with how many of each, and for how long. */
@Command(
        name = "bench/run scale",
        description = {
            "Measures how cost grows: with tasks and timers from a thousand to a million, connections from 10 to 10,000, and"
                    + " loops from one to two; and what memory each takes.",
            "Takes five rounds and about 40 minutes, and a machine with two cores and 8 GiB of memory to itself. The report"
                    + " goes to bench/results, as Markdown, with every figure in a compressed JSON."
        })
public final class Scale extends BenchCommand<ScaleResults> {
    /** Bytes of a message: few, so that it is the connection that costs, and not the copying. */
    static final int MESSAGE_BYTES = 64;

    /** How many are active where the others are idle, and where a server warms up. */
    static final int FEW_CONNECTIONS = 10;

    private static final Path WORKSHOP = Path.of("target", "scale");
    private static final int ROUNDS = 5;
    private static final int OTHER_FILES = 200;

    /** With thousands of connections each has few messages in that time, but all have some. */
    private static final int WARM_UP_SHARE = 2;

    /** With ten times as many a run would take long: each has a handshake. */
    private static final int TLS_SHARE = 10;

    private static final Extent WHOLE = new Extent(
            List.of(1_000, 10_000, 100_000, 1_000_000), List.of(10, 100, 1_000, 10_000), 1_000_000, 10_000, 2_000, 800);

    /** Enough to see that everything runs; with the largest number of connections, which may be refused. */
    private static final Extent QUICK =
            new Extent(List.of(1_000, 10_000), List.of(10, 10_000), 10_000, 1_000, 200, 100);

    @Mixin
    private CoreOptions cores = new CoreOptions();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Which parts: tasks, timers, connections, loops, memory, tls. Default: all but tls.")
    private List<Question.Part> only = new ArrayList<>();

    /**
     * How many, and for how long.
     *
     * @param remembered how many tasks or timers the memory is measured with
     * @param held how many idle connections the memory is measured with
     * @param warmupMillis of a JVM, before anything is measured in it
     */
    record Extent(
            List<Integer> counts,
            List<Integer> connections,
            int remembered,
            int held,
            long warmupMillis,
            long measureMillis) {
        int heldOverTls() {
            return held / TLS_SHARE;
        }
    }

    public Scale() {
        super(ScaleResults.class);
    }

    @Override
    protected ScaleResults measure(Sink<ScaleResults> sink) throws IOException, InterruptedException {
        Cores pinned = cores();
        requireFiles(mostConnections(), openFiles());
        Tools tools = Tools.ofPath();
        Cores.checkPinning(tools);
        pinned.pinThisProcess();
        return new ScaleRun(this, pinned, Workshop.in(WORKSHOP), tools).run(sink);
    }

    List<Question.Part> parts() {
        return List.of(Question.Part.values()).stream()
                .filter(part -> only.isEmpty() ? part != Question.Part.TLS : only.contains(part))
                .toList();
    }

    int rounds() {
        return rounds(ROUNDS);
    }

    Extent extent() {
        return isQuick() ? QUICK : WHOLE;
    }

    Cores cores() {
        return cores.cores();
    }

    Load active(int count) {
        long millis = extent().measureMillis();
        return Load.closed(MESSAGE_BYTES, count, 1, millis / WARM_UP_SHARE, millis);
    }

    Load warmUp(int count) {
        return Load.closed(MESSAGE_BYTES, count, 1, 0, extent().warmupMillis());
    }

    /** {@return the greatest number of connections at the same time} */
    int mostConnections() {
        return parts().stream()
                .mapToInt(part -> switch (part) {
                    case CONNECTIONS -> extent().connections().getLast() + FEW_CONNECTIONS;
                    case MEMORY -> extent().held();
                    case TLS -> extent().heldOverTls();
                    case TASKS, TIMERS, LOOPS -> 0;
                })
                .max()
                .orElse(0);
    }

    /** {@return how many files a process may have open; this JVM has raised its own limit to the hard one, as servers do} */
    static long openFiles() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
    }

    /** Makes sure that so many connections fit: a JVM needs a file for each, and some. */
    static void requireFiles(int connections, long limit) throws IOException {
        int needed = connections + OTHER_FILES;
        if (connections > 0 && limit < needed) {
            throw new IOException(
                    "%,d connections need %,d open files in the server and in the load generator, and the hard"
                                    .formatted(connections, needed)
                            + " limit is %,d. Raise it (ulimit -Hn %d, as root; or LimitNOFILE, or limits.conf),"
                                    .formatted(limit, needed)
                            + " or leave those parts out with --only tasks,timers,loops.");
        }
    }
}
