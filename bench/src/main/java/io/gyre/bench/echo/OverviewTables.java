package io.gyre.bench.echo;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Emphasis;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Ratio;
import io.gyre.bench.results.Ratio.Verdict;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The tables about all cells at once. */
final class OverviewTables {
    /** Colour begins here, so that it marks what stands out. */
    private static final double FAR = 1.5;

    private static final Place NOT_ASKED = new Place("", Emphasis.QUIET);
    private static final Place NOT_MEASURED = new Place("not measured", Emphasis.QUIET);

    private OverviewTables() {}

    /** {@return which goals are met where} */
    static Table goals(Results results, Noise.OfAll noises) {
        var rows = new ArrayList<Row>();
        for (CellResult cell : results.cells()) {
            var places = new ArrayList<>(List.of(Place.of(cell.label())));
            Goal.of(results).forEach(goal -> places.add(place(goal, cell, noises)));
            rows.add(new Row(false, places));
        }
        return new Table(
                "Goals",
                "Server CPU per message of Gyre streams in the closed loop, and p99.9 in the open one. Beside each verdict"
                        + " stands the ratio to the server that the goal names. A goal is within noise if the ratio is no"
                        + " farther from the limit than the noise of the cell.",
                Stream.concat(
                                Stream.of("message × connections"),
                                Goal.of(results).stream().map(Goal::text))
                        .toList(),
                rows);
    }

    private static Place place(Goal goal, CellResult cell, Noise.OfAll noises) {
        if (!goal.cells().test(cell)) {
            return NOT_ASKED;
        }
        Optional<Ratio> ratio = goal.ratio(cell, noises);
        return ratio.map(value -> place(value, value.against(goal.limit()))).orElse(NOT_MEASURED);
    }

    private static Place place(Ratio ratio, Verdict verdict) {
        String beside = ratio.isWithinNoise() && verdict == Verdict.WITHIN_NOISE ? ratio.shortText() : ratio.text();
        return switch (verdict) {
            case MET -> new Place("met: " + beside, Emphasis.GOOD);
            case MISSED -> new Place("missed: " + beside, Emphasis.BAD);
            case WITHIN_NOISE -> new Place("within noise: " + beside, Emphasis.UNCLEAR);
        };
    }

    /** {@return how each server compares with the floor, in every cell} */
    static Table ratios(Results results, Noise.OfAll noises, Metric metric, String title) {
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

    /** {@return what the two floors made of each cell, and what follows for all others} */
    static Table noise(Results results, Noise.OfAll noises) {
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

    /** {@return who took part, and who did not} */
    static Table servers(Results results) {
        List<Row> rows = results.servers().stream()
                .map(server -> new Row(
                        isOurs(server.id()),
                        List.of(
                                Place.of(server.label()),
                                server.missing() == null
                                        ? Place.of(server.version() == null ? "" : server.version())
                                        : new Place("missing: " + server.missing(), Emphasis.BAD),
                                new Place(server.command(), Emphasis.QUIET))))
                .toList();
        return new Table("Servers", "", List.of("server", "version", "command"), rows);
    }
}
