package io.gyre.bench.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the page draws: each cell becomes a chart of each kind. */
public record Charts(List<Chart> cells) {
    /**
     * One cell, in the closed loop and in the open one.
     *
     * @param connections makes the row in which the chart stands; null if all stand in one
     * @param isOneServer whether the bars are loads of one server, and not servers
     * @param closed for each bar its {@code id}, its {@code label}, and its figures by the names that the script of the page has
     */
    public record Chart(
            String label,
            @Nullable Integer connections,
            long pacedRate,
            boolean isOneServer,
            List<Map<String, Object>> closed,
            List<Map<String, Object>> paced) {}
}
