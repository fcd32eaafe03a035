package io.gyre.bench.scale;

import io.gyre.bench.process.Child;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.scale.subject.SubjectKind;
import io.gyre.bench.scale.subject.SubjectMain;
import io.gyre.bench.servers.Peers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tasks or timers: each figure is from a JVM of its own, in which there is nothing else. */
final class SubjectSteps implements Step.Source {
    /*
     * Design.
     *
     * The heap is resident before anything begins, or the operations at first would pay for the pages that they touch. The
     * young generation is large enough that little is collected while a figure is taken, and what collections took is
     * reported; the old one has room for a million tasks.
     */
    static final String GYRE = "Gyre";
    static final String BARE_THREADS = "bare virtual threads";
    static final String BARE_HEAP = "bare heap";

    private static final List<String> HEAP = List.of("-Xms4g", "-Xmx4g", "-Xmn2g", "-XX:+AlwaysPreTouch");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long START_MILLIS = 1_800;
    private static final double ADD_MICROS = 3;
    private static final double MICROS_PER_MILLI = 1e3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double SETTLING = 1.25;

    private static final List<Asked> ASKED = List.of(
            new Asked(Question.SWITCH_READY, GYRE, SubjectKind.GYRE_READY),
            new Asked(Question.SWITCH_READY, BARE_THREADS, SubjectKind.BARE_READY),
            new Asked(Question.SWITCH_BESIDE, GYRE, SubjectKind.GYRE_SWITCH),
            new Asked(Question.SWITCH_BESIDE, BARE_THREADS, SubjectKind.BARE_SWITCH),
            new Asked(Question.CREATE_BESIDE, GYRE, SubjectKind.GYRE_CREATE),
            new Asked(Question.CREATE_BESIDE, BARE_THREADS, SubjectKind.BARE_CREATE),
            new Asked(Question.TIMER_CANCEL, GYRE, SubjectKind.GYRE_CANCEL),
            new Asked(Question.TIMER_CANCEL, BARE_HEAP, SubjectKind.BARE_CANCEL),
            new Asked(Question.TIMER_REPLACE, GYRE, SubjectKind.GYRE_REPLACE),
            new Asked(Question.TIMER_REPLACE, BARE_HEAP, SubjectKind.BARE_REPLACE),
            new Asked(Question.TIMER_FIRE, GYRE, SubjectKind.GYRE_FIRE),
            new Asked(Question.TIMER_FIRE, BARE_HEAP, SubjectKind.BARE_FIRE));

    private record Asked(Question question, String variant, SubjectKind kind) {}

    private final Part part;
    private final ScaleSettings settings;
    private final Workshop workshop;

    SubjectSteps(Part part, ScaleSettings settings, Workshop workshop) {
        this.part = part;
        this.settings = settings;
        this.workshop = workshop;
    }

    @Override
    public List<Step> steps() {
        var steps = new ArrayList<Step>();
        for (Asked asked : ASKED) {
            if (asked.question().part() == part) {
                settings.counts().forEach(count -> steps.add(step(asked, count)));
            }
        }
        return steps;
    }

    private Step step(Asked asked, int count) {
        long millis = START_MILLIS
                + settings.warmupMillis()
                + Math.round(count * ADD_MICROS / MICROS_PER_MILLI + settings.measureMillis() * SETTLING);
        String label = asked.kind() + " × " + count;
        return new Step(label, millis, round -> measure(asked, count, round));
    }

    private Point measure(Asked asked, int count, int round) throws IOException, InterruptedException {
        List<String> command = command(
                asked.kind(), count, Long.toString(settings.warmupMillis()), Long.toString(settings.measureMillis()));
        try (Child child = Child.start(label(asked.kind(), count), command, workshop.errorsOf("subject"))) {
            String[] cost = child.expect("cost ", PATIENCE).split(" ", -1);
            double nanos = Double.parseDouble(cost[0]);
            double millis = nanos * Long.parseLong(cost[1]) / NANOS_PER_MILLI;
            double collecting = Long.parseLong(cost[2]) / millis;
            return new Point(
                    asked.question(),
                    asked.variant(),
                    count,
                    round,
                    Map.of(Figure.NANOS, nanos, Figure.COLLECTING, collecting));
        }
    }

    private List<String> command(SubjectKind kind, int count, String warmupMillis, String measureMillis) {
        return settings.cores()
                .onServer(Peers.jvm(
                        HEAP, SubjectMain.class, kind.name(), Integer.toString(count), warmupMillis, measureMillis));
    }

    static String label(SubjectKind kind, int count) {
        return kind + " with " + count;
    }

    /** {@return the command line, for the report} */
    String command() {
        return String.join(" ", command(SubjectKind.GYRE_READY, 0, "WARM-UP-MS", "MEASURE-MS"))
                .replace(System.getProperty("java.class.path"), "CLASSPATH");
    }

    @Override
    public void close() {
        // each step has ended its own
    }
}
