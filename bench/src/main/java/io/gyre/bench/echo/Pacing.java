package io.gyre.bench.echo;

import io.gyre.bench.echo.report.Metric;
import io.gyre.bench.echo.report.Sample;
import io.gyre.bench.echo.report.Spread;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which servers are compared at a fixed rate, and at which. */
final class Pacing {
    /** Those whose throughput is of one order: the rate is the same for all, and a slow one would make it easy. */
    private static final Set<String> COMPARED = Set.of(
            "gyre-streams", "floor", "floor-again", "netty-nio", "virtual-threads", "c-epoll", "uvloop-protocol");

    private Pacing() {}

    static boolean isCompared(Peer peer) {
        return COMPARED.contains(peer.id());
    }

    /** {@return messages a second: half of what the slowest of those compared could do in the closed loop} */
    static long half(List<Sample> closed) {
        Map<String, List<Double>> throughputs = closed.stream()
                .filter(sample -> COMPARED.contains(sample.server()))
                .collect(Collectors.groupingBy(
                        Sample::server, Collectors.mapping(Metric.THROUGHPUT::of, Collectors.toList())));
        return throughputs.values().stream()
                .mapToLong(rounds -> (long) (Spread.of(rounds).median() / 2))
                .min()
                .orElse(0);
    }
}
