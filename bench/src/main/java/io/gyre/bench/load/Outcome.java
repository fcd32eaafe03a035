package io.gyre.bench.load;

import java.util.HashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What the generator has measured.
 *
 * @param messages how many came back in the time that was measured, with the parts of those that had begun or not ended
 * @param cpuNanos how much of it the generator was busy
 * @param latencies nanoseconds from when a message was to be sent until its last byte was back
 * @param lags nanoseconds from when a message was to be sent until the generator got to it; empty in the closed loop
 */
public record Outcome(double messages, long nanos, long cpuNanos, Histogram latencies, Histogram lags) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;

    private static final double P999 = 99.9;

    public double messagesPerSecond() {
        return messages * NANOS_PER_SECOND / nanos;
    }

    public double generatorBusy() {
        return (double) cpuNanos / nanos;
    }

    double latencyMicros(double percentile) {
        return latencies.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
    }

    double p999Micros() {
        return p999Micros(latencies);
    }

    double lagMicros() {
        return p999Micros(lags);
    }

    public static double p999Micros(Histogram nanos) {
        return nanos.getValueAtPercentile(P999) / NANOS_PER_MICRO;
    }

    /** Collects the lines of figures that the generator prints at the end of a run. */
    static final class Parser {
        /** As the generator counts: no value is off by more than a thousandth. */
        private static final int DIGITS = 3;

        private final Histogram latencies = new Histogram(DIGITS);
        private final Histogram lags = new Histogram(DIGITS);
        private final Map<String, Double> numbers = new HashMap<>();

        /** Takes a line, and says whether it was the last; one that is none of the generator's is an illegal argument. */
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
}
