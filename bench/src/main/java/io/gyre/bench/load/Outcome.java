package io.gyre.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What the generator has measured.
 *
 * @param messages how many came back in the time that was measured, with the parts of those that had begun or not ended
 * @param nanos that time
 * @param cpuNanos how much of it the generator was busy
 * @param latencies nanoseconds from when a message was to be sent until its last byte was back
 * @param lags nanoseconds from when a message was to be sent until the generator got to it; empty in the closed loop
 */
public record Outcome(double messages, long nanos, long cpuNanos, Histogram latencies, Histogram lags) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** {@return the throughput} */
    public double messagesPerSecond() {
        return messages * NANOS_PER_SECOND / nanos;
    }

    /** {@return the share of its time in which the generator was busy} */
    public double generatorBusy() {
        return (double) cpuNanos / nanos;
    }
}
