package io.gyre.bench.micro;

import io.gyre.bench.micro.MicroResults.Round;
import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.results.RunResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Runs the JMH benchmarks and the loops of Python, and shows how far each figure is from its floor and from theirs. */
@Command(
        name = "bench/run micro",
        description = {
            "Measures the scheduler with JMH, each figure beside its floor, and beside asyncio and uvloop.",
            "Without options everything runs in two rounds, in about 20 minutes. The figures go to bench/results."
        })
public final class Micro extends BenchCommand<MicroResults> {
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

    public Micro() {
        super(MicroResults.class);
    }

    /** {@return a benchmark runs if this is found in its name} */
    Pattern pattern() {
        return pattern;
    }

    int rounds() {
        return rounds(ROUNDS);
    }

    @Override
    protected MicroResults measure(Sink<MicroResults> sink) throws Exception {
        Map<String, String> environment = environment();
        Workshop workshop = Workshop.in(WORKSHOP);
        List<PythonLoop> loops = PythonLoop.all(workshop, Tools.ofPath());
        loops.forEach(loop -> System.out.println(loop.describe()));
        var measurement = new MicroRound(
                pattern, isQuick(), loops.stream().filter(PythonLoop::isPresent).toList(), workshop);
        var ofJmh = new ArrayList<RunResult>();
        var rounds = new ArrayList<Round>();
        MicroResults results;
        do {
            System.out.printf("%n# Round %d of %d%n", rounds.size() + 1, rounds());
            rounds.add(measurement.run(ofJmh));
            results =
                    new MicroResults(started(), isQuick(), line(), environment, loops, rounds, MicroResults.jmh(ofJmh));
            sink.accept(results);
        } while (rounds.size() < rounds());
        return results;
    }
}
