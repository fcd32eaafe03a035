package io.gyre.bench.scale;

import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.options.Progress;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.results.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the parts, one after the other, each with all its rounds. */
final class ScaleRun {
    /*
     * Design.
     *
     * A round measures everything of its part once, at every number, and the next one goes through it the other way round:
     * what drifts on the machine meets all numbers and all variants, and each round gives ratios of its own.
     */
    private final ScaleSettings settings;
    private final Workshop workshop;
    private final Tools tools;
    private final List<Point> points = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    ScaleRun(ScaleSettings settings, Workshop workshop, Tools tools) {
        this.settings = settings;
        this.workshop = workshop;
        this.tools = tools;
    }

    /** Takes what there is so far, after each round. */
    interface Sink {
        void accept(ScaleResults results) throws IOException;
    }

    /** {@return what was measured} */
    ScaleResults run(String started, boolean isQuick, String command, Sink sink)
            throws IOException, InterruptedException {
        var environment = new LinkedHashMap<>(Machine.describe());
        environment.put("command", command);
        environment.putAll(settings.about());
        List<Step.Source> sources = sources(environment);
        System.err.printf("about %d min%n", 1 + plannedMillis(sources) / 60_000);
        ScaleResults results = new ScaleResults(started, isQuick, environment, List.of(), List.of());
        try (var progress = new Progress("scale", plannedMillis(sources))) {
            for (Step.Source source : sources) {
                try (source) {
                    for (int round = 1; round <= settings.rounds(); round++) {
                        run(source, round, progress);
                        results = new ScaleResults(
                                started, isQuick, environment, List.copyOf(points), List.copyOf(failures));
                        sink.accept(results);
                    }
                }
            }
        }
        return results;
    }

    private long plannedMillis(List<Step.Source> sources) {
        return settings.rounds()
                * sources.stream()
                        .flatMap(source -> source.steps().stream())
                        .mapToLong(Step::plannedMillis)
                        .sum();
    }

    private void run(Step.Source source, int round, Progress progress) throws InterruptedException {
        List<Step> steps = source.steps();
        for (Step step : round % 2 == 1 ? steps : steps.reversed()) {
            progress.is("round " + round + ", " + step.label());
            try {
                points.add(step.measurement().measure(round));
            } catch (IOException failure) {
                failures.add(step.label() + ": " + failure.getMessage());
            }
            progress.advance(step.plannedMillis());
        }
    }

    private List<Step.Source> sources(Map<String, String> environment) throws IOException, InterruptedException {
        var sources = new ArrayList<Step.Source>();
        for (Part part : settings.parts()) {
            sources.add(source(part, environment));
        }
        return sources;
    }

    private Step.Source source(Part part, Map<String, String> environment) throws IOException, InterruptedException {
        return switch (part) {
            case TASKS, TIMERS -> {
                var steps = new SubjectSteps(part, settings, workshop);
                environment.put("command of tasks and timers", steps.command());
                yield steps;
            }
            case CONNECTIONS -> {
                LoadGenerator generator = LoadGenerator.build(workshop, tools, settings.cores());
                environment.put(
                        "load generator",
                        String.join(" ", generator.command("PORT", settings.active(ScaleSettings.FEW_CONNECTIONS))));
                yield new ConnectionSteps(settings, generator, workshop);
            }
            case LOOPS ->
                new LoopSteps(
                        settings,
                        LoadGenerator.build(workshop, tools, settings.cores().shared()),
                        workshop);
            case MEMORY -> new MemorySteps(settings, LoadGenerator.build(workshop, tools, settings.cores()), workshop);
        };
    }
}
