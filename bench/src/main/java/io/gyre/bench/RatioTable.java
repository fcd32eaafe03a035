package io.gyre.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far each benchmark is from its floor, in words and columns. */
final class RatioTable {
    /*
     * Design.
     *
     * The machine's speed drifts by more than the differences that matter here, so a ratio is taken within a round, where
     * the two benchmarks ran one after the other, and only then the median over the rounds. The median of all times
     * divided by the median of all floors would mix rounds.
     */
    private RatioTable() {}

    /**
     * {@return the table; comparisons of which a benchmark has not run are left out}
     *
     * @param rounds the nanoseconds per operation of each benchmark, by label; one map for each round
     */
    static String format(List<Comparison> comparisons, List<Map<String, Double>> rounds) {
        var lines = new ArrayList<String>();
        lines.add(line("", "measured ns", "floor ns", "ratio", "of the rounds", "goal"));
        for (Comparison comparison : comparisons) {
            String line = format(comparison, rounds);
            if (line != null) {
                lines.add(line);
            }
        }
        return String.join(System.lineSeparator(), lines);
    }

    private static @Nullable String format(Comparison comparison, List<Map<String, Double>> rounds) {
        List<Double> subjects = scores(comparison.subject(), rounds);
        if (subjects.isEmpty()) {
            return null;
        }
        double subject = median(subjects);
        if (comparison.floor() == null) {
            return line(comparison.what(), ns(subject), "", "", "", verdict(comparison, subject, "ns"));
        }
        List<Double> floors = scores(comparison.floor(), rounds);
        if (floors.size() != subjects.size()) {
            return null;
        }
        var ratios = new ArrayList<Double>();
        for (int round = 0; round < subjects.size(); round++) {
            ratios.add(subjects.get(round) / floors.get(round));
        }
        double ratio = median(ratios);
        return line(
                comparison.what(),
                ns(subject),
                ns(median(floors)),
                number("%.2f", ratio),
                number("%.2f", ratios.stream().min(Double::compare).orElseThrow()) + " to "
                        + number("%.2f", ratios.stream().max(Double::compare).orElseThrow()),
                verdict(comparison, ratio, "x"));
    }

    private static String verdict(Comparison comparison, double value, String unit) {
        Double goal = comparison.goal();
        if (goal == null) {
            return "";
        }
        return "at most " + number("%.1f", goal) + " " + unit + ": " + (value <= goal ? "met" : "MISSED");
    }

    private static List<Double> scores(String label, List<Map<String, Double>> rounds) {
        return rounds.stream()
                .map(round -> round.get(label))
                .filter(Objects::nonNull)
                .toList();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String ns(double nanos) {
        return number(nanos < 10 ? "%.2f" : "%.1f", nanos);
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String line(String what, String subject, String floor, String ratio, String rounds, String goal) {
        return String.format(Locale.ROOT, "%-36s %12s %12s %8s %15s  %s", what, subject, floor, ratio, rounds, goal)
                .stripTrailing();
    }
}
