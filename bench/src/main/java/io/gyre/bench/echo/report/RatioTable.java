package io.gyre.bench.echo.report;

import io.gyre.bench.echo.report.CellResult.Part;
import io.gyre.bench.echo.report.Table.Emphasis;
import io.gyre.bench.echo.report.Table.Place;
import io.gyre.bench.echo.report.Table.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How each server compares with the floor, everywhere at a glance. */
final class RatioTable {
    /** Colour begins here, so that it marks what stands out. */
    private static final double FAR = 1.5;

    private RatioTable() {}

    static Table of(Results results, Noises noises, Metric metric, String title) {
        Noise noise = noises.of(metric);
        List<CellResult> cells = results.cells().stream()
                .filter(cell -> !cell.samples(Part.CLOSED).isEmpty())
                .toList();
        var rows = new ArrayList<Row>();
        for (Results.Server server : results.present()) {
            if (cells.stream().noneMatch(cell -> !cell.values(Part.CLOSED, server.id(), metric)
                    .isEmpty())) {
                continue;
            }
            var places = new ArrayList<>(List.of(Place.of(server.label())));
            cells.forEach(cell -> places.add(place(cell, server.id(), noise, metric)));
            rows.add(new Row(isOurs(server.id()), places));
        }
        return new Table(
                title,
                "Ratios to the mean of the two floors in the same round of the closed loop, medians of the rounds: 1.20 means a"
                        + " fifth more. A ratio"
                        + " that differs from 1 by less than the noise of its cell is not printed, but that noise: ±6 %"
                        + " means equal within six percent.",
                Stream.concat(Stream.of("server"), cells.stream().map(CellResult::label))
                        .toList(),
                rows);
    }

    private static Place place(CellResult cell, String server, Noise noise, Metric metric) {
        return noise.ratio(cell, server, Noise.FLOOR)
                .map(ratio -> new Place(ratio.shortText(), emphasis(ratio, metric)))
                .orElse(new Place("", Emphasis.QUIET));
    }

    private static Emphasis emphasis(Ratio ratio, Metric metric) {
        if (ratio.isWithinNoise()) {
            return Emphasis.UNCLEAR;
        }
        double cost = metric == Metric.THROUGHPUT ? 1 / ratio.value() : ratio.value();
        return cost < 1 ? Emphasis.GOOD : cost > FAR ? Emphasis.BAD : Emphasis.NONE;
    }

    static boolean isOurs(String server) {
        return server.startsWith("gyre");
    }
}
