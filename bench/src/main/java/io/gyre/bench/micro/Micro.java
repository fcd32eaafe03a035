package io.gyre.bench.micro;

import io.gyre.bench.micro.MicroResults.Round;
import io.gyre.bench.options.RunOptions;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.report.ResultFiles;
import io.gyre.bench.results.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Runs the JMH benchmarks and the loops of Python, and prints how far each figure is from its floor and from theirs. Runs in
 * the directory of this module.
 */
@Command(
        name = "bench/run micro",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures the scheduler with JMH, each figure beside its floor, and beside asyncio and uvloop.",
            "Without options everything runs in two rounds, in about 20 minutes. The figures go to bench/results."
        })
public final class Micro implements Callable<Integer> {
    /*
     * Design.
     *
     * JMH runs all forks of one benchmark before it goes on to the next, so that minutes can lie between a benchmark and
     * its floor. Here the whole set runs with one fork, and that several times: within a round the two are neighbours,
     * because they stand in one class, and each round gives a ratio of its own.
     */
    private static final Path WORKSHOP = Path.of("target", "micro");

    /** Each round has JVMs of its own. Two is the least that shows whether a figure can be had again. */
    private static final int ROUNDS = 2;

    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            defaultValue = ".*",
            description = "A regular expression; a benchmark runs if it is found in its name, such as"
                    + " io.gyre.bench.loop.LockBenchmark.lock or io.gyre.bench.Memory.sleepingTask. Default: all.")
    private Pattern pattern = Pattern.compile(".*");

    @Mixin
    private RunOptions run = new RunOptions();

    /** {@return what is asked for} */
    MicroSettings settings() {
        return new MicroSettings(pattern.pattern(), run.isQuick(), run.rounds(ROUNDS));
    }

    /**
     * What is run.
     *
     * @param pattern a benchmark runs if it is found in its name
     * @param quick whether the figures mean nothing
     * @param rounds how often the whole set runs
     */
    record MicroSettings(String pattern, boolean quick, int rounds) {}

    @Override
    public Integer call() throws RunnerException, IOException, InterruptedException {
        if (run.rewrite(MicroResults.class, MicroResults::report)) {
            return 0;
        }
        MicroSettings settings = settings();
        ResultFiles files = run.files("micro");
        Map<String, String> environment = Machine.describe();
        Workshop workshop = Workshop.in(WORKSHOP);
        List<PythonLoop> loops = PythonLoop.all(workshop, Tools.ofPath());
        loops.forEach(loop -> System.out.println(loop.describe()));
        var round = new MicroRound(settings, loops, workshop);
        var ofJmh = new ArrayList<RunResult>();
        var rounds = new ArrayList<Round>();
        MicroResults results;
        do {
            System.out.printf("%n# Round %d of %d%n", rounds.size() + 1, settings.rounds());
            rounds.add(round.run(ofJmh));
            results = new MicroResults(
                    run.started(), run.isQuick(), run.line(), environment, loops, rounds, MicroResults.jmh(ofJmh));
            files.write(results, results.report());
        } while (rounds.size() < settings.rounds());
        System.out.println(results.report().text());
        System.out.printf("All figures are in %s%n", files);
        return 0;
    }
}
