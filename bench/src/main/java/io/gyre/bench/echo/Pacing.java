package io.gyre.bench.echo;

import io.gyre.bench.load.Sample;
import io.gyre.bench.results.Spread;
import io.gyre.bench.servers.Peer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which servers are compared at a fixed rate, and at which. */
final class Pacing {
    /** Those whose throughput is of one order: the rate is the same for all, and a slow one would make it easy. Servers of the user are compared, too. */
    private static final Set<String> COMPARED = Set.of(
            "gyre-streams", "floor", "floor-again", "netty-nio", "virtual-threads", "c-epoll", "uvloop-protocol");

    private Pacing() {}

    static boolean isCompared(Peer peer) {
        return peer.isOwn() || COMPARED.contains(peer.id());
    }

    /** {@return messages a second: half of what the slowest of those compared could do in the closed loop} */
    static long half(List<Sample> closed, List<Peer> own) {
        var compared = new HashSet<>(COMPARED);
        own.forEach(peer -> compared.add(peer.id()));
        Map<String, List<Double>> throughputs = closed.stream()
                .filter(sample -> compared.contains(sample.server()))
                .collect(Collectors.groupingBy(
                        Sample::server, Collectors.mapping(Metric.THROUGHPUT::of, Collectors.toList())));
        return throughputs.values().stream()
                .mapToLong(rounds -> (long) (Spread.of(rounds).median() / 2))
                .min()
                .orElse(0);
    }
}
