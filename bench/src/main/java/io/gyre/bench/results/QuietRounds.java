package io.gyre.bench.results;

import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Compares two servers by the rounds in which nothing disturbed them. */
public final class QuietRounds {
    private static final int RESAMPLINGS = 2000;
    private static final double TAIL = 0.025;

    private QuietRounds() {}

    /** {@return what one has in the quietest tenth of its rounds, divided by that of the other} */
    static double ratio(List<Double> subject, List<Double> base) {
        return Spread.lowestTenth(subject) / Spread.lowestTenth(base);
    }

    /**
     * {@return between which values that ratio lies with a confidence of 95 %}
     *
     * <p><b>Source:</b> Efron, Bootstrap methods: another look at the jackknife, 1979; percentiles of resampled ratios. The
     * same for the same values.
     */
    public static Spread spreadOfRatio(List<Double> subject, List<Double> base) {
        var random = new Random(1);
        double[] ratios = DoubleStream.generate(() -> ratio(resample(subject, random), resample(base, random)))
                .limit(RESAMPLINGS)
                .sorted()
                .toArray();
        int outside = (int) (RESAMPLINGS * TAIL);
        return new Spread(ratio(subject, base), ratios[outside], ratios[RESAMPLINGS - 1 - outside]);
    }

    private static List<Double> resample(List<Double> values, Random random) {
        return Stream.generate(() -> values.get(random.nextInt(values.size())))
                .limit(values.size())
                .toList();
    }
}
