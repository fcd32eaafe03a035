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
import java.util.stream.Collectors;

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

    private static final List<String> CLOSED_HEADER = List.of(
            "server",
            "messages/s",
            "CPU µs/msg",
            "lower quartile",
            "user",
            "system",
            "÷ floor",
            "p50 µs",
            "p99 µs",
            "p99.9 µs",
            "heap B/msg",
            "GCs",
            "server busy",
            "generator busy");
    private static final List<String> PACED_HEADER = List.of(
            "server",
            "p50 µs",
            "p99 µs",
            "p99.9 µs",
            "of all rounds",
            "quietest tenth",
            "÷ floor",
            "CPU µs/msg",
            "server busy",
            "sent late µs");

    private final Results results;
    private final Noises noises;

    CellTables(Results results, Noises noises) {
        this.results = results;
        this.noises = noises;
    }

    Table closed(CellResult cell) {
        return new Table(cell.label(), failures(cell), CLOSED_HEADER, rows(cell, Part.CLOSED, this::closedPlaces));
    }

    Table paced(CellResult cell) {
        return new Table(
                cell.label() + " at " + whole((double) cell.pacedRate()) + " messages/s",
                "",
                PACED_HEADER,
                rows(cell, Part.PACED, this::pacedPlaces));
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

    /** Makes the places of a row after its name. */
    private interface Places {
        List<String> of(CellResult cell, String server);
    }

    private List<Row> rows(CellResult cell, Part part, Places places) {
        return results.present().stream()
                .filter(server -> !cell.values(part, server.id(), Metric.CPU).isEmpty())
                .sorted(Comparator.comparingDouble(server -> part == Part.CLOSED
                        ? figure(cell, part, server.id(), Metric.CPU).median()
                        : Spread.lowestTenth(cell.values(part, server.id(), Metric.P999))))
                .map(server -> row(server, places.of(cell, server.id())))
                .toList();
    }

    private static Row row(Results.Server server, List<String> texts) {
        var places = new ArrayList<>(List.of(Place.of(server.label())));
        texts.forEach(text -> places.add(Place.of(text)));
        return new Row(OverviewTables.isOurs(server.id()), places);
    }

    private List<String> closedPlaces(CellResult cell, String server) {
        return List.of(
                spread(figure(cell, Part.CLOSED, server, Metric.THROUGHPUT)),
                spread(figure(cell, Part.CLOSED, server, Metric.CPU)),
                plain(Spread.lowerQuartile(cell.values(Part.CLOSED, server, Metric.CPU))),
                plain(cell.userMicros(Part.CLOSED, server)),
                plain(cell.systemMicros(Part.CLOSED, server)),
                ratio(noises.cpu(), cell, server),
                median(cell, Part.CLOSED, server, Metric.P50),
                median(cell, Part.CLOSED, server, Metric.P99),
                median(cell, Part.CLOSED, server, Metric.P999),
                median(cell, Part.CLOSED, server, Metric.ALLOCATED),
                median(cell, Part.CLOSED, server, Metric.COLLECTIONS),
                percent(figure(cell, Part.CLOSED, server, Metric.SERVER_BUSY).median()),
                percent(figure(cell, Part.CLOSED, server, Metric.GENERATOR_BUSY).median()));
    }

    private List<String> pacedPlaces(CellResult cell, String server) {
        return List.of(
                spread(figure(cell, Part.PACED, server, Metric.P50)),
                spread(figure(cell, Part.PACED, server, Metric.P99)),
                spread(figure(cell, Part.PACED, server, Metric.P999)),
                Optional.ofNullable(cell.pacedTails().get(server))
                        .map(Numbers::plain)
                        .orElse(""),
                plain(Spread.lowestTenth(cell.values(Part.PACED, server, Metric.P999))),
                ratio(noises.tail(), cell, server),
                median(cell, Part.PACED, server, Metric.CPU),
                percent(figure(cell, Part.PACED, server, Metric.SERVER_BUSY).median()),
                median(cell, Part.PACED, server, Metric.LAG));
    }

    private static Spread figure(CellResult cell, Part part, String server, Metric metric) {
        return Spread.of(cell.values(part, server, metric));
    }

    private static String median(CellResult cell, Part part, String server, Metric metric) {
        double median = figure(cell, part, server, metric).median();
        return Double.isNaN(median) ? "" : plain(median);
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
