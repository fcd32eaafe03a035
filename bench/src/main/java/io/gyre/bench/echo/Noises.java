package io.gyre.bench.echo;

import io.gyre.bench.echo.CellResult.Part;

/**
 * The noise of each figure that servers are compared by. Made once for a report.
 *
 * @param cpu of the CPU per message, closed loop
 * @param throughput of the closed loop
 * @param tail of the p99.9, open loop
 */
record Noises(Noise cpu, Noise throughput, Noise tail) {
    static Noises of(Results results) {
        return new Noises(
                Noise.of(results, Part.CLOSED, Metric.CPU),
                Noise.of(results, Part.CLOSED, Metric.THROUGHPUT),
                Noise.of(results, Part.PACED, Metric.P999));
    }

    Noise of(Metric metric) {
        return switch (metric) {
            case CPU -> cpu;
            case THROUGHPUT -> throughput;
            case P999 -> tail;
            default -> throw new IllegalArgumentException("servers are not compared by " + metric.label());
        };
    }
}
