package io.gyre.bench.scale;

import io.gyre.bench.options.CoreOptions;
import io.gyre.bench.options.RunOptions;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.report.ResultFiles;
import io.gyre.bench.results.StartTime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

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

    @Mixin
    private RunOptions run = new RunOptions();

    @Mixin
    private CoreOptions cores = new CoreOptions();

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Which parts: tasks, timers, connections, loops, memory. Default: all.")
    private List<Part> only = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (run.rewrite(ScaleResults.class, ScaleReport::of)) {
            return 0;
        }
        ScaleSettings settings = settings();
        FileLimit.require(settings.mostConnections(), FileLimit.hard());
        Tools tools = Tools.ofPath();
        Cores.checkPinning(tools);
        settings.cores().pinThisProcess();
        StartTime now = StartTime.now();
        ResultFiles files = run.files(now.nameOf("scale"));
        ScaleResults results = new ScaleRun(settings, Workshop.in(WORKSHOP), tools)
                .run(now.text(), run.isQuick(), run.line(), soFar -> files.write(soFar, ScaleReport.of(soFar)));
        System.out.println(ScaleReport.of(results).summaryText());
        System.out.println("The report is in " + files);
        return results.failures().isEmpty() ? 0 : 1;
    }

    /**
     * {@return what is asked for}
     *
     * @throws ParameterException if that makes no sense
     */
    ScaleSettings settings() {
        List<Part> parts = List.of(Part.values()).stream()
                .filter(part -> only.isEmpty() || only.contains(part))
                .toList();
        int rounds = run.rounds(ROUNDS);
        return run.isQuick()
                ? ScaleSettings.quick(parts, rounds, cores.cores())
                : ScaleSettings.whole(parts, rounds, cores.cores());
    }
}
