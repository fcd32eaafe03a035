package io.gyre.bench.scale;

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
 * @param started when, in UTC
 * @param isQuick whether it was only to see that everything runs
 * @param environment the machine, the versions, the settings; by name, in the order in which they are shown
 * @param points all that was measured
 * @param failures what could not be measured, and why
 */
public record ScaleResults(
        String started, boolean isQuick, Map<String, String> environment, List<Point> points, List<String> failures) {
    /** {@return the points of a question} */
    List<Point> of(Question question) {
        return points.stream().filter(point -> point.question() == question).toList();
    }

    private Stream<Point> of(Question question, String variant, long count) {
        return of(question).stream().filter(point -> point.variant().equals(variant) && point.count() == count);
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

    /** {@return how many there were, in ascending order} */
    List<Long> counts(Question question) {
        return of(question).stream().map(Point::count).distinct().sorted().toList();
    }

    /** {@return a figure over the rounds, if it was measured} */
    Optional<Spread> spread(Question question, String variant, long count, ToDoubleFunction<Point> figure) {
        return spread(of(question, variant, count).map(figure::applyAsDouble));
    }

    /**
     * {@return how often one goes into another, over the rounds}
     *
     * <p>Each round gives a ratio of its own: the machine drifts by more than what is to be seen.
     */
    Optional<Spread> ratio(
            Question question, String figure, String variant, long count, String baseVariant, long baseCount) {
        return spread(of(question, variant, count).flatMap(point -> of(question, baseVariant, baseCount)
                .filter(base -> base.round() == point.round())
                .map(base -> point.figure(figure) / base.figure(figure))));
    }

    private static Optional<Spread> spread(Stream<Double> values) {
        List<Double> measured = values.filter(Double::isFinite).toList();
        return measured.isEmpty() ? Optional.empty() : Optional.of(Spread.of(measured));
    }
}
