package io.gyre.bench.results;

import java.util.List;
import org.apache.commons.math3.distribution.BinomialDistribution;

/** What the rounds came to. */
public record Spread(double median, double min, double max) {
    private static final double TAIL = 0.025;
    private static final int QUARTERS = 4;
    private static final int TENTHS = 10;

    /**
     * {@return the spread of some values}
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no values");
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast());
    }

    /**
     * {@return between which values the true median lies, with a confidence of 95 %, or what few values allow}
     *
     * <p>Each value is above the true median as often as below it. So the k-th from either end encloses it unless fewer than
     * k of all fall on one side, whatever the distribution is.
     */
    public static Spread ofMedian(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int outside = outside(sorted.size());
        return new Spread(of(values).median(), sorted.get(outside), sorted.get(sorted.size() - 1 - outside));
    }

    /** {@return the value that a quarter of all are not above} What disturbs a machine makes things slower, not faster. */
    public static double lowerQuartile(List<Double> values) {
        return lowest(values, QUARTERS);
    }

    /** {@return the value that a tenth of all are not above} For what is disturbed in most rounds. */
    public static double lowestTenth(List<Double> values) {
        return lowest(values, TENTHS);
    }

    private static double lowest(List<Double> values, int parts) {
        return values.stream().sorted().toList().get((values.size() - 1) / parts);
    }

    /** {@return how many values may be left out at either end} */
    private static int outside(int count) {
        // The distribution gives the first number of values on one side that is not too improbable.
        return Math.max(0, new BinomialDistribution(null, count, 0.5).inverseCumulativeProbability(TAIL) - 1);
    }
}
