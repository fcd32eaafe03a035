package io.gyre.bench.echo;

import io.gyre.bench.load.Sample;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.results.Spread;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured with messages of one size on one number of connections.
 *
 * @param exchange what was repeated; null in results from before there was a choice
 * @param closed samples of the closed loop: as much as each server can do
 * @param pacedRate messages a second in the open loop; 0 if there was none
 * @param paced samples of the open loop, at that rate
 * @param pacedTails p99.9 of all messages of the open loop together, microseconds, by server
 * @param syscalls calls of the kernel for each message, by server and call
 * @param failures what went wrong; the server concerned is left out from there on
 */
public record CellResult(
        @Nullable Exchange exchange,
        int size,
        int connections,
        List<Sample> closed,
        long pacedRate,
        List<Sample> paced,
        Map<String, Double> pacedTails,
        Map<String, Map<String, Double>> syscalls,
        List<String> failures) {
    String label() {
        return new Cell(exchange == null ? Exchange.MESSAGE : exchange, size, connections).label();
    }

    List<Sample> samples(Part part) {
        return switch (part) {
            case CLOSED -> closed;
            case PACED -> paced;
        };
    }

    public enum Part {
        CLOSED,
        PACED
    }

    boolean has(Part part, String server) {
        return samples(part).stream().anyMatch(sample -> sample.server().equals(server));
    }

    /** {@return a figure of a server in each round; empty if it was not measured} */
    List<Double> values(Part part, String server, Metric metric) {
        return samples(part).stream()
                .filter(sample -> sample.server().equals(server))
                .map(metric::of)
                .toList();
    }

    /** {@return how much of a server's CPU per message, the median of the rounds, is in its own code} */
    double userMicros(Part part, String server) {
        return cpuMicros(part, server) * userShare(part, server);
    }

    /** {@return how much of it is in the kernel} */
    double systemMicros(Part part, String server) {
        return cpuMicros(part, server) * (1 - userShare(part, server));
    }

    private double cpuMicros(Part part, String server) {
        return Spread.of(values(part, server, Metric.CPU)).median();
    }

    /** Over all rounds: the kernel tells the two apart in hundredths of a second, of which one round has few. */
    private double userShare(Part part, String server) {
        return sum(part, server, Metric.USER) / sum(part, server, Metric.CPU);
    }

    private double sum(Part part, String server, Metric metric) {
        return values(part, server, metric).stream()
                .mapToDouble(Double::doubleValue)
                .sum();
    }
}
