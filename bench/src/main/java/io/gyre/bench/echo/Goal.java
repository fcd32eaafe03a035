package io.gyre.bench.echo;

import io.gyre.bench.results.Ratio;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Something that Gyre's streams are meant to reach.
 *
 * @param metric what is compared: the CPU per message in the closed loop, or the tail in the open one
 * @param base the server that they are compared with
 * @param limit the ratio that must not be reached
 */
record Goal(String text, Metric metric, String subject, String base, double limit, Predicate<CellResult> cells) {
    private static final String STREAMS = "gyre-streams";

    private static final int KIBI = 1024;

    private static final List<Goal> PLAIN = List.of(
            cpu("≤ 1.10 × floor", "floor", 1.10, Goal::everywhere),
            cpu("below Netty NIO", "netty-nio", 1, Goal::everywhere),
            cpu("below Vert.x", "vertx", 1, Goal::everywhere),
            cpu("below JDK virtual threads", "virtual-threads", 1, Goal::everywhere),
            cpu("below uvloop streams", "uvloop-streams", 1, Goal::everywhere),
            cpu("below half of uvloop streams", "uvloop-streams", 0.5, Goal::everywhere),
            cpu("below uvloop protocol", "uvloop-protocol", 1, Goal::manyOfOneKib),
            new Goal("p99.9 ≤ Netty NIO", Metric.P999, STREAMS, "netty-nio", 1, Goal::everywhere));

    private static final List<Goal> TLS = List.of(
            cpu("below Netty NIO", "netty-nio", 1, Goal::everywhere),
            cpu("below JDK virtual threads", "virtual-threads", 1, Goal::everywhere),
            new Goal("OpenSSL ≤ 1.10 × Netty's", Metric.CPU, "gyre-openssl", "netty-openssl", 1.10, Goal::everywhere));

    static List<Goal> of(Results results) {
        return results.wereOverTls() ? TLS : PLAIN;
    }

    private static Goal cpu(String text, String base, double limit, Predicate<CellResult> cells) {
        return new Goal(text, Metric.CPU, STREAMS, base, limit, cells);
    }

    /** {@return how streams compare with the goal's server; empty if they do not, or need not} */
    Optional<Ratio> ratio(CellResult cell, Noise.OfAll noises) {
        return cells.test(cell) ? noises.of(metric).ratio(cell, subject, base) : Optional.empty();
    }

    private static boolean everywhere(CellResult cell) {
        return true;
    }

    private static boolean manyOfOneKib(CellResult cell) {
        return cell.size() == KIBI && cell.connections() > 1;
    }
}
