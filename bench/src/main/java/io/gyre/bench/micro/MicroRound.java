package io.gyre.bench.micro;

import io.gyre.bench.Memory;
import io.gyre.bench.micro.MicroResults.Round;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Measures everything that was asked for once: first JMH, then memory, then the loops of Python beside what has run. */
record MicroRound(Pattern pattern, boolean isQuick, List<PythonLoop> loops, Workshop workshop) {
    /*
     * Design.
     *
     * The loops of Python take turns at each operation, but minutes lie between them and Gyre. That does for distances of
     * five times and more; the range over the rounds shows how far they drift.
     */
    private static final TimeValue QUICK_TIME = TimeValue.milliseconds(100);

    /**
     * {@return what was measured}
     *
     * @param results takes what JMH has measured
     */
    Round run(Collection<RunResult> results) throws RunnerException, IOException, InterruptedException {
        boolean memory = asksForMemory(pattern);
        var scores = new HashMap<String, Double>();
        for (RunResult result : runJmh(memory)) {
            results.add(result);
            scores.put(label(result.getParams()), result.getPrimaryResult().getScore());
        }
        if (memory) {
            say("memory of sleeping tasks and parked threads");
            scores.putAll(Memory.measure());
        }
        var samples = new ArrayList<PythonLoop.Sample>();
        var failures = new ArrayList<String>();
        for (String operation : Comparison.operationsBeside(scores.keySet())) {
            for (PythonLoop loop : loops) {
                measure(loop, operation, samples, failures);
            }
        }
        samples.forEach(sample -> scores.put(sample.label(), sample.median()));
        return new Round(scores, samples, failures);
    }

    /** {@return whether the pattern is found in the name of a kind of memory, as JMH looks for it in those of benchmarks} */
    static boolean asksForMemory(Pattern pattern) {
        return Stream.of(Memory.TASK, Memory.THREAD)
                .map(label -> Memory.class.getPackageName() + "." + label)
                .anyMatch(pattern.asPredicate());
    }

    private Collection<RunResult> runJmh(boolean mayBeNone) throws RunnerException {
        try {
            return new Runner(jmhOptions().build()).run();
        } catch (NoBenchmarksException e) {
            if (mayBeNone) {
                return List.of();
            }
            throw e;
        }
    }

    private ChainedOptionsBuilder jmhOptions() {
        var builder = new OptionsBuilder().include(pattern.pattern()).forks(1).shouldFailOnError(true);
        return isQuick
                ? builder.warmupIterations(1)
                        .warmupTime(QUICK_TIME)
                        .measurementIterations(1)
                        .measurementTime(QUICK_TIME)
                : builder;
    }

    /** One operation that fails, as on a Python too old for it, leaves the others their figures. */
    private void measure(PythonLoop loop, String operation, List<PythonLoop.Sample> samples, List<String> failures)
            throws InterruptedException {
        say(PythonLoop.label(loop.id(), operation));
        try {
            PythonLoop.Sample sample = loop.measure(operation, isQuick, workshop);
            System.out.printf("%.1f %s%n", sample.median(), sample.unit());
            samples.add(sample);
        } catch (IOException e) {
            System.out.println(e.getMessage());
            failures.add(String.valueOf(e.getMessage()));
        }
    }

    private static void say(String what) {
        System.out.println("# " + what);
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
