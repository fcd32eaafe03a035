package io.gyre.bench.load;

import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One run against a server of the user.
 *
 * @param started when, in UTC
 * @param isQuick whether it was only to see that everything runs
 * @param address of the server
 * @param rate messages a second in the open loop; 0 for the closed loop
 * @param environment the machine and the settings, by name
 * @param runs every measurement, in order
 * @param failures what ended the run early, in one sentence each
 */
record LoadResults(
        String started,
        boolean isQuick,
        String address,
        long rate,
        Map<String, String> environment,
        List<Run> runs,
        List<String> failures) {
    /** Below this the generator has time to spare, and the figures are the server's. */
    private static final double SATURATED = 0.9;

    /** A server that answers fewer of the messages of an open loop has not kept up. */
    private static final double KEPT_UP = 0.99;

    private static final double MEBI = 1024 * 1024;

    /** With fewer messages a percentile is the latency of a single one. */
    private static final int ENOUGH_FOR_P99 = 1_000;

    private static final int ENOUGH_FOR_P999 = 10_000;

    /**
     * One measurement.
     *
     * @param cell size and connections
     * @param round from 1
     * @param messages whose latency was measured
     * @param messagesPerSecond throughput
     * @param p50Micros half of the messages were back by then
     * @param p99Micros 99 of a hundred
     * @param p999Micros 999 of a thousand
     * @param maxMicros all of them
     * @param generatorBusy the share of time in which the generator ran; in the open loop it polls all the time
     * @param lagMicros 999 of a thousand messages were sent no later than this after their time, in the open loop
     */
    record Run(
            Cell cell,
            int round,
            long messages,
            double messagesPerSecond,
            double p50Micros,
            double p99Micros,
            double p999Micros,
            double maxMicros,
            double generatorBusy,
            double lagMicros) {
        private static final double NANOS_PER_MICRO = 1e3;

        static Run of(Cell cell, int round, Outcome outcome) {
            return new Run(
                    cell,
                    round,
                    outcome.latencies().getTotalCount(),
                    outcome.messagesPerSecond(),
                    outcome.latencyMicros(50),
                    outcome.latencyMicros(99),
                    outcome.p999Micros(),
                    outcome.latencies().getMaxValue() / NANOS_PER_MICRO,
                    outcome.generatorBusy(),
                    outcome.lagMicros());
        }
    }

    /** The charts of the page: one server, and a bar for each cell. */
    private record Charts(List<Chart> cells) {}

    private record Chart(
            String label,
            @Nullable Integer connections,
            long pacedRate,
            boolean isOneServer,
            List<Bar> closed,
            List<Bar> paced) {}

    private record Bar(
            String id,
            String label,
            Spread throughput,
            Spread p50,
            @Nullable Spread p99,
            @Nullable Spread p999) {}

    /** {@return what is said about the run} */
    Report report() {
        List<Cell> cells = runs.stream().map(Run::cell).distinct().toList();
        List<Bar> bars = cells.stream()
                .map(cell -> new Bar(
                        "load",
                        cell.label(),
                        spread(cell, Run::messagesPerSecond),
                        spread(cell, Run::p50Micros),
                        isEnough(cell, ENOUGH_FOR_P99) ? spread(cell, Run::p99Micros) : null,
                        isEnough(cell, ENOUGH_FOR_P999) ? spread(cell, Run::p999Micros) : null))
                .toList();
        var charts = new Charts(List.of(new Chart(address, null, rate, true, bars, bars)));
        return Report.of(
                "Load on " + address + ", " + started,
                isQuick,
                summary(),
                List.of(
                        Section.of("throughput", throughput(cells)),
                        Section.of("latency", latency(cells)),
                        Section.ofEnvironment(environment)),
                charts);
    }

    private List<String> summary() {
        var lines = new ArrayList<String>();
        lines.add("Every byte that came back is checked. Medians of the rounds, and their range in brackets.");
        if (rate == 0) {
            long bound =
                    runs.stream().filter(run -> run.generatorBusy() > SATURATED).count();
            lines.add("In " + bound + " of " + runs.size()
                    + " runs the generator was busy for more than 90 % of the time:"
                    + " there the throughput may be the generator's.");
        } else {
            long behind = runs.stream()
                    .filter(run -> run.messagesPerSecond() < KEPT_UP * (double) rate)
                    .count();
            lines.add("In " + behind + " of " + runs.size()
                    + " runs fewer than 99 % of the messages came back in time: there"
                    + " the server does not keep up with " + Numbers.whole((double) rate) + " messages/s.");
        }
        failures.forEach(failure -> lines.add("FAILED: " + failure));
        return lines;
    }

    private Table throughput(List<Cell> cells) {
        List<Row> rows = cells.stream()
                .map(cell -> row(
                        cell,
                        Numbers.spread(spread(cell, Run::messagesPerSecond)),
                        Numbers.spread(spread(cell, run -> run.messagesPerSecond() * cell.size() / MEBI)),
                        Numbers.percent(spread(cell, Run::generatorBusy).median())))
                .toList();
        return new Table(
                "Throughput",
                rate == 0
                        ? "Each connection sends its next message when it has the answer to the last."
                        : "Messages are sent at fixed times, " + Numbers.whole((double) rate)
                                + " a second; the generator polls.",
                List.of("message × connections", "messages/s", "MiB/s each way", "generator busy"),
                rows);
    }

    private Table latency(List<Cell> cells) {
        List<Row> rows = cells.stream()
                .map(cell -> row(
                        cell,
                        Numbers.spread(spread(cell, Run::p50Micros)),
                        isEnough(cell, ENOUGH_FOR_P99) ? Numbers.spread(spread(cell, Run::p99Micros)) : "",
                        isEnough(cell, ENOUGH_FOR_P999) ? Numbers.spread(spread(cell, Run::p999Micros)) : "",
                        Numbers.spread(spread(cell, Run::maxMicros)),
                        rate == 0 ? "" : Numbers.spread(spread(cell, Run::lagMicros))))
                .toList();
        return new Table(
                "Latency",
                "Microseconds, from when a message was to be sent until its last byte was back; in the open loop that corrects for"
                        + " coordinated omission. A percentile that too few messages of a round decide is not printed: the p99"
                        + " needs 1,000, the p99.9 10,000. Sent late: 99.9 % of the messages left no later than this after their"
                        + " time.",
                List.of("message × connections", "p50 µs", "p99 µs", "p99.9 µs", "greatest µs", "sent late µs"),
                rows);
    }

    private static Row row(Cell cell, String... figures) {
        var places = new ArrayList<>(List.of(Place.of(cell.label())));
        List.of(figures).forEach(figure -> places.add(Place.of(figure)));
        return new Row(false, places);
    }

    private boolean isEnough(Cell cell, int messages) {
        return runs.stream().filter(run -> run.cell().equals(cell)).allMatch(run -> run.messages() >= messages);
    }

    private Spread spread(Cell cell, ToDoubleFunction<Run> figure) {
        return Spread.of(runs.stream()
                .filter(run -> run.cell().equals(cell))
                .map(figure::applyAsDouble)
                .toList());
    }
}
