package io.gyre.bench.echo;

import static io.gyre.bench.results.Numbers.percent;
import static io.gyre.bench.results.Numbers.plain;
import static io.gyre.bench.results.Numbers.spread;
import static io.gyre.bench.results.Numbers.whole;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.echo.Results.Server;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Column;
import io.gyre.bench.results.Ratio;
import io.gyre.bench.results.Spread;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All figures of one cell. */
record CellTables(Results results, Noise.OfAll noises, CellResult cell) {
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

    Table closed() {
        ToDoubleFunction<Server> cpu =
                server -> figure(Part.CLOSED, server, Metric.CPU).median();
        return table(
                cell.label(),
                failures(),
                servers(Part.CLOSED, cpu),
                List.of(
                        range("messages/s", Part.CLOSED, Metric.THROUGHPUT),
                        range("CPU µs/msg", Part.CLOSED, Metric.CPU),
                        column(
                                "lower quartile",
                                server ->
                                        plain(Spread.lowerQuartile(cell.values(Part.CLOSED, server.id(), Metric.CPU)))),
                        column("user", server -> plain(cell.userMicros(Part.CLOSED, server.id()))),
                        column("system", server -> plain(cell.systemMicros(Part.CLOSED, server.id()))),
                        ratio(noises.cpu()),
                        median("p50 µs", Part.CLOSED, Metric.P50),
                        median("p99 µs", Part.CLOSED, Metric.P99),
                        median("p99.9 µs", Part.CLOSED, Metric.P999),
                        median("heap B/msg", Part.CLOSED, Metric.ALLOCATED),
                        median("GCs", Part.CLOSED, Metric.COLLECTIONS),
                        share("server busy", Part.CLOSED, Metric.SERVER_BUSY),
                        share("generator busy", Part.CLOSED, Metric.GENERATOR_BUSY)));
    }

    Table paced() {
        ToDoubleFunction<Server> tail = server -> Spread.lowestTenth(cell.values(Part.PACED, server.id(), Metric.P999));
        return table(
                cell.label() + " at " + whole((double) cell.pacedRate()) + " messages/s",
                "",
                servers(Part.PACED, tail),
                List.of(
                        range("p50 µs", Part.PACED, Metric.P50),
                        range("p99 µs", Part.PACED, Metric.P99),
                        range("p99.9 µs", Part.PACED, Metric.P999),
                        column(
                                "of all rounds",
                                server -> number(cell.pacedTails().getOrDefault(server.id(), Double.NaN))),
                        column("quietest tenth", server -> plain(tail.applyAsDouble(server))),
                        ratio(noises.tail()),
                        median("CPU µs/msg", Part.PACED, Metric.CPU),
                        share("server busy", Part.PACED, Metric.SERVER_BUSY),
                        median("sent late µs", Part.PACED, Metric.LAG)));
    }

    Table syscalls() {
        List<Server> traced = results.present().stream()
                .filter(server -> cell.syscalls().containsKey(server.id()))
                .toList();
        return table(
                cell.label(),
                "",
                traced,
                List.of(
                        column(
                                "calls/msg",
                                server -> plain(calls(server).values().stream()
                                        .mapToDouble(Double::doubleValue)
                                        .sum())),
                        column("of which", server -> describe(calls(server)))));
    }

    private Map<String, Double> calls(Server server) {
        return cell.syscalls().getOrDefault(server.id(), Map.of());
    }

    private static String describe(Map<String, Double> calls) {
        return calls.entrySet().stream()
                .filter(call -> call.getValue() >= RARE)
                .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
                .map(call -> call.getKey() + " " + plain(call.getValue()))
                .collect(Collectors.joining(", "));
    }

    private List<Server> servers(Part part, ToDoubleFunction<Server> order) {
        return results.present().stream()
                .filter(server -> cell.has(part, server.id()))
                .sorted(Comparator.comparingDouble(order))
                .toList();
    }

    private static Table table(String title, String note, List<Server> servers, List<Column<Server>> figures) {
        List<Column<Server>> columns = Stream.concat(Stream.of(column("server", Server::label)), figures.stream())
                .toList();
        return Table.of(title, note, servers, Server::belongsToGyre, columns);
    }

    private static Column<Server> column(String name, Function<Server, Object> place) {
        return new Column<>(name, place);
    }

    private Column<Server> range(String name, Part part, Metric metric) {
        return column(name, server -> spread(figure(part, server, metric)));
    }

    private Column<Server> share(String name, Part part, Metric metric) {
        return column(name, server -> percent(figure(part, server, metric).median()));
    }

    private Column<Server> median(String name, Part part, Metric metric) {
        return column(name, server -> number(figure(part, server, metric).median()));
    }

    private Column<Server> ratio(Noise noise) {
        return column("÷ floor", server -> noise.ratio(cell, server.id(), Noise.FLOOR)
                .map(Ratio::shortText)
                .orElse(""));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : plain(value);
    }

    private Spread figure(Part part, Server server, Metric metric) {
        return Spread.of(cell.values(part, server.id(), metric));
    }

    private String failures() {
        return cell.failures().stream()
                .map(failure -> failure.replaceAll("\\s+", " "))
                .map(failure -> "FAILED: " + failure.substring(0, Math.min(FAILURE_CHARACTERS, failure.length())))
                .collect(Collectors.joining("; "));
    }
}
