package io.gyre.bench.scale;

import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Column;
import io.gyre.bench.report.Table.Emphasis;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Spread;
import io.gyre.bench.scale.Question.Part;
import io.gyre.bench.scale.ScaleResults.Asked;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a run says. */
record ScaleReport(ScaleResults results) {
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
        if (results.has(Question.TICKS)) {
            sections.add(Section.of("ticks", ticks()));
        }
        List<Asked> remembered = MEMORY.stream()
                .flatMap(question -> results.asked(question).stream())
                .toList();
        if (!remembered.isEmpty()) {
            sections.add(Section.of("memory", memory(remembered)));
        }
        return Report.of("Scale", results, summary(), sections, null);
    }

    private Stream<Question> questions(Part part) {
        return Arrays.stream(Question.values())
                .filter(question -> question.part == part)
                .filter(results::has);
    }

    private List<String> summary() {
        var lines = new ArrayList<String>();
        lines.add("Medians of the rounds, and their range in brackets. A ratio is taken within each round.");
        if (!results.isQuick()) {
            goals().ifPresent(lines::add);
            results.asked(Question.TICKS).forEach(asked -> isInTime(asked)
                    .ifPresent(isMet -> lines.add("Goal, no tick later than " + Numbers.plain(GOAL_LATENESS)
                            + " ms beside " + asked.count() + " handshakes: " + (isMet ? "met" : "MISSED") + " ("
                            + asked.variant() + ").")));
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

    /** Of each question about growth and each of ours; empty if none was asked. */
    private Optional<String> goals() {
        List<Question> asked = Arrays.stream(Question.values())
                .filter(question -> question.isGrowth() && results.has(question))
                .toList();
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        int met = 0;
        var missed = new ArrayList<String>();
        for (Question question : asked) {
            for (String variant : results.variants(question)) {
                Optional<Spread> growth = growth(question, variant).filter(_ -> Point.isOurs(variant));
                if (growth.isPresent() && growth.get().median() <= GOAL) {
                    met++;
                } else if (growth.isPresent()) {
                    String title = question.title;
                    missed.add(variant + ", " + title.substring(0, 1).toLowerCase(Locale.ROOT) + title.substring(1)
                            + " (" + Numbers.plain(growth.get().median()) + ")");
                }
            }
        }
        String text = "Goal, largest / smallest at most " + Numbers.plain(GOAL) + ": " + met + " met, " + missed.size()
                + " MISSED";
        return Optional.of(missed.isEmpty() ? text + "." : text + ": " + String.join("; ", missed) + ".");
    }

    /** {@return whether ticks were in time beside so many handshakes; empty beside none, where the machine is judged} */
    private Optional<Boolean> isInTime(Asked ticks) {
        return results.spread(ticks, point -> point.figure(Point.LATEST))
                .filter(_ -> ticks.count() > 0)
                .map(worst -> worst.max() <= GOAL_LATENESS);
    }

    /** {@return the figure at the largest number, in those at the smallest} */
    private Optional<Spread> growth(Question question, String variant) {
        List<Long> counts = results.counts(question);
        return counts.size() < 2
                ? Optional.empty()
                : results.ratio(
                        question.figure(),
                        new Asked(question, variant, counts.getLast()),
                        new Asked(question, variant, counts.getFirst()));
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
            var places = new ArrayList<Object>(List.of(variant));
            counts.forEach(count -> places.add(range(new Asked(question, variant, count), question.figure())));
            Optional<Spread> growth = growth(question, variant);
            places.add(place(growth));
            places.add(growth.filter(_ -> Point.isOurs(variant) && !results.isQuick())
                    .map(ratio -> verdict(ratio.median() <= GOAL, GOAL))
                    .orElse(Place.NOTHING));
            rows.add(Row.of(Point.isOurs(variant), places));
        }
        for (String floor : variants.stream().filter(Point::isFloor).toList()) {
            for (String ours : variants.stream().filter(Point::isOurs).toList()) {
                var places = new ArrayList<Object>(List.of(ours + " / floor"));
                counts.forEach(count -> places.add(place(results.ratio(
                        question.figure(), new Asked(question, ours, count), new Asked(question, floor, count)))));
                places.addAll(List.of(Place.NOTHING, Place.NOTHING));
                rows.add(Row.of(false, places));
            }
        }
        return new Table(question.title, question.note, header, rows);
    }

    private static Place verdict(boolean isMet, double goal) {
        String limit = "at most " + Numbers.plain(goal) + ": ";
        return isMet ? Emphasis.GOOD.on(limit + "met") : Emphasis.BAD.on(limit + "MISSED");
    }

    private static Object place(Optional<Spread> spread) {
        return spread.<Object>map(Numbers::spread).orElse(Place.NOTHING);
    }

    private Object range(Asked asked, String figure) {
        return place(results.spread(asked, point -> point.figure(figure)));
    }

    private Object sum(Asked asked, String figure, String other) {
        return place(results.spread(asked, point -> point.figure(figure) + point.figure(other)));
    }

    private Column<Asked> column(String name, String figure) {
        return new Column<>(name, asked -> range(asked, figure));
    }

    /** What a second loop brings. */
    private Table loops() {
        var rows = new ArrayList<Row>();
        questions(Part.LOOPS).forEach(question -> {
            List<Asked> loops = results.asked(question);
            loops.forEach(asked -> rows.add(loops(asked)));
            if (loops.size() > 1) {
                rows.add(loopsRatio(loops.getLast(), loops.getFirst()));
            }
        });
        List<String> header = List.of(
                "", "messages/s", "server CPU per message, µs", "cores busy: server", "generator", "together, of 2");
        return new Table("One loop and two", LOOPS_NOTE, header, rows);
    }

    private Row loops(Asked asked) {
        String loops = asked.count() == 1 ? "1 loop" : asked.count() + " loops";
        var places = new ArrayList<Object>(List.of(asked.question().title + ", " + loops));
        LOOP_FIGURES.forEach(figure -> places.add(range(asked, figure)));
        places.add(sum(asked, Point.SERVER_BUSY, Point.GENERATOR_BUSY));
        return Row.of(true, places);
    }

    /** What the server used has grown by as much as the throughput, if a message cost the same. */
    private Row loopsRatio(Asked many, Asked one) {
        var places = new ArrayList<Object>(List.of("ratio " + many.count() + " / " + one.count()));
        LOOP_FIGURES.forEach(figure -> places.add(place(results.ratio(figure, many, one))));
        places.add(results.ratio(Point.SERVER_BUSY, many, one)
                .<Object>map(busy -> "throughput at equal cost: " + Numbers.plain(busy.median()))
                .orElse(Place.NOTHING));
        return Row.of(false, places);
    }

    private Table ticks() {
        return Table.of(
                "Ticks beside handshakes",
                TICKS_NOTE,
                results.asked(Question.TICKS),
                _ -> true,
                List.of(
                        new Column<>("", Asked::variant),
                        new Column<>("handshakes at a time", asked -> Numbers.whole((double) asked.count())),
                        column("handshakes/s", Point.THROUGHPUT),
                        column("late, p99.9", Point.LATE),
                        column("late, worst", Point.LATEST),
                        new Column<>("goal", asked -> isInTime(asked)
                                .filter(_ -> !results.isQuick())
                                .map(isMet -> verdict(isMet, GOAL_LATENESS))
                                .orElse(Place.NOTHING))));
    }

    private Table memory(List<Asked> remembered) {
        return Table.of(
                "Memory",
                MEMORY_NOTE,
                remembered,
                Asked::isOurs,
                List.of(
                        new Column<>("", asked -> asked.question().title + ": " + asked.variant()),
                        new Column<>("how many", asked -> Numbers.whole((double) asked.count())),
                        column("heap", Point.HEAP_BYTES),
                        column("RSS outside the heap", Point.RESIDENT_BYTES),
                        column("direct buffers among it", Point.DIRECT_BYTES),
                        new Column<>("heap + RSS outside", asked -> sum(asked, Point.HEAP_BYTES, Point.RESIDENT_BYTES)),
                        column("Pss outside the heap", Point.PROPORTIONAL_BYTES)));
    }
}
