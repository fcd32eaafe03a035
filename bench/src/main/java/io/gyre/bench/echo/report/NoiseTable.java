package io.gyre.bench.echo.report;

import io.gyre.bench.echo.report.CellResult.Part;
import io.gyre.bench.echo.report.Table.Place;
import io.gyre.bench.echo.report.Table.Row;
import java.util.ArrayList;
import java.util.List;

/** What the two floors made of each cell, and what follows for all others. */
final class NoiseTable {
    private NoiseTable() {}

    static Table of(Results results, Noises noises) {
        var rows = new ArrayList<Row>();
        for (CellResult cell : results.cells()) {
            rows.add(new Row(
                    false,
                    List.of(
                            Place.of(cell.label()),
                            Place.of(floors(cell)),
                            Place.of(text(noises.cpu(), cell)),
                            Place.of(text(noises.throughput(), cell)),
                            Place.of(text(noises.tail(), cell)))));
        }
        return new Table(
                "Noise",
                "The floor runs as two processes, which are measured like any other two servers. The noise of a cell is how far"
                        + " from 1 the median of their ratios in the rounds may be, or, of the p99.9, the ratio of their quietest"
                        + " tenths, with a confidence of 95 %, and no less than it is in half of the cells.",
                List.of(
                        "message × connections",
                        "CPU µs/msg of the two floors",
                        "noise: CPU per message",
                        "noise: messages/s",
                        "noise: p99.9, open loop"),
                rows);
    }

    private static String floors(CellResult cell) {
        List<Double> floor = cell.values(Part.CLOSED, Noise.FLOOR, Metric.CPU);
        List<Double> again = cell.values(Part.CLOSED, Noise.FLOOR_AGAIN, Metric.CPU);
        return floor.isEmpty() || again.isEmpty()
                ? ""
                : Numbers.spread(Spread.of(floor)) + " and " + Numbers.spread(Spread.of(again));
    }

    private static String text(Noise noise, CellResult cell) {
        return noise.of(cell).isPresent() ? Numbers.noise(noise.of(cell).getAsDouble()) : "";
    }
}
