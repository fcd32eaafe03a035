package io.gyre.bench.echo.report;

import io.gyre.bench.echo.report.Table.Emphasis;
import io.gyre.bench.echo.report.Table.Place;
import io.gyre.bench.echo.report.Table.Row;
import java.util.List;

/** Who took part, and who did not. */
final class ServerTable {
    private ServerTable() {}

    static Table of(Results results) {
        List<Row> rows = results.servers().stream()
                .map(server -> new Row(
                        RatioTable.isOurs(server.id()),
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
