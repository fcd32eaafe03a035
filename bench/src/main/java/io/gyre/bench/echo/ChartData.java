package io.gyre.bench.echo;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;

/**
 * What the page draws.
 *
 * @param cells each becomes a chart of each kind
 */
record ChartData(List<Cell> cells) {
    /**
     * One cell.
     *
     * @param label of the chart
     * @param size in words
     * @param connections makes the row in which the chart stands
     * @param pacedRate of the open loop
     * @param closed servers in the closed loop
     * @param paced servers in the open loop
     */
    record Cell(String label, String size, int connections, long pacedRate, List<Bar> closed, List<Bar> paced) {}

    /**
     * One server in one cell.
     *
     * @param id of the server
     * @param label of the server
     * @param user microseconds for each message
     * @param system microseconds for each message
     * @param cpu both, with the range
     * @param throughput messages a second
     * @param p50 microseconds
     * @param p99 microseconds
     * @param p999 microseconds
     * @param quietP999 the quietest tenth of the rounds in place of the median
     */
    record Bar(
            String id,
            String label,
            double user,
            double system,
            Spread cpu,
            Spread throughput,
            Spread p50,
            Spread p99,
            Spread p999,
            Spread quietP999) {}

    static ChartData of(Results results) {
        return new ChartData(results.cells().stream()
                .map(cell -> new Cell(
                        cell.label(),
                        cell.sizeLabel(),
                        cell.connections(),
                        cell.pacedRate(),
                        bars(results, cell, Part.CLOSED),
                        bars(results, cell, Part.PACED)))
                .toList());
    }

    private static List<Bar> bars(Results results, CellResult cell, Part part) {
        var bars = new ArrayList<Bar>();
        for (Results.Server server : results.present()) {
            String id = server.id();
            if (!cell.values(part, id, Metric.CPU).isEmpty()) {
                bars.add(new Bar(
                        id,
                        server.label(),
                        cell.userMicros(part, id),
                        cell.systemMicros(part, id),
                        spread(cell, part, id, Metric.CPU),
                        spread(cell, part, id, Metric.THROUGHPUT),
                        spread(cell, part, id, Metric.P50),
                        spread(cell, part, id, Metric.P99),
                        spread(cell, part, id, Metric.P999),
                        quiet(cell.values(part, id, Metric.P999))));
            }
        }
        return bars;
    }

    private static Spread quiet(List<Double> values) {
        Spread all = Spread.of(values);
        return new Spread(Spread.lowestTenth(values), all.min(), all.max());
    }

    private static Spread spread(CellResult cell, Part part, String server, Metric metric) {
        return Spread.of(cell.values(part, server, metric));
    }
}
