package io.gyre.bench.scale;

import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.options.BenchCommand.Sink;
import io.gyre.bench.options.Progress;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.scale.Steps.Step;
import io.gyre.bench.servers.SelfSigned;
import io.netty.util.Version;
import java.io.IOException;
import java.util.ArrayList;
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
    private final Scale options;
    private final Cores cores;
    private final Workshop workshop;
    private final Tools tools;
    private final List<Point> points = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    ScaleRun(Scale options, Cores cores, Workshop workshop, Tools tools) {
        this.options = options;
        this.cores = cores;
        this.workshop = workshop;
        this.tools = tools;
    }

    ScaleResults run(Sink<ScaleResults> sink) throws IOException, InterruptedException {
        Map<String, String> environment = environment();
        var parts = new ArrayList<Steps>();
        for (Question.Part part : options.parts()) {
            parts.add(steps(part, environment));
        }
        int total = options.rounds()
                * parts.stream().mapToInt(part -> part.steps().size()).sum();
        try (var progress = new Progress("scale", total)) {
            for (Steps part : parts) {
                try (part) {
                    for (int round = 1; round <= options.rounds(); round++) {
                        run(part.steps(), round, progress);
                        sink.accept(soFar(environment));
                    }
                }
            }
        }
        return soFar(environment);
    }

    private ScaleResults soFar(Map<String, String> environment) {
        return new ScaleResults(
                options.started(), options.isQuick(), environment, List.copyOf(points), List.copyOf(failures));
    }

    private void run(List<Step> steps, int round, Progress progress) throws InterruptedException {
        for (Step step : round % 2 == 1 ? steps : steps.reversed()) {
            progress.is("round " + round + ", " + step.label());
            try {
                points.add(step.measure(round));
            } catch (IOException failure) {
                failures.add(step.label() + ": " + failure.getMessage());
            }
            progress.advance();
        }
    }

    private Steps steps(Question.Part part, Map<String, String> environment) throws IOException, InterruptedException {
        var subjects = new SubjectSteps(options, cores, workshop);
        return switch (part) {
            case TASKS, TIMERS -> {
                environment.put("command of tasks and timers", subjects.command());
                List<Step> costs = subjects.costs(part);
                yield () -> costs;
            }
            case CONNECTIONS -> {
                LoadGenerator generator = LoadGenerator.build(workshop, tools, cores);
                environment.put(
                        "load generator",
                        String.join(" ", generator.command("PORT", options.active(Scale.FEW_CONNECTIONS))));
                yield new ServerSteps(options, cores, generator, workshop).connections();
            }
            case LOOPS -> {
                LoadGenerator sharing = LoadGenerator.build(workshop, tools, cores.shared());
                yield new ServerSteps(options, cores.shared(), sharing, workshop).loops();
            }
            case MEMORY -> {
                LoadGenerator generator = LoadGenerator.build(workshop, tools, cores);
                var steps = new ServerSteps(options, cores, generator, workshop);
                steps.steps().addAll(subjects.memory());
                yield steps.memory();
            }
            case TLS -> {
                LoadGenerator generator = LoadGenerator.buildForTls(workshop, tools, cores);
                yield new ServerSteps(options, cores, generator, workshop).tls(SelfSigned.make(workshop.directory()));
            }
        };
    }

    private Map<String, String> environment() {
        Scale.Extent extent = options.extent();
        Map<String, String> environment = options.environment();
        environment.put(
                "rounds",
                options.rounds() + ", each with figures of " + extent.measureMillis() + " ms; a JVM warms up for "
                        + extent.warmupMillis() + " ms; odd rounds forwards, even ones backwards");
        environment.put(
                "pinning",
                "what is measured on core " + cores.server() + ", load generator and the rest on core "
                        + cores.generator() + "; in the part about loops server and generator have both cores");
        environment.put(
                "receive buffer", "4 KiB for each connection where each has one (streams, virtual threads), or shared");
        environment.put("open files", "at most " + Scale.openFiles() + " in a process");
        Version netty = Version.identify().get("netty-transport");
        environment.put("Netty", netty == null ? "?" : netty.artifactVersion());
        return environment;
    }
}
