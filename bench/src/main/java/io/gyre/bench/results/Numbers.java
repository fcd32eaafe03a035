package io.gyre.bench.results;

import java.util.Locale;

/** How figures are written: three digits that count, thousands apart. */
public final class Numbers {
    private static final double PERCENT = 100;
    private static final double LAST_BITS = 1e-6;
    private static final double THREE_DIGITS = 100;
    private static final double TWO_DIGITS = 10;

    private Numbers() {}

    /** {@return three digits} */
    public static String plain(double value) {
        double size = Math.abs(value);
        String format = size >= THREE_DIGITS ? "%,.0f" : size >= TWO_DIGITS ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    /** {@return no digit after the point} */
    public static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * PERCENT);
    }

    /** A noise, in whole percent, rounded up, but not because of a last bit. */
    public static String noise(double noise) {
        return String.format(Locale.ROOT, "±%.0f %%", Math.max(1, Math.ceil(noise * PERCENT - LAST_BITS)));
    }

    /** {@return a median and its range, if there is one} */
    public static String spread(Spread spread) {
        return spread.min() == spread.max()
                ? plain(spread.median())
                : plain(spread.median()) + " (" + plain(spread.min()) + " to " + plain(spread.max()) + ")";
    }
}
