package io.gyre.bench;

import io.gyre.bench.Comparison.Unit;
import io.gyre.bench.peers.PythonLoop;
import io.gyre.bench.peers.PythonSample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How far each benchmark is from its floor and from the loops of Python, in words and columns. */
final class RatioTable {
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

    private RatioTable(List<Map<String, Double>> rounds, List<PythonLoop> loops) {
        this.rounds = rounds;
        this.loops = loops;
    }

    /**
     * {@return the table; comparisons of which a benchmark has not run are left out}
     *
     * @param rounds the figure of each benchmark and of each operation of Python, by label; one map for each round
     * @param loops of Python, in the order of their columns, also those that are missing
     */
    static String format(List<Comparison> comparisons, List<Map<String, Double>> rounds, List<PythonLoop> loops) {
        var table = new RatioTable(rounds, loops);
        var lines = new ArrayList<String>();
        lines.add(line(List.of("", "measured", "floor", "ratio", "of the"), table.heads(PythonLoop::id, "Gyre /"), ""));
        lines.add(line(List.of("", "ns", "ns", "", "rounds"), table.heads(RatioTable::unit, FASTEST_LOOP), "goal"));
        for (Comparison comparison : comparisons) {
            String line = table.format(comparison);
            if (line != null) {
                lines.add(line);
            }
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static String unit(PythonLoop loop) {
        return loop.isPresent() ? loop.version() + " ns" : "missing";
    }

    private List<String> heads(Function<PythonLoop, String> head, String last) {
        var heads = new ArrayList<>(loops.stream().map(head).toList());
        heads.add(last);
        return heads;
    }

    private @Nullable String format(Comparison comparison) {
        List<Double> subjects = scores(comparison.subject());
        if (subjects.isEmpty()) {
            return null;
        }
        Unit unit = comparison.unit();
        String measured = figure(median(subjects), unit);
        List<String> peers = peers(comparison);
        String floor = comparison.floor();
        if (floor == null) {
            String verdict = verdict(comparison, median(subjects), unit.toString());
            return line(List.of(comparison.what(), measured, "", "", ""), peers, verdict);
        }
        List<Double> ratios = ratios(comparison.subject(), floor);
        if (ratios.isEmpty()) {
            return null;
        }
        String ratio = number("%.2f", median(ratios));
        String range = number("%.2f", Collections.min(ratios)) + " to " + number("%.2f", Collections.max(ratios));
        return line(
                List.of(comparison.what(), measured, figure(median(scores(floor)), unit), ratio, range),
                peers,
                verdict(comparison, median(ratios), "x"));
    }

    /** {@return a figure for each loop, and how far the subject is from the fastest; empty where there is none} */
    private List<String> peers(Comparison comparison) {
        var cells = new ArrayList<String>();
        String distance = "";
        for (PythonLoop loop : loops) {
            String label = PythonSample.label(loop.id(), String.valueOf(comparison.operation()));
            List<Double> scores = scores(label);
            cells.add(scores.isEmpty() ? "" : figure(median(scores), comparison.unit()));
            List<Double> ratios = ratios(comparison.subject(), label);
            if (loop.id().equals(FASTEST_LOOP) && !ratios.isEmpty()) {
                distance = number("%.3f", median(ratios));
            }
        }
        cells.add(distance);
        return cells;
    }

    private static String verdict(Comparison comparison, double value, String unit) {
        Double goal = comparison.goal();
        if (goal == null) {
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

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String figure(double value, Unit unit) {
        return switch (unit) {
            case NANOS -> number(value < 10 ? "%.2f" : value < MANY ? "%.1f" : "%.0f", value);
            case BYTES -> number("%.0f B", value);
        };
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String line(List<String> beforePeers, List<String> peers, String goal) {
        var line = new StringBuilder(String.format(Locale.ROOT, "%-36s %10s %10s %7s %14s", beforePeers.toArray()));
        peers.forEach(cell -> line.append(String.format(Locale.ROOT, " %10s", cell)));
        return line.append("  ").append(goal).toString().stripTrailing();
    }
}
