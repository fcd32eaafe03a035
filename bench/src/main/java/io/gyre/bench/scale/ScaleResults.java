package io.gyre.bench.scale;

import io.gyre.bench.report.Report;
import io.gyre.bench.report.RunResults;
import io.gyre.bench.results.Spread;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * One run of the benchmark.
 *
 * @param failures what could not be measured, and why
 */
public record ScaleResults(
        String started, boolean isQuick, Map<String, String> environment, List<Point> points, List<String> failures)
        implements RunResults {
    /** What is measured once in each round. */
    record Asked(Question question, String variant, long count) {
        boolean isOurs() {
            return Point.isOurs(variant);
        }
    }

    @Override
    public Report report() {
        return ScaleReport.of(this);
    }

    boolean has(Question question) {
        return !of(question).isEmpty();
    }

    private List<Point> of(Question question) {
        return points.stream().filter(point -> point.question() == question).toList();
    }

    private Stream<Point> of(Asked asked) {
        return of(asked.question()).stream()
                .filter(point -> point.variant().equals(asked.variant()) && point.count() == asked.count());
    }

    /** {@return who was asked, ours first, then floors, then others, each in the order in which they were measured} */
    List<String> variants(Question question) {
        return of(question).stream()
                .map(Point::variant)
                .distinct()
                .sorted(Comparator.comparing((String variant) -> !Point.isOurs(variant))
                        .thenComparing(variant -> !Point.isFloor(variant)))
                .toList();
    }

    List<Long> counts(Question question) {
        return of(question).stream().map(Point::count).distinct().sorted().toList();
    }

    /** {@return everything that was asked, in the order of the report} */
    List<Asked> asked(Question question) {
        return variants(question).stream()
                .flatMap(variant -> counts(question).stream().map(count -> new Asked(question, variant, count)))
                .toList();
    }

    Optional<Spread> spread(Asked asked, ToDoubleFunction<Point> figure) {
        return spread(of(asked).map(figure::applyAsDouble));
    }

    /**
     * {@return how often one goes into another, over the rounds}
     *
     * <p>Each round gives a ratio of its own: the machine drifts by more than what is to be seen.
     */
    Optional<Spread> ratio(String figure, Asked asked, Asked base) {
        return spread(of(asked).flatMap(point -> of(base).filter(other -> other.round() == point.round())
                .map(other -> point.figure(figure) / other.figure(figure))));
    }

    private static Optional<Spread> spread(Stream<Double> values) {
        List<Double> measured = values.filter(Double::isFinite).toList();
        return measured.isEmpty() ? Optional.empty() : Optional.of(Spread.of(measured));
    }
}
