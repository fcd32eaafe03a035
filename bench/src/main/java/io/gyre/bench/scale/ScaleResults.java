package io.gyre.bench.scale;

import io.gyre.bench.results.Spread;
import java.util.ArrayList;
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

    boolean has(Question question) {
        return !of(question).isEmpty();
    }

    /** {@return who was asked, ours first, then floors, then others, each in the order in which they were measured} */
    List<String> variants(Question question) {
        List<String> all = of(question).stream().map(Point::variant).distinct().toList();
        return Stream.of(
                        all.stream().filter(Point::isOurs),
                        all.stream().filter(Point::isFloor),
                        all.stream().filter(variant -> !Point.isOurs(variant) && !Point.isFloor(variant)))
                .flatMap(group -> group)
                .toList();
    }

    /** {@return how many there were, in ascending order} */
    List<Long> counts(Question question) {
        return of(question).stream().map(Point::count).distinct().sorted().toList();
    }

    /** {@return a figure over the rounds, if it was measured} */
    Optional<Spread> spread(Question question, String variant, long count, String figure) {
        return spread(question, variant, count, figures -> figures.getOrDefault(figure, Double.NaN));
    }

    /** {@return something that follows from the figures of a point, over the rounds, if it was measured} */
    Optional<Spread> spread(
            Question question, String variant, long count, ToDoubleFunction<Map<String, Double>> value) {
        List<Double> values = of(question).stream()
                .filter(point -> point.variant().equals(variant) && point.count() == count)
                .map(point -> value.applyAsDouble(point.figures()))
                .filter(number -> !number.isNaN())
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    /**
     * {@return how often one goes into another, over the rounds}
     *
     * <p>Each round gives a ratio of its own: the machine drifts by more than what is to be seen.
     */
    Optional<Spread> ratio(Question question, String figure, Place of, Place to) {
        var ratios = new ArrayList<Double>();
        for (Point point : of(question)) {
            if (of.isOf(point)) {
                of(question).stream()
                        .filter(base -> to.isOf(base) && base.round() == point.round())
                        .map(base -> figure(point, figure) / figure(base, figure))
                        .filter(Double::isFinite)
                        .forEach(ratios::add);
            }
        }
        return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
    }

    private static double figure(Point point, String figure) {
        return point.figures().getOrDefault(figure, Double.NaN);
    }

    /**
     * A place of a table.
     *
     * @param variant its row
     * @param count its column
     */
    record Place(String variant, long count) {
        boolean isOf(Point point) {
            return point.variant().equals(variant) && point.count() == count;
        }
    }
}
