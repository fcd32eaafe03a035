package io.gyre.bench.scale;

import io.gyre.bench.process.Child;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Tasks or timers: each figure is from a JVM of its own, in which there is nothing else. */
record SubjectSteps(Question.Part part, ScaleSettings settings, Workshop workshop) implements Steps {
    /*
     * Design.
     *
     * The heap is resident before anything begins, or the operations at first would pay for the pages that they touch. The
     * young generation is large enough that little is collected while a figure is taken, and what collections took is
     * reported; the old one has room for a million tasks.
     */
    private static final List<String> HEAP = List.of("-Xms4g", "-Xmx4g", "-Xmn2g", "-XX:+AlwaysPreTouch");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final double NANOS_PER_MILLI = 1e6;

    @Override
    public List<Step> steps() {
        return Arrays.stream(Subject.Kind.values())
                .filter(kind -> kind.question.part() == part)
                .flatMap(kind -> settings.counts().stream()
                        .map(count -> new Step(kind + " × " + count, round -> measure(kind, count, round))))
                .toList();
    }

    private Point measure(Subject.Kind kind, int count, int round) throws IOException, InterruptedException {
        String[] cost = ask(
                        settings,
                        workshop,
                        HEAP,
                        "cost ",
                        kind,
                        count,
                        Long.toString(settings.warmupMillis()),
                        Long.toString(settings.measureMillis()))
                .split(" ", -1);
        double nanos = Double.parseDouble(cost[0]);
        double millis = nanos * Long.parseLong(cost[1]) / NANOS_PER_MILLI;
        var figures = Map.of(Point.NANOS, nanos, Point.COLLECTING, Long.parseLong(cost[2]) / millis);
        return new Point(kind.question, kind.variant, count, round, figures);
    }

    /** {@return what a subject says in a JVM of its own} */
    static String ask(
            ScaleSettings settings,
            Workshop workshop,
            List<String> heap,
            String beginning,
            Subject.Kind kind,
            int count,
            String... millis)
            throws IOException, InterruptedException {
        List<String> command = command(settings, heap, kind, count, millis);
        try (Child child = Child.start(kind + " with " + count, command, workshop.errorsOf("subject"))) {
            return child.expect(beginning, PATIENCE);
        }
    }

    private static List<String> command(
            ScaleSettings settings, List<String> heap, Subject.Kind kind, int count, String... millis) {
        var arguments = new String[2 + millis.length];
        arguments[0] = kind.name();
        arguments[1] = Integer.toString(count);
        System.arraycopy(millis, 0, arguments, 2, millis.length);
        return settings.cores().onServer(Peers.jvm(heap, SubjectMain.class, arguments));
    }

    /** {@return the command line, for the report} */
    String command() {
        return String.join(" ", command(settings, HEAP, Subject.Kind.GYRE_READY, 0, "WARM-UP-MS", "MEASURE-MS"))
                .replace(System.getProperty("java.class.path"), "CLASSPATH");
    }
}
