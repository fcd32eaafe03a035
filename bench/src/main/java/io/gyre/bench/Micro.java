package io.gyre.bench;

import io.gyre.bench.MicroResults.Round;
import io.gyre.bench.echo.Machine;
import io.gyre.bench.echo.StartTime;
import io.gyre.bench.echo.process.Tools;
import io.gyre.bench.echo.process.Workshop;
import io.gyre.bench.peers.PythonLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs the JMH benchmarks and the loops of Python, and prints how far each figure is from its floor and from theirs. Started
 * by {@code bench/run micro}, in the directory of this module.
 */
public final class Micro {
    /*
     * Design.
     *
     * JMH runs all forks of one benchmark before it goes on to the next, so that minutes can lie between a benchmark and
     * its floor. Here the whole set runs with one fork, and that several times: within a round the two are neighbours,
     * because they stand in one class, and each round gives a ratio of its own.
     */
    private static final Path WORKSHOP = Path.of("target", "micro");

    private Micro() {}

    /**
     * Runs what the arguments ask for.
     *
     * @param arguments see {@link MicroOptions#USAGE}
     * @throws RunnerException if a benchmark fails
     * @throws IOException if the results cannot be written
     * @throws InterruptedException if this JVM is told to stop
     */
    public static void main(String[] arguments) throws RunnerException, IOException, InterruptedException {
        MicroOptions options;
        try {
            options = MicroOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(options, ("bench/run micro " + String.join(" ", arguments)).strip());
    }

    private static void run(MicroOptions options, String command)
            throws RunnerException, IOException, InterruptedException {
        StartTime now = StartTime.now();
        Path file = resultFile(options, now);
        Map<String, String> environment = Machine.describe();
        Workshop workshop = Workshop.in(WORKSHOP);
        List<PythonLoop> loops = PythonLoop.all(workshop, Tools.ofPath());
        loops.forEach(loop -> System.out.println(loop.describe()));

        var round = new MicroRound(options, loops, workshop);
        var ofJmh = new ArrayList<RunResult>();
        var rounds = new ArrayList<Round>();
        MicroResults results;
        do {
            System.out.printf("%n# Round %d of %d%n", rounds.size() + 1, options.rounds());
            rounds.add(round.run(ofJmh));
            results = new MicroResults(now.text(), command, environment, loops, rounds, MicroResults.jmh(ofJmh));
            results.write(file);
        } while (rounds.size() < options.rounds());
        System.out.printf("%nCompared with their floors and with the loops of Python, in this run:%n%n");
        System.out.println(results.table());
        System.out.printf("All figures are in %s%n", file.toAbsolutePath());
    }

    private static Path resultFile(MicroOptions options, StartTime now) throws IOException {
        return options.quick()
                ? Files.createDirectories(Path.of("target")).resolve("micro-quick.json")
                : Files.createDirectories(Path.of("results")).resolve(now.nameOf("micro") + ".json");
    }
}
