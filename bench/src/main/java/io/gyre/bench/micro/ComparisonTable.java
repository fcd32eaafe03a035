package io.gyre.bench.micro;

import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Column;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** How far each benchmark is from its floor and from the loops of Python, in words and columns. */
record ComparisonTable(List<Map<String, Double>> rounds, boolean judges) {
    /*
     * Design.
     *
     * The machine's speed drifts by more than the differences that matter here, so a ratio is taken within a round, where
     * the two benchmarks ran one after the other, and only then the median over the rounds. The median of all times
     * divided by the median of all floors would mix rounds.
     */
    private static final String FASTEST_LOOP = "uvloop";
    private static final double MANY = 10_000; // from here on no fraction of a nanosecond is shown, below 10 two digits

    /**
     * {@return the table; comparisons of which a benchmark has not run are left out}
     *
     * @param rounds the figure of each benchmark and of each operation of Python, by label; one map for each round
     * @param loops of Python, in the order of their columns, also those that are missing
     * @param judges whether goals are met or missed; those of a quick run are neither
     */
    static Table of(
            List<Comparison> comparisons, List<Map<String, Double>> rounds, List<PythonLoop> loops, boolean judges) {
        return new ComparisonTable(rounds, judges).of(comparisons, loops);
    }

    private Table of(List<Comparison> comparisons, List<PythonLoop> loops) {
        var columns = new ArrayList<Column<Comparison>>();
        columns.add(new Column<>("", Comparison::what));
        columns.add(new Column<>("measured ns", comparison -> figure(comparison, comparison.subject())));
        columns.add(new Column<>("floor ns", comparison -> figure(comparison, floor(comparison))));
        columns.add(new Column<>("ratio", comparison -> number("%.2f", ratio(comparison, floor(comparison)))));
        columns.add(new Column<>("of the rounds", this::range));
        for (PythonLoop loop : loops) {
            String name = loop.id() + (loop.isPresent() ? " " + loop.version() + " ns" : " missing");
            columns.add(new Column<>(name, comparison -> figure(comparison, label(loop.id(), comparison))));
        }
        columns.add(new Column<>(
                "Gyre / " + FASTEST_LOOP,
                comparison -> number("%.3f", ratio(comparison, label(FASTEST_LOOP, comparison)))));
        columns.add(new Column<>("goal", this::verdict));
        List<Comparison> measured =
                comparisons.stream().filter(this::isMeasured).toList();
        return Table.of("Compared with their floors and with the loops of Python", "", measured, _ -> false, columns);
    }

    private boolean isMeasured(Comparison comparison) {
        return comparison.floor() == null
                ? scores(comparison.subject()).isPresent()
                : ratio(comparison, floor(comparison)).isPresent();
    }

    /** {@return the label of the floor; empty, which is no label, if there is none} */
    private static String floor(Comparison comparison) {
        return Objects.requireNonNullElse(comparison.floor(), "");
    }

    private static String label(String loop, Comparison comparison) {
        return PythonLoop.label(loop, String.valueOf(comparison.operation()));
    }

    private String range(Comparison comparison) {
        return ratio(comparison, floor(comparison))
                .map(ratio -> String.format(Locale.ROOT, "%.2f to %.2f", ratio.min(), ratio.max()))
                .orElse("");
    }

    private String verdict(Comparison comparison) {
        Double goal = comparison.goal();
        if (goal == null || !judges) {
            return "";
        }
        boolean isRatio = comparison.floor() != null;
        Optional<Spread> value = isRatio ? ratio(comparison, floor(comparison)) : scores(comparison.subject());
        boolean isMet = value.orElseThrow().median() <= goal;
        String unit = isRatio ? "x" : comparison.unit();
        return String.format(Locale.ROOT, "at most %.1f %s: %s", goal, unit, isMet ? "met" : "MISSED");
    }

    private Optional<Spread> scores(String label) {
        return spread(rounds.stream()
                .map(round -> round.get(label))
                .filter(Objects::nonNull)
                .toList());
    }

    /** {@return the ratios of the rounds that have both} */
    private Optional<Spread> ratio(Comparison comparison, String divisor) {
        String subject = comparison.subject();
        return spread(rounds.stream()
                .filter(round -> round.containsKey(subject) && round.containsKey(divisor))
                .map(round -> round.get(subject) / round.get(divisor))
                .toList());
    }

    private static Optional<Spread> spread(List<Double> values) {
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    private String figure(Comparison comparison, String label) {
        Optional<Spread> scores = scores(label);
        double value = scores.map(Spread::median).orElse(0.0);
        String nanos = value < 10 ? "%.2f" : value < MANY ? "%.1f" : "%.0f";
        return number(comparison.isBytes() ? "%.0f B" : nanos, scores);
    }

    private static String number(String format, Optional<Spread> figures) {
        return figures.map(figure -> String.format(Locale.ROOT, format, figure.median()))
                .orElse("");
    }
}
