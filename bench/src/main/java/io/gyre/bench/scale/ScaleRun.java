package io.gyre.bench.scale;

import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.options.Progress;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.results.Machine;
import io.gyre.bench.servers.SelfSigned;
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
        var parts = new ArrayList<Steps>();
        for (Question.Part part : settings.parts()) {
            parts.add(steps(part, environment));
        }
        int total = settings.rounds()
                * parts.stream().mapToInt(part -> part.steps().size()).sum();
        ScaleResults results = new ScaleResults(started, isQuick, environment, List.of(), List.of());
        try (var progress = new Progress("scale", total)) {
            for (Steps part : parts) {
                try (part) {
                    for (int round = 1; round <= settings.rounds(); round++) {
                        run(part.steps(), round, progress);
                        results = new ScaleResults(
                                started, isQuick, environment, List.copyOf(points), List.copyOf(failures));
                        sink.accept(results);
                    }
                }
            }
        }
        return results;
    }

    private void run(List<Steps.Step> steps, int round, Progress progress) throws InterruptedException {
        for (Steps.Step step : round % 2 == 1 ? steps : steps.reversed()) {
            progress.is("round " + round + ", " + step.label());
            try {
                points.add(step.measurement().measure(round));
            } catch (IOException failure) {
                failures.add(step.label() + ": " + failure.getMessage());
            }
            progress.advance();
        }
    }

    private Steps steps(Question.Part part, Map<String, String> environment) throws IOException, InterruptedException {
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
                yield ServerSteps.connections(settings, generator, workshop);
            }
            case LOOPS -> {
                LoadGenerator sharing =
                        LoadGenerator.build(workshop, tools, settings.cores().shared());
                yield ServerSteps.loops(settings, sharing, workshop);
            }
            case TLS ->
                new TlsSteps(
                        settings,
                        LoadGenerator.buildForTls(workshop, tools, settings.cores()),
                        workshop,
                        SelfSigned.make(workshop.directory()));
            case MEMORY -> new MemorySteps(settings, LoadGenerator.build(workshop, tools, settings.cores()), workshop);
        };
    }
}
