package io.gyre.bench.echo.report;

import io.gyre.bench.echo.report.Table.Place;
import io.gyre.bench.echo.report.Table.Row;
import java.util.List;

/** Where and how it was measured. */
final class EnvironmentTable {
    private EnvironmentTable() {}

    static Table of(Results results) {
        List<Row> rows = results.environment().entrySet().stream()
                .map(entry -> new Row(false, List.of(Place.of(entry.getKey()), Place.of(entry.getValue()))))
                .toList();
        return new Table("Environment", "", List.of("what", ""), rows);
    }
}
