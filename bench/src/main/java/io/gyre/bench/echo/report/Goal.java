package io.gyre.bench.echo.report;

import java.util.List;
import java.util.function.Predicate;

/**
 * Something that Gyre's streams are meant to reach.
 *
 * @param text in words
 * @param base the server that they are compared with
 * @param limit the ratio of processor time for a message that must not be reached
 * @param cells where it counts
 */
record Goal(String text, String base, double limit, Predicate<CellResult> cells) {
    static final String SUBJECT = "gyre-streams";

    private static final int KIBI = 1024;

    static final List<Goal> ALL = List.of(
            new Goal("≤ 1.10 × floor", "floor", 1.10, Goal::everywhere),
            new Goal("below Netty NIO", "netty-nio", 1, Goal::everywhere),
            new Goal("below Vert.x", "vertx", 1, Goal::everywhere),
            new Goal("below JDK virtual threads", "virtual-threads", 1, Goal::everywhere),
            new Goal("below uvloop streams", "uvloop-streams", 1, Goal::everywhere),
            new Goal("below half of uvloop streams", "uvloop-streams", 0.5, Goal::everywhere),
            new Goal("below uvloop protocol", "uvloop-protocol", 1, Goal::manyOfOneKib));

    private static boolean everywhere(CellResult cell) {
        return true;
    }

    private static boolean manyOfOneKib(CellResult cell) {
        return cell.size() == KIBI && cell.connections() > 1;
    }
}
