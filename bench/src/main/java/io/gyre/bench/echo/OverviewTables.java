package io.gyre.bench.echo;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.echo.Results.Server;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Column;
import io.gyre.bench.report.Table.Emphasis;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Ratio;
import io.gyre.bench.results.Ratio.Verdict;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;

/** The tables about all cells at once. */
record OverviewTables(Results results, Noise.OfAll noises) {
    /** Colour begins here, so that it marks what stands out. */
    private static final double FAR = 1.5;

    private static final Place NOT_MEASURED = Emphasis.QUIET.on("not measured");
    private static final Column<CellResult> CELL = new Column<>("message × connections", CellResult::label);

    /** {@return which goals are met where} */
    Table goals() {
        var columns = new ArrayList<>(List.of(CELL));
        Goal.of(results).forEach(goal -> columns.add(new Column<>(goal.text(), cell -> place(goal, cell))));
        return Table.of(
                "Goals",
                "Server CPU per message of Gyre streams in the closed loop, and p99.9 in the open one. Beside each verdict"
                        + " stands the ratio to the server that the goal names. A goal is within noise if the ratio is no"
                        + " farther from the limit than the noise of the cell.",
                results.cells(),
                _ -> false,
                columns);
    }

    private Place place(Goal goal, CellResult cell) {
        return goal.cells().test(cell)
                ? goal.ratio(cell, noises)
                        .map(ratio -> place(ratio, ratio.against(goal.limit())))
                        .orElse(NOT_MEASURED)
                : Place.NOTHING;
    }

    private static Place place(Ratio ratio, Verdict verdict) {
        return switch (verdict) {
            case MET -> Emphasis.GOOD.on("met: " + ratio.text());
            case MISSED -> Emphasis.BAD.on("missed: " + ratio.text());
            case WITHIN_NOISE -> Emphasis.UNCLEAR.on("within noise: " + ratio.shortText());
        };
    }

    /** {@return how each server compares with the floor, in every cell} */
    Table ratios(Metric metric, String title) {
        Noise noise = noises.of(metric);
        List<CellResult> cells = results.cells().stream()
                .filter(cell -> !cell.samples(Part.CLOSED).isEmpty())
                .toList();
        var columns = new ArrayList<Column<Server>>();
        columns.add(new Column<>("server", Server::label));
        cells.forEach(
                cell -> columns.add(new Column<>(cell.label(), server -> ratio(noise, metric, cell, server.id()))));
        return Table.of(
                title,
                "Ratios to the mean of the two floors in the same round of the closed loop, medians of the rounds: 1.20 means a"
                        + " fifth more. A ratio"
                        + " that differs from 1 by less than the noise of its cell is not printed, but that noise: ±6 %"
                        + " means equal within six percent.",
                results.present().stream()
                        .filter(server -> cells.stream().anyMatch(cell -> cell.has(Part.CLOSED, server.id())))
                        .toList(),
                Server::belongsToGyre,
                columns);
    }

    private static Place ratio(Noise noise, Metric metric, CellResult cell, String server) {
        return noise.ratio(cell, server, Noise.FLOOR)
                .map(ratio -> emphasis(ratio, metric).on(ratio.shortText()))
                .orElse(Place.NOTHING);
    }

    private static Emphasis emphasis(Ratio ratio, Metric metric) {
        if (ratio.isWithinNoise()) {
            return Emphasis.UNCLEAR;
        }
        double cost = metric == Metric.THROUGHPUT ? 1 / ratio.value() : ratio.value();
        return cost < 1 ? Emphasis.GOOD : cost > FAR ? Emphasis.BAD : Emphasis.NONE;
    }

    /** {@return what the two floors made of each cell, and what follows for all others} */
    Table noise() {
        return Table.of(
                "Noise",
                "The floor runs as two processes, which are measured like any other two servers. The noise of a cell is how far"
                        + " from 1 the median of their ratios in the rounds may be, or, of the p99.9, the ratio of their quietest"
                        + " tenths, with a confidence of 95 %, and no less than it is in half of the cells.",
                results.cells(),
                _ -> false,
                List.of(
                        CELL,
                        new Column<>("CPU µs/msg of the two floors", OverviewTables::floors),
                        noise("noise: CPU per message", noises.cpu()),
                        noise("noise: messages/s", noises.throughput()),
                        noise("noise: p99.9, open loop", noises.tail())));
    }

    private static Column<CellResult> noise(String name, Noise noise) {
        return new Column<>(name, cell -> noise.of(cell).map(Numbers::noise).orElse(""));
    }

    private static String floors(CellResult cell) {
        List<Double> floor = cell.values(Part.CLOSED, Noise.FLOOR, Metric.CPU);
        List<Double> again = cell.values(Part.CLOSED, Noise.FLOOR_AGAIN, Metric.CPU);
        return floor.isEmpty() || again.isEmpty()
                ? ""
                : Numbers.spread(Spread.of(floor)) + " and " + Numbers.spread(Spread.of(again));
    }

    /** {@return who took part, and who did not} */
    Table servers() {
        return Table.of(
                "Servers",
                "",
                results.servers(),
                Server::belongsToGyre,
                List.of(
                        new Column<>("server", Server::label),
                        new Column<>("version", OverviewTables::version),
                        new Column<>("command", server -> Emphasis.QUIET.on(server.command()))));
    }

    private static Object version(Server server) {
        if (server.missing() != null) {
            return Emphasis.BAD.on("missing: " + server.missing());
        }
        return server.version() == null ? "" : server.version();
    }
}
