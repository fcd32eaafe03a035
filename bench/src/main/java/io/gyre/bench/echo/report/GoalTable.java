package io.gyre.bench.echo.report;

import io.gyre.bench.echo.report.Ratio.Verdict;
import io.gyre.bench.echo.report.Table.Emphasis;
import io.gyre.bench.echo.report.Table.Place;
import io.gyre.bench.echo.report.Table.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which goals are met where. */
final class GoalTable {
    private static final Place NOT_ASKED = new Place("", Emphasis.QUIET);
    private static final Place NOT_MEASURED = new Place("not measured", Emphasis.QUIET);

    private GoalTable() {}

    static Table of(Results results, Noises noises) {
        var rows = new ArrayList<Row>();
        for (CellResult cell : results.cells()) {
            var places = new ArrayList<>(List.of(Place.of(cell.label())));
            Goal.ALL.forEach(goal -> places.add(place(goal, cell, noises)));
            rows.add(new Row(false, places));
        }
        return new Table(
                "Goals",
                "Server CPU per message of Gyre streams in the closed loop, and p99.9 in the open one. Beside each verdict"
                        + " stands the ratio to the server that the goal names. A goal is within noise if the ratio is no"
                        + " farther from the limit than the noise of the cell.",
                Stream.concat(
                                Stream.of("message × connections"),
                                Goal.ALL.stream().map(Goal::text))
                        .toList(),
                rows);
    }

    private static Place place(Goal goal, CellResult cell, Noises noises) {
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
}
