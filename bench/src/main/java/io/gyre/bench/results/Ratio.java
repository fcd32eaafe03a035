package io.gyre.bench.results;

import java.util.Locale;

/**
 * How a figure of one server compares with that of another, and how much of that may be chance.
 *
 * @param value the ratio; do not print it, print {@link #text}
 * @param noise how far it may be from the truth: 0.06 for six percent
 */
public record Ratio(double value, double noise) {
    /** What a ratio says about a goal. */
    public enum Verdict {
        MET,
        MISSED,
        WITHIN_NOISE
    }

    /** {@return how far a ratio is from 1, the same for a ratio and its reciprocal} */
    public static double distance(double ratio) {
        return Math.max(ratio, 1 / ratio) - 1;
    }

    /** {@return whether the two may as well be equal} */
    public boolean isWithinNoise() {
        return distance(value) < noise;
    }

    /** {@return the ratio, or instead of it how large the noise is that hides it} */
    public String text() {
        return isWithinNoise() ? "within noise (" + Numbers.noise(noise) + ")" : number();
    }

    /** {@return the same for a narrow column} */
    public String shortText() {
        return isWithinNoise() ? Numbers.noise(noise) : number();
    }

    /** {@return whether the ratio is below a limit, so far as the noise lets that be seen} */
    public Verdict against(double limit) {
        double relative = value / limit;
        if (distance(relative) < noise) {
            return Verdict.WITHIN_NOISE;
        }
        return relative < 1 ? Verdict.MET : Verdict.MISSED;
    }

    private String number() {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
