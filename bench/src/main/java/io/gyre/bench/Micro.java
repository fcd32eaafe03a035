package io.gyre.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the JMH benchmarks and prints how far each is from its floor. Started by {@code bench/run micro}. */
public final class Micro {
    /*
     * Design.
     *
     * JMH runs all forks of one benchmark before it goes on to the next, so that minutes can lie between a benchmark and
     * its floor. Here the whole set runs with one fork, and that several times: within a round the two are neighbours,
     * because they stand in one class, and each round gives a ratio of its own.
     */
    private static final TimeValue QUICK_TIME = TimeValue.milliseconds(100);

    private Micro() {}

    /**
     * Runs what the arguments ask for.
     *
     * @param arguments see {@link MicroOptions#USAGE}
     * @throws RunnerException if a benchmark fails
     * @throws IOException if the results cannot be written
     */
    public static void main(String[] arguments) throws RunnerException, IOException {
        MicroOptions options;
        try {
            options = MicroOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        run(options);
    }

    private static void run(MicroOptions options) throws RunnerException, IOException {
        Path file = resultFile(options);
        var results = new ArrayList<RunResult>();
        var rounds = new ArrayList<Map<String, Double>>();
        for (int round = 1; round <= options.rounds(); round++) {
            System.out.printf("%n# Round %d of %d%n", round, options.rounds());
            Collection<RunResult> ofRound = new Runner(jmhOptions(options).build()).run();
            results.addAll(ofRound);
            rounds.add(scores(ofRound));
            write(results, file);
        }
        System.out.printf("%nCompared with their floors, in this run:%n%n");
        System.out.println(RatioTable.format(Comparisons.ALL, rounds));
        System.out.printf("%nAll figures are in %s%n", file.toAbsolutePath());
    }

    private static ChainedOptionsBuilder jmhOptions(MicroOptions options) {
        var builder = new OptionsBuilder().include(options.pattern()).forks(1).shouldFailOnError(true);
        return options.quick()
                ? builder.warmupIterations(1)
                        .warmupTime(QUICK_TIME)
                        .measurementIterations(1)
                        .measurementTime(QUICK_TIME)
                : builder;
    }

    /** {@return the file for the results, in the working directory, which is that of this module} */
    private static Path resultFile(MicroOptions options) throws IOException {
        if (options.quick()) {
            return Files.createDirectories(Path.of("target")).resolve("micro-quick.json");
        }
        String now =
                DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).format(LocalDateTime.now(ZoneOffset.UTC));
        return Files.createDirectories(Path.of("results")).resolve("micro-" + now + ".json");
    }

    private static void write(Collection<RunResult> results, Path file) throws IOException {
        try (var out = new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
    }

    private static Map<String, Double> scores(Collection<RunResult> results) {
        var scores = new HashMap<String, Double>();
        for (RunResult result : results) {
            scores.put(label(result.getParams()), result.getPrimaryResult().getScore());
        }
        return scores;
    }

    /** {@return a benchmark's class, method and the values of its parameters} */
    static String label(BenchmarkParams params) {
        var label = new StringBuilder(simpleName(params.getBenchmark()));
        for (String key : params.getParamsKeys()) {
            label.append(' ').append(params.getParam(key));
        }
        return label.toString();
    }

    /** {@return class and method of a benchmark, without the package} */
    static String simpleName(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }
}
