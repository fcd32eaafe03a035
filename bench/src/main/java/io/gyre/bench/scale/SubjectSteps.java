package io.gyre.bench.scale;

import io.gyre.bench.process.Child;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Footprint;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.scale.Steps.Step;
import io.gyre.bench.servers.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Tasks and timers: each figure is from a JVM of its own, in which there is nothing else. */
record SubjectSteps(Scale options, Cores cores, Workshop workshop) {
    /*
     * Design.
     *
     * The heap is resident before anything begins, or the operations at first would pay for the pages that they touch. The
     * young generation is large enough that little is collected while a figure is taken, and what collections took is
     * reported; the old one has room for a million tasks.
     */
    private static final List<String> COST_HEAP = List.of("-Xms4g", "-Xmx4g", "-Xmn2g", "-XX:+AlwaysPreTouch");
    private static final List<String> MEMORY_HEAP =
            List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", ServerSteps.COMPACTING);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final double NANOS_PER_MILLI = 1e6;

    /** {@return the cost of operations, with each kind at each number} */
    List<Step> costs(Question.Part part) {
        return Arrays.stream(Subject.Kind.values())
                .filter(kind -> kind.question.part == part)
                .flatMap(kind -> options.extent().counts().stream()
                        .map(count -> new Step(kind.question, kind.variant, count, () -> cost(kind, count))))
                .toList();
    }

    private Map<String, Double> cost(Subject.Kind kind, int count) throws IOException, InterruptedException {
        Scale.Extent extent = options.extent();
        String[] cost = ask("cost ", COST_HEAP, kind, count, extent.warmupMillis(), extent.measureMillis())
                .split(" ", -1);
        double nanos = Double.parseDouble(cost[0]);
        double millis = nanos * Long.parseLong(cost[1]) / NANOS_PER_MILLI;
        return Map.of(Point.NANOS, nanos, Point.COLLECTING, Long.parseLong(cost[2]) / millis);
    }

    /** {@return what a sleeping task and a pending timer take} */
    List<Step> memory() {
        return Stream.of(
                        Subject.Kind.GYRE_SWITCH,
                        Subject.Kind.BARE_SWITCH,
                        Subject.Kind.GYRE_CANCEL,
                        Subject.Kind.BARE_CANCEL)
                .map(this::memory)
                .toList();
    }

    private Step memory(Subject.Kind kind) {
        Question question = kind.question.part == Question.Part.TASKS ? Question.MEMORY_TASK : Question.MEMORY_TIMER;
        int count = options.extent().remembered();
        return new Step(
                question,
                kind.variant,
                count,
                () -> Point.memory(Footprint.parse(ask("memory ", MEMORY_HEAP, kind, count)), count));
    }

    /** {@return what a subject says in a JVM of its own} */
    private String ask(String beginning, List<String> heap, Subject.Kind kind, int count, Object... millis)
            throws IOException, InterruptedException {
        List<String> command = command(heap, kind, count, millis);
        try (Child child = Child.start(kind + " with " + count, command, workshop.errorsOf("subject"))) {
            return child.expect(beginning, PATIENCE);
        }
    }

    private List<String> command(List<String> heap, Subject.Kind kind, int count, Object... millis) {
        var arguments = new ArrayList<>(List.of(kind.name(), Integer.toString(count)));
        Stream.of(millis).map(Object::toString).forEach(arguments::add);
        return cores.onServer(Peers.jvm(heap, SubjectMain.class, arguments.toArray(String[]::new)));
    }

    String command() {
        return String.join(" ", command(COST_HEAP, Subject.Kind.GYRE_READY, 0, "WARM-UP-MS", "MEASURE-MS"))
                .replace(System.getProperty("java.class.path"), "CLASSPATH");
    }
}
