package io.gyre.bench.scale;

import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Emphasis;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Spread;
import io.gyre.bench.scale.Question.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What a run says. */
final class ScaleReport {
    /** The cost of an operation is to stay within this, from the smallest number to the largest. */
    private static final double GOAL = 2;

    private static final String LOOPS_NOTE =
            "Server and load generator share the same two cores; the generator goes first (nice -10), and the loops have what"
                    + " it leaves. Beside one loop it has a core of its own. Two loops have no third core beside them, so they"
                    + " cannot do twice as much: behind the ratios stands what the cores that two loops had would have come"
                    + " to if a message had cost them what it cost one loop. The plain echo costs the generator about as much as"
                    + " the server; with arithmetic in each message most of the time is the server's. One loop accepts and"
                    + " hands the connections to all in turn.";
    private static final String MEMORY_NOTE =
            "Bytes for each, in a JVM of its own: what all of them have added, divided by their number. The heap is what is"
                    + " left after a collection. All of it is resident from the start (AlwaysPreTouch), so that the growth of"
                    + " the resident set (VmRSS) is what lies outside the heap: direct buffers among it, native memory, tables"
                    + " of the collector. Together it is what one more costs the process; buffers of the sockets are the"
                    + " kernel's and in none of the columns. An idle connection has had one message"
                    + " echoed; its server has had as many before, so that what is allocated once is not counted. Servers"
                    + " with a buffer for each connection (streams, virtual threads) have one of 4 KiB; the others share"
                    + " one. The resident set moves by some MB by itself: some hundred bytes a connection, either way. Growth"
                    + " of Pss, where the system tells it, is the same seen another way.";

    private static final String TICKS_NOTE =
            "Milliseconds by which a task that ticks each millisecond is late, on the loop of a server with which so many"
                    + " connections at a time make a full TLS 1.3 handshake, one after the other. What is computed for a"
                    + " handshake is offloaded; with one core it has the same core as the loop. Beside none, the machine is"
                    + " late by itself. The goal is judged by the worst tick of all rounds.";

    /** Milliseconds. */
    private static final double GOAL_LATENESS = 5;

    private static final List<Question> MEMORY =
            List.of(Question.MEMORY_TASK, Question.MEMORY_TIMER, Question.MEMORY_CONNECTION, Question.MEMORY_TLS);

    private static final List<String> LOOP_FIGURES =
            List.of(Point.THROUGHPUT, Point.CPU_MICROS, Point.SERVER_BUSY, Point.GENERATOR_BUSY);
    private static final Place NOTHING = new Place("", Emphasis.QUIET);

    private final ScaleResults results;

    private ScaleReport(ScaleResults results) {
        this.results = results;
    }

    static Report of(ScaleResults results) {
        return new ScaleReport(results).report();
    }

    private Report report() {
        var sections = new ArrayList<Section>();
        for (Part part : List.of(Part.TASKS, Part.TIMERS, Part.CONNECTIONS)) {
            List<Table> tables = questions(part).map(this::growth).toList();
            if (!tables.isEmpty()) {
                String name = part.toString();
                String title = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
                sections.add(new Section(name, title, "", tables));
            }
        }
        if (questions(Part.LOOPS).findAny().isPresent()) {
            sections.add(Section.of("loops", loops()));
        }
        if (!results.of(Question.TICKS).isEmpty()) {
            sections.add(Section.of("ticks", ticks()));
        }
        if (MEMORY.stream().anyMatch(question -> !results.of(question).isEmpty())) {
            sections.add(Section.of("memory", memory()));
        }
        sections.add(Section.ofEnvironment(results.environment()));
        return Report.of("Scale, " + results.started(), results.isQuick(), summary(), sections, null);
    }

    private Stream<Question> questions(Part part) {
        return Arrays.stream(Question.values())
                .filter(question -> question.part() == part)
                .filter(question -> !results.of(question).isEmpty());
    }

    private List<String> summary() {
        var lines = new ArrayList<String>();
        lines.add("Medians of the rounds, and their range in brackets. A ratio is taken within each round.");
        if (!results.isQuick()) {
            if (Arrays.stream(Question.values())
                    .anyMatch(question ->
                            question.isGrowth() && !results.of(question).isEmpty())) {
                lines.add(goals());
            }
            lines.addAll(goalsOfTicks());
        }
        List<Double> collecting = results.points().stream()
                .map(point -> point.figure(Point.COLLECTING))
                .filter(share -> !share.isNaN())
                .toList();
        if (!collecting.isEmpty()) {
            Spread spread = Spread.of(collecting);
            lines.add("Collections of garbage took at most " + Numbers.percent(spread.max())
                    + " of the time of any figure of tasks and timers, and are contained in it; in the middle "
                    + Numbers.percent(spread.median()) + ".");
        }
        results.failures()
                .forEach(failure ->
                        lines.add("FAILED: " + failure.lines().findFirst().orElse("")));
        return lines;
    }

    /** Of each question and each of ours. */
    private String goals() {
        int met = 0;
        var missed = new ArrayList<String>();
        for (Question question : Question.values()) {
            for (String variant : question.isGrowth() ? results.variants(question) : List.<String>of()) {
                Optional<Spread> growth = growth(question, variant).filter(ratio -> Point.isOurs(variant));
                if (growth.isEmpty()) {
                    continue;
                }
                if (growth.get().median() <= GOAL) {
                    met++;
                } else {
                    String title = question.title();
                    missed.add(variant + ", " + title.substring(0, 1).toLowerCase(Locale.ROOT) + title.substring(1)
                            + " (" + Numbers.plain(growth.get().median()) + ")");
                }
            }
        }
        String text = "Goal, largest / smallest at most " + Numbers.plain(GOAL) + ": " + met + " met, " + missed.size()
                + " MISSED";
        return missed.isEmpty() ? text + "." : text + ": " + String.join("; ", missed) + ".";
    }

    private List<String> goalsOfTicks() {
        var lines = new ArrayList<String>();
        for (String variant : results.variants(Question.TICKS)) {
            for (long count : results.counts(Question.TICKS)) {
                isInTime(variant, count)
                        .ifPresent(isMet -> lines.add("Goal, no tick later than " + Numbers.plain(GOAL_LATENESS)
                                + " ms beside " + count + " handshakes: " + (isMet ? "met" : "MISSED") + " (" + variant
                                + ")."));
            }
        }
        return lines;
    }

    /** {@return whether ticks were in time beside so many handshakes; empty beside none, where the machine is judged} */
    private Optional<Boolean> isInTime(String variant, long count) {
        return results.spread(Question.TICKS, variant, count, point -> point.figure(Point.LATEST))
                .filter(_ -> count > 0)
                .map(worst -> worst.max() <= GOAL_LATENESS);
    }

    /** {@return the figure at the largest number, in those at the smallest} */
    private Optional<Spread> growth(Question question, String variant) {
        List<Long> counts = results.counts(question);
        return counts.size() < 2
                ? Optional.empty()
                : results.ratio(question, question.figure(), variant, counts.getLast(), variant, counts.getFirst());
    }

    /** How one figure grows with the number, for Gyre and beside it. */
    private Table growth(Question question) {
        List<Long> counts = results.counts(question);
        List<String> variants = results.variants(question);
        var header = new ArrayList<>(List.of(""));
        counts.forEach(count -> header.add("N = " + Numbers.whole((double) count)));
        header.addAll(List.of("largest / smallest", "goal"));
        var rows = new ArrayList<Row>();
        for (String variant : variants) {
            var places = new ArrayList<>(List.of(Place.of(variant)));
            counts.forEach(count -> places.add(place(question, variant, count, question.figure())));
            Optional<Spread> growth = growth(question, variant);
            places.add(place(growth));
            places.add(growth.filter(ratio -> Point.isOurs(variant) && !results.isQuick())
                    .map(ratio -> verdict(ratio.median() <= GOAL, GOAL))
                    .orElse(NOTHING));
            rows.add(new Row(Point.isOurs(variant), places));
        }
        for (String floor : variants.stream().filter(Point::isFloor).toList()) {
            for (String ours : variants.stream().filter(Point::isOurs).toList()) {
                var places = new ArrayList<>(List.of(Place.of(ours + " / floor")));
                counts.forEach(count ->
                        places.add(place(results.ratio(question, question.figure(), ours, count, floor, count))));
                places.addAll(List.of(NOTHING, NOTHING));
                rows.add(new Row(false, places));
            }
        }
        return new Table(question.title(), question.note(), header, rows);
    }

    private static Place verdict(boolean isMet, double goal) {
        String limit = "at most " + Numbers.plain(goal) + ": ";
        return isMet ? new Place(limit + "met", Emphasis.GOOD) : new Place(limit + "MISSED", Emphasis.BAD);
    }

    private static Place place(Optional<Spread> spread) {
        return spread.map(value -> Place.of(Numbers.spread(value))).orElse(NOTHING);
    }

    private Place place(Question question, String variant, long count, String figure) {
        return place(question, variant, count, point -> point.figure(figure));
    }

    private Place place(Question question, String variant, long count, ToDoubleFunction<Point> figure) {
        return place(results.spread(question, variant, count, figure));
    }

    /** What a second loop brings. */
    private Table loops() {
        var rows = new ArrayList<Row>();
        questions(Part.LOOPS).forEach(question -> {
            List<Long> counts = results.counts(question);
            for (String variant : results.variants(question)) {
                counts.forEach(count -> rows.add(loops(question, variant, count)));
                if (counts.size() > 1) {
                    rows.add(loopsRatio(question, variant, counts.getLast(), counts.getFirst()));
                }
            }
        });
        List<String> header = List.of(
                "", "messages/s", "server CPU per message, µs", "cores busy: server", "generator", "together, of 2");
        return new Table("One loop and two", LOOPS_NOTE, header, rows);
    }

    private Row loops(Question question, String variant, long loops) {
        String name = question.title() + ", " + (loops == 1 ? "1 loop" : loops + " loops");
        var places = new ArrayList<>(List.of(Place.of(name)));
        LOOP_FIGURES.forEach(figure -> places.add(place(question, variant, loops, figure)));
        places.add(place(
                question,
                variant,
                loops,
                point -> point.figure(Point.SERVER_BUSY) + point.figure(Point.GENERATOR_BUSY)));
        return new Row(true, places);
    }

    /** What the server used has grown by as much as the throughput, if a message cost the same. */
    private Row loopsRatio(Question question, String variant, long many, long one) {
        var places = new ArrayList<>(List.of(Place.of("ratio " + many + " / " + one)));
        LOOP_FIGURES.forEach(figure -> places.add(place(results.ratio(question, figure, variant, many, variant, one))));
        places.add(results.ratio(question, Point.SERVER_BUSY, variant, many, variant, one)
                .map(busy -> Place.of("throughput at equal cost: " + Numbers.plain(busy.median())))
                .orElse(NOTHING));
        return new Row(false, places);
    }

    /** How late a task is beside handshakes. */
    private Table ticks() {
        var rows = new ArrayList<Row>();
        for (String variant : results.variants(Question.TICKS)) {
            results.counts(Question.TICKS).forEach(count -> rows.add(ticks(variant, count)));
        }
        return new Table(
                "Ticks beside handshakes",
                TICKS_NOTE,
                List.of("", "handshakes at a time", "handshakes/s", "late, p99.9", "late, worst", "goal"),
                rows);
    }

    private Row ticks(String variant, long count) {
        var places = new ArrayList<>(List.of(Place.of(variant), Place.of(Numbers.whole((double) count))));
        for (String figure : List.of(Point.THROUGHPUT, Point.LATE, Point.LATEST)) {
            places.add(place(Question.TICKS, variant, count, figure));
        }
        places.add(isInTime(variant, count)
                .filter(_ -> !results.isQuick())
                .map(isMet -> verdict(isMet, GOAL_LATENESS))
                .orElse(NOTHING));
        return new Row(true, places);
    }

    /** What one more of each takes. */
    private Table memory() {
        var rows = new ArrayList<Row>();
        MEMORY.forEach(question -> {
            for (String variant : results.variants(question)) {
                results.counts(question).forEach(count -> rows.add(memory(question, variant, count)));
            }
        });
        List<String> header = List.of(
                "",
                "how many",
                "heap",
                "RSS outside the heap",
                "direct buffers among it",
                "heap + RSS outside",
                "Pss outside the heap");
        return new Table("Memory", MEMORY_NOTE, header, rows);
    }

    private Row memory(Question question, String variant, long count) {
        return new Row(
                Point.isOurs(variant),
                List.of(
                        Place.of(question.title() + ": " + variant),
                        Place.of(Numbers.whole((double) count)),
                        place(question, variant, count, Point.HEAP_BYTES),
                        place(question, variant, count, Point.RESIDENT_BYTES),
                        place(question, variant, count, Point.DIRECT_BYTES),
                        place(
                                question,
                                variant,
                                count,
                                point -> point.figure(Point.HEAP_BYTES) + point.figure(Point.RESIDENT_BYTES)),
                        place(question, variant, count, Point.PROPORTIONAL_BYTES)));
    }
}
