package io.gyre.bench.load;

import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.report.Charts;
import io.gyre.bench.report.Charts.Chart;
import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.RunResults;
import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Column;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * One run against a server of the user.
 *
 * @param rate messages a second in the open loop; 0 for the closed loop
 * @param failures what ended the run early, in one sentence each
 */
record LoadResults(
        String started,
        boolean isQuick,
        String address,
        long rate,
        Map<String, String> environment,
        List<Run> runs,
        List<String> failures)
        implements RunResults {
    /** Below this the generator has time to spare, and the figures are the server's. */
    private static final double SATURATED = 0.9;

    /** A server that answers fewer of the messages of an open loop has not kept up. */
    private static final double KEPT_UP = 0.99;

    private static final double MEBI = 1024 * 1024;

    /** With fewer messages a percentile is the latency of a single one. */
    private static final int ENOUGH_FOR_P99 = 1_000;

    private static final int ENOUGH_FOR_P999 = 10_000;

    /** One measurement. */
    record Run(Cell cell, Sample sample) {}

    @Override
    public Report report() {
        List<Cell> cells = runs.stream().map(Run::cell).distinct().toList();
        List<Map<String, Object>> bars = cells.stream().map(this::bar).toList();
        return Report.of(
                "Load on " + address,
                this,
                summary(),
                List.of(Section.of("throughput", throughput(cells)), Section.of("latency", latency(cells))),
                new Charts(List.of(new Chart(address, null, rate, true, bars, bars))));
    }

    private Map<String, Object> bar(Cell cell) {
        var bar = new LinkedHashMap<String, Object>();
        bar.put("id", "load");
        bar.put("label", cell.label());
        bar.put("throughput", spread(cell, Sample::messagesPerSecond));
        bar.put("p50", spread(cell, Sample::p50Micros));
        if (isEnough(cell, ENOUGH_FOR_P99)) {
            bar.put("p99", spread(cell, Sample::p99Micros));
        }
        if (isEnough(cell, ENOUGH_FOR_P999)) {
            bar.put("p999", spread(cell, Sample::p999Micros));
        }
        return bar;
    }

    private List<String> summary() {
        var lines = new ArrayList<String>();
        lines.add("Every byte that came back is checked. Medians of the rounds, and their range in brackets.");
        if (rate == 0) {
            lines.add("In " + count(sample -> sample.generatorBusy() > SATURATED) + " of " + runs.size()
                    + " runs the generator was busy for more than 90 % of the time:"
                    + " there the throughput may be the generator's.");
        } else {
            lines.add("In " + count(sample -> sample.messagesPerSecond() < KEPT_UP * (double) rate) + " of "
                    + runs.size() + " runs fewer than 99 % of the messages came back in time: there"
                    + " the server does not keep up with " + Numbers.whole((double) rate) + " messages/s.");
        }
        failures.forEach(failure -> lines.add("FAILED: " + failure));
        return lines;
    }

    private long count(Predicate<Sample> condition) {
        return runs.stream().map(Run::sample).filter(condition).count();
    }

    private Table throughput(List<Cell> cells) {
        return table(
                "Throughput",
                rate == 0
                        ? "Each connection sends its next message when it has the answer to the last."
                        : "Messages are sent at fixed times, " + Numbers.whole((double) rate)
                                + " a second; the generator polls.",
                cells,
                List.of(
                        range("messages/s", Sample::messagesPerSecond),
                        new Column<>(
                                "MiB/s each way",
                                cell -> Numbers.spread(
                                        spread(cell, sample -> sample.messagesPerSecond() * cell.size() / MEBI))),
                        new Column<>(
                                "generator busy",
                                cell -> Numbers.percent(
                                        spread(cell, Sample::generatorBusy).median()))));
    }

    private Table latency(List<Cell> cells) {
        return table(
                "Latency",
                "Microseconds, from when a message was to be sent until its last byte was back; in the open loop that corrects for"
                        + " coordinated omission. A percentile that too few messages of a round decide is not printed: the p99"
                        + " needs 1,000, the p99.9 10,000. Sent late: 99.9 % of the messages left no later than this after their"
                        + " time.",
                cells,
                List.of(
                        range("p50 µs", Sample::p50Micros),
                        percentile("p99 µs", Sample::p99Micros, ENOUGH_FOR_P99),
                        percentile("p99.9 µs", Sample::p999Micros, ENOUGH_FOR_P999),
                        range("greatest µs", Sample::maxMicros),
                        rate == 0 ? new Column<>("sent late µs", _ -> "") : range("sent late µs", Sample::lagMicros)));
    }

    private static Table table(String title, String note, List<Cell> cells, List<Column<Cell>> figures) {
        var columns = new ArrayList<Column<Cell>>();
        columns.add(new Column<>("message × connections", Cell::label));
        columns.addAll(figures);
        return Table.of(title, note, cells, _ -> false, columns);
    }

    private Column<Cell> range(String name, ToDoubleFunction<Sample> figure) {
        return new Column<>(name, cell -> Numbers.spread(spread(cell, figure)));
    }

    private Column<Cell> percentile(String name, ToDoubleFunction<Sample> figure, int messages) {
        return new Column<>(name, cell -> isEnough(cell, messages) ? Numbers.spread(spread(cell, figure)) : "");
    }

    private boolean isEnough(Cell cell, int messages) {
        return samples(cell).allMatch(sample -> sample.messages() >= messages);
    }

    private Spread spread(Cell cell, ToDoubleFunction<Sample> figure) {
        return Spread.of(samples(cell).map(figure::applyAsDouble).toList());
    }

    private Stream<Sample> samples(Cell cell) {
        return runs.stream().filter(run -> run.cell().equals(cell)).map(Run::sample);
    }
}
