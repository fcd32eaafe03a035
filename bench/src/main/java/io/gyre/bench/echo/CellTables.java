package io.gyre.bench.echo;

import static io.gyre.bench.results.Numbers.percent;
import static io.gyre.bench.results.Numbers.plain;
import static io.gyre.bench.results.Numbers.spread;
import static io.gyre.bench.results.Numbers.whole;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Ratio;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All figures of one cell. */
final class CellTables {
    static final String CLOSED_NOTE =
            "Each connection sends its next message when it has the answer to the last. Medians of the"
                    + " rounds, and the least and the greatest in brackets. The lower quartile of the CPU is that of the quieter"
                    + " rounds: what disturbs a machine only adds. Without a number: not a JVM, or not told apart from noise.";
    static final String PACED_NOTE =
            "Open loop: messages are sent at fixed times, at the same rate for all servers, half of what"
                    + " the slowest of them can do. Latency counts from the time at which a message was meant to be sent, so a server that"
                    + " stalls is charged for all that had to wait (coordinated omission). The p99.9 is that of each"
                    + " round, and that of the messages of all rounds together, which counts every stall, the machine's, too."
                    + " Servers are compared by the quietest tenth of the rounds, in which nothing else disturbs them; a stall of"
                    + " the server that comes in fewer than nine of ten rounds is not in it. Sent late: 99.9 % of the messages left the"
                    + " generator no later than this after their time.";
    static final String SYSCALLS_NOTE =
            "Counted by strace in a run of its own, while connections stay open. strace slows a server"
                    + " down, so that more is there already when it reads: one that tries to read before it waits, as virtual threads and"
                    + " Go do, waits less often than it would without strace.";

    /** Calls that are rarer are the connections', or a thread's that has nothing to do with messages. */
    private static final double RARE = 0.005;

    /** The rest of a failure is in the JSON. */
    private static final int FAILURE_CHARACTERS = 300;

    /** A column after the server's name: what it is called, and what it says of a server in a cell. */
    private record Column(String name, BiFunction<CellResult, String, String> text) {}

    private final Results results;
    private final Noise.OfAll noises;

    CellTables(Results results, Noise.OfAll noises) {
        this.results = results;
        this.noises = noises;
    }

    Table closed(CellResult cell) {
        return new Table(cell.label(), failures(cell), header(closed()), rows(cell, Part.CLOSED, closed()));
    }

    Table paced(CellResult cell) {
        return new Table(
                cell.label() + " at " + whole((double) cell.pacedRate()) + " messages/s",
                "",
                header(paced()),
                rows(cell, Part.PACED, paced()));
    }

    Table syscalls(CellResult cell) {
        var rows = new ArrayList<Row>();
        for (Results.Server server : results.present()) {
            Map<String, Double> calls = cell.syscalls().get(server.id());
            if (calls != null) {
                double all =
                        calls.values().stream().mapToDouble(Double::doubleValue).sum();
                rows.add(row(server, List.of(plain(all), describe(calls))));
            }
        }
        return new Table(cell.label(), "", List.of("server", "calls/msg", "of which"), rows);
    }

    private static String describe(Map<String, Double> calls) {
        return calls.entrySet().stream()
                .filter(call -> call.getValue() >= RARE)
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                .map(call -> call.getKey() + " " + plain(call.getValue()))
                .reduce((left, right) -> left + ", " + right)
                .orElse("");
    }

    private static List<String> header(List<Column> columns) {
        return Stream.concat(Stream.of("server"), columns.stream().map(Column::name))
                .toList();
    }

    private List<Row> rows(CellResult cell, Part part, List<Column> columns) {
        return results.present().stream()
                .filter(server -> !cell.values(part, server.id(), Metric.CPU).isEmpty())
                .sorted(Comparator.comparingDouble(server -> part == Part.CLOSED
                        ? figure(cell, part, server.id(), Metric.CPU).median()
                        : Spread.lowestTenth(cell.values(part, server.id(), Metric.P999))))
                .map(server -> row(
                        server,
                        columns.stream()
                                .map(column -> column.text().apply(cell, server.id()))
                                .toList()))
                .toList();
    }

    private static Row row(Results.Server server, List<String> texts) {
        var places = new ArrayList<>(List.of(Place.of(server.label())));
        texts.forEach(text -> places.add(Place.of(text)));
        return new Row(OverviewTables.isOurs(server.id()), places);
    }

    private List<Column> closed() {
        return List.of(
                range("messages/s", Part.CLOSED, Metric.THROUGHPUT),
                range("CPU µs/msg", Part.CLOSED, Metric.CPU),
                new Column(
                        "lower quartile",
                        (cell, server) -> plain(Spread.lowerQuartile(cell.values(Part.CLOSED, server, Metric.CPU)))),
                new Column("user", (cell, server) -> plain(cell.userMicros(Part.CLOSED, server))),
                new Column("system", (cell, server) -> plain(cell.systemMicros(Part.CLOSED, server))),
                new Column("÷ floor", (cell, server) -> ratio(noises.cpu(), cell, server)),
                median("p50 µs", Part.CLOSED, Metric.P50),
                median("p99 µs", Part.CLOSED, Metric.P99),
                median("p99.9 µs", Part.CLOSED, Metric.P999),
                median("heap B/msg", Part.CLOSED, Metric.ALLOCATED),
                median("GCs", Part.CLOSED, Metric.COLLECTIONS),
                share("server busy", Part.CLOSED, Metric.SERVER_BUSY),
                share("generator busy", Part.CLOSED, Metric.GENERATOR_BUSY));
    }

    private List<Column> paced() {
        return List.of(
                range("p50 µs", Part.PACED, Metric.P50),
                range("p99 µs", Part.PACED, Metric.P99),
                range("p99.9 µs", Part.PACED, Metric.P999),
                new Column("of all rounds", (cell, server) -> Optional.ofNullable(
                                cell.pacedTails().get(server))
                        .map(Numbers::plain)
                        .orElse("")),
                new Column(
                        "quietest tenth",
                        (cell, server) -> plain(Spread.lowestTenth(cell.values(Part.PACED, server, Metric.P999)))),
                new Column("÷ floor", (cell, server) -> ratio(noises.tail(), cell, server)),
                median("CPU µs/msg", Part.PACED, Metric.CPU),
                share("server busy", Part.PACED, Metric.SERVER_BUSY),
                median("sent late µs", Part.PACED, Metric.LAG));
    }

    private static Column range(String name, Part part, Metric metric) {
        return new Column(name, (cell, server) -> spread(figure(cell, part, server, metric)));
    }

    private static Column share(String name, Part part, Metric metric) {
        return new Column(
                name,
                (cell, server) -> percent(figure(cell, part, server, metric).median()));
    }

    private static Column median(String name, Part part, Metric metric) {
        return new Column(name, (cell, server) -> {
            double median = figure(cell, part, server, metric).median();
            return Double.isNaN(median) ? "" : plain(median);
        });
    }

    private static Spread figure(CellResult cell, Part part, String server, Metric metric) {
        return Spread.of(cell.values(part, server, metric));
    }

    private static String ratio(Noise noise, CellResult cell, String server) {
        return noise.ratio(cell, server, Noise.FLOOR).map(Ratio::shortText).orElse("");
    }

    private static String failures(CellResult cell) {
        return cell.failures().stream()
                .map(failure -> failure.replaceAll("\\s+", " "))
                .map(failure -> "FAILED: " + failure.substring(0, Math.min(FAILURE_CHARACTERS, failure.length())))
                .collect(Collectors.joining("; "));
    }
}
