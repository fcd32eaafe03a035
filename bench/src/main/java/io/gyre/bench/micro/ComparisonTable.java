package io.gyre.bench.micro;

import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** How far each benchmark is from its floor and from the loops of Python, in words and columns. */
final class ComparisonTable {
    /*
     * Design.
     *
     * The machine's speed drifts by more than the differences that matter here, so a ratio is taken within a round, where
     * the two benchmarks ran one after the other, and only then the median over the rounds. The median of all times
     * divided by the median of all floors would mix rounds.
     */
    private static final String FASTEST_LOOP = "uvloop";
    private static final double MANY = 10_000; // from here on no fraction of a nanosecond is shown, below 10 two digits

    private final List<Map<String, Double>> rounds;
    private final List<PythonLoop> loops;
    private final boolean judges;

    private ComparisonTable(List<Map<String, Double>> rounds, List<PythonLoop> loops, boolean judges) {
        this.rounds = rounds;
        this.loops = loops;
        this.judges = judges;
    }

    /**
     * {@return the table; comparisons of which a benchmark has not run are left out}
     *
     * @param rounds the figure of each benchmark and of each operation of Python, by label; one map for each round
     * @param loops of Python, in the order of their columns, also those that are missing
     * @param judges whether goals are met or missed; those of a quick run are neither
     */
    static Table of(
            List<Comparison> comparisons, List<Map<String, Double>> rounds, List<PythonLoop> loops, boolean judges) {
        var table = new ComparisonTable(rounds, loops, judges);
        List<String> header = cells(
                List.of("", "measured ns", "floor ns", "ratio", "of the rounds"),
                Stream.concat(
                                loops.stream()
                                        .map(loop -> loop.id()
                                                + (loop.isPresent() ? " " + loop.version() + " ns" : " missing")),
                                Stream.of("Gyre / " + FASTEST_LOOP))
                        .toList(),
                "goal");
        List<Row> rows = comparisons.stream()
                .flatMap(comparison -> table.row(comparison).stream())
                .map(cells -> new Row(false, cells.stream().map(Place::of).toList()))
                .toList();
        return new Table("Compared with their floors and with the loops of Python", "", header, rows);
    }

    private Optional<List<String>> row(Comparison comparison) {
        List<Double> subjects = scores(comparison.subject());
        if (subjects.isEmpty()) {
            return Optional.empty();
        }
        String measured = figure(median(subjects), comparison);
        List<String> peers = peers(comparison);
        String floor = comparison.floor();
        if (floor == null) {
            String verdict = verdict(comparison, median(subjects), comparison.unit());
            return Optional.of(cells(List.of(comparison.what(), measured, "", "", ""), peers, verdict));
        }
        List<Double> ratios = ratios(comparison.subject(), floor);
        if (ratios.isEmpty()) {
            return Optional.empty();
        }
        String ratio = number("%.2f", median(ratios));
        String range = number("%.2f", Collections.min(ratios)) + " to " + number("%.2f", Collections.max(ratios));
        return Optional.of(cells(
                List.of(comparison.what(), measured, figure(median(scores(floor)), comparison), ratio, range),
                peers,
                verdict(comparison, median(ratios), "x")));
    }

    /** {@return a figure for each loop, and how far the subject is from the fastest; empty where there is none} */
    private List<String> peers(Comparison comparison) {
        var cells = new ArrayList<String>();
        String distance = "";
        for (PythonLoop loop : loops) {
            String label = PythonLoop.label(loop.id(), String.valueOf(comparison.operation()));
            List<Double> scores = scores(label);
            cells.add(scores.isEmpty() ? "" : figure(median(scores), comparison));
            List<Double> ratios = ratios(comparison.subject(), label);
            if (loop.id().equals(FASTEST_LOOP) && !ratios.isEmpty()) {
                distance = number("%.3f", median(ratios));
            }
        }
        cells.add(distance);
        return cells;
    }

    private String verdict(Comparison comparison, double value, String unit) {
        Double goal = comparison.goal();
        if (goal == null || !judges) {
            return "";
        }
        return "at most " + number("%.1f", goal) + " " + unit + ": " + (value <= goal ? "met" : "MISSED");
    }

    private List<Double> scores(String label) {
        return rounds.stream()
                .map(round -> round.get(label))
                .filter(Objects::nonNull)
                .toList();
    }

    /** {@return the ratio of each round that has both} */
    private List<Double> ratios(String subject, String divisor) {
        return rounds.stream()
                .filter(round -> round.containsKey(subject) && round.containsKey(divisor))
                .map(round -> round.get(subject) / round.get(divisor))
                .toList();
    }

    private static double median(List<Double> values) {
        return Spread.of(values).median();
    }

    private static String figure(double value, Comparison comparison) {
        String nanos = value < 10 ? "%.2f" : value < MANY ? "%.1f" : "%.0f";
        return number(comparison.isBytes() ? "%.0f B" : nanos, value);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static List<String> cells(List<String> beforePeers, List<String> peers, String goal) {
        return Stream.of(beforePeers, peers, List.of(goal))
                .flatMap(List::stream)
                .toList();
    }
}
