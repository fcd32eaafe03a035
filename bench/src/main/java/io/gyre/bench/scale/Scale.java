package io.gyre.bench.scale;

import com.sun.management.UnixOperatingSystemMXBean;
import io.gyre.bench.options.CoreOptions;
import io.gyre.bench.options.RunOptions;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.report.ResultFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line. Runs in the directory of this module. */
@Command(
        name = "bench/run scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures how cost grows: with tasks and timers from a thousand to a million, connections from 10 to 10,000, and"
                    + " loops from one to two; and what memory each takes.",
            "Takes five rounds and about 40 minutes, and a machine with two cores and 8 GiB of memory to itself. The report"
                    + " goes to bench/results, as Markdown, with every figure in a compressed JSON."
        })
public final class Scale implements Callable<Integer> {
    private static final Path WORKSHOP = Path.of("target", "scale");
    private static final int ROUNDS = 5;
    private static final int OTHER_FILES = 200;

    @Mixin
    private RunOptions run = new RunOptions();

    @Mixin
    private CoreOptions cores = new CoreOptions();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Which parts: tasks, timers, connections, loops, memory, tls. Default: all but tls.")
    private List<Question.Part> only = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (run.rewrite(ScaleResults.class, ScaleReport::of)) {
            return 0;
        }
        ScaleSettings settings = settings();
        requireFiles(settings.mostConnections(), openFiles());
        Tools tools = Tools.ofPath();
        Cores.checkPinning(tools);
        settings.cores().pinThisProcess();
        ResultFiles files = run.files("scale");
        ScaleResults results = new ScaleRun(settings, Workshop.in(WORKSHOP), tools)
                .run(run.started(), run.isQuick(), run.line(), soFar -> files.write(soFar, ScaleReport.of(soFar)));
        System.out.println(ScaleReport.of(results).summaryText());
        System.out.println("The report is in " + files);
        return results.failures().isEmpty() ? 0 : 1;
    }

    /** {@return what is asked for} */
    ScaleSettings settings() {
        List<Question.Part> parts = List.of(Question.Part.values()).stream()
                .filter(part -> only.isEmpty() ? part != Question.Part.TLS : only.contains(part))
                .toList();
        int rounds = run.rounds(ROUNDS);
        return run.isQuick()
                ? ScaleSettings.quick(parts, rounds, cores.cores())
                : ScaleSettings.whole(parts, rounds, cores.cores());
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
