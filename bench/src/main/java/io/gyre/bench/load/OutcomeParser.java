package io.gyre.bench.load;

import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Collects the lines of figures that the generator prints at the end of a run. */
final class OutcomeParser {
    /** As the generator counts: no value is off by more than a thousandth. */
    private static final int DIGITS = 3;

    private final Histogram latencies = new Histogram(DIGITS);
    private final Histogram lags = new Histogram(DIGITS);
    private final Map<String, Double> numbers = new HashMap<>();

    /**
     * Takes a line.
     *
     * @return whether it was the last
     * @throws IllegalArgumentException if it is none of the generator's
     */
    boolean take(String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "done" -> {
                return true;
            }
            case "latency" -> latencies.recordValueWithCount(Long.parseLong(words[1]), Long.parseLong(words[2]));
            case "lag" -> lags.recordValueWithCount(Long.parseLong(words[1]), Long.parseLong(words[2]));
            case "messages", "nanos", "cpu-nanos" -> numbers.put(words[0], Double.valueOf(words[1]));
            default -> throw new IllegalArgumentException("the generator said \"" + line + "\"");
        }
        return false;
    }

    /** {@return the figures, when the last line has been taken} */
    Outcome outcome() {
        return new Outcome(number("messages"), (long) number("nanos"), (long) number("cpu-nanos"), latencies, lags);
    }

    private double number(String name) {
        Double number = numbers.get(name);
        if (number == null) {
            throw new IllegalStateException("the generator has not said " + name);
        }
        return number;
    }
}
