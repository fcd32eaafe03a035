package io.gyre.bench.echo.report;

import io.gyre.bench.echo.report.Table.Place;
import io.gyre.bench.echo.report.Table.Row;
import java.util.List;
import java.util.Map;

/** Where and how it was measured. */
public final class EnvironmentTable {
    private EnvironmentTable() {}

    static Table of(Results results) {
        return of(results.environment());
    }

    /** {@return the table of what there is to know, by name} */
    public static Table of(Map<String, String> environment) {
        List<Row> rows = environment.entrySet().stream()
                .map(entry -> new Row(false, List.of(Place.of(entry.getKey()), Place.of(entry.getValue()))))
                .toList();
        return new Table("Environment", "", List.of("what", ""), rows);
    }
}
