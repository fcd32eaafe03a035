package io.gyre.bench.echo;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.load.Sample;
import io.gyre.bench.report.Charts;
import io.gyre.bench.report.Charts.Chart;
import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Ratio.Verdict;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a run says: its summary and its sections. */
record EchoReport(Results results, Noise.OfAll noises) {
    /** Below this a server has time to spare, so something else held it up. */
    private static final double SATURATED = 0.9;

    static Report of(Results results) {
        return new EchoReport(results, Noise.OfAll.in(results)).report();
    }

    private Report report() {
        var overview = new OverviewTables(results, noises);
        var sections = new ArrayList<Section>();
        if (!results.isQuick()) {
            sections.add(Section.of("goals", overview.goals()));
        }
        sections.add(Section.of("cpu", overview.ratios(Metric.CPU, "Server CPU per message")));
        sections.add(Section.of("throughput", overview.ratios(Metric.THROUGHPUT, "Throughput")));
        List<Table> paced = tables(cell -> !cell.paced().isEmpty(), CellTables::paced);
        if (!paced.isEmpty()) {
            sections.add(new Section("latency", "Latency at a fixed rate", CellTables.PACED_NOTE, paced));
        }
        List<Table> closed = tables(_ -> true, CellTables::closed);
        sections.add(new Section("cells", "All figures of the closed loop", CellTables.CLOSED_NOTE, closed));
        if (results.cells().stream().anyMatch(cell -> !cell.syscalls().isEmpty())) {
            List<Table> syscalls = tables(_ -> true, CellTables::syscalls);
            sections.add(new Section("syscalls", "System calls per message", CellTables.SYSCALLS_NOTE, syscalls));
        }
        sections.add(Section.of("noise", overview.noise()));
        sections.add(Section.of("servers", overview.servers()));
        return Report.of(
                results.wereOverTls() ? "Echo benchmark over TLS" : "Echo benchmark",
                results,
                summary(),
                sections,
                charts());
    }

    private List<Table> tables(Predicate<CellResult> isShown, Function<CellTables, Table> table) {
        return results.cells().stream()
                .filter(isShown)
                .map(cell -> table.apply(new CellTables(results, noises, cell)))
                .toList();
    }

    private Charts charts() {
        return new Charts(results.cells().stream()
                .map(cell -> new Chart(
                        cell.label(),
                        cell.connections(),
                        cell.pacedRate(),
                        false,
                        bars(cell, Part.CLOSED),
                        bars(cell, Part.PACED)))
                .toList());
    }

    private List<Map<String, Object>> bars(CellResult cell, Part part) {
        return results.present().stream()
                .filter(server -> cell.has(part, server.id()))
                .map(server -> bar(cell, part, server))
                .toList();
    }

    private static Map<String, Object> bar(CellResult cell, Part part, Results.Server server) {
        Function<Metric, Spread> figure = metric -> Spread.of(cell.values(part, server.id(), metric));
        Spread tail = figure.apply(Metric.P999);
        double quietTail = Spread.lowestTenth(cell.values(part, server.id(), Metric.P999));
        return Map.of(
                "id", server.id(),
                "label", server.label(),
                "user", cell.userMicros(part, server.id()),
                "system", cell.systemMicros(part, server.id()),
                "cpu", figure.apply(Metric.CPU),
                "throughput", figure.apply(Metric.THROUGHPUT),
                "p50", figure.apply(Metric.P50),
                "p99", figure.apply(Metric.P99),
                "p999", tail,
                "quietP999", new Spread(quietTail, tail.min(), tail.max()));
    }

    private List<String> summary() {
        var lines = new ArrayList<String>();
        lines.add(
                "Each server echoes raw bytes on loopback, on one core; one load generator on another checks every byte."
                        + " Compared is the processor time that a server needs for a message, because that is the steadiest figure.");
        if (results.wereOverTls()) {
            lines.add(
                    "All over TLS 1.3. Where a handshake is repeated, what is called a message is a connection: connect,"
                            + " handshake, 64 bytes there and back, and the end, of the client's side first.");
        }
        if (!results.isQuick()) {
            lines.add(goals());
        }
        lines.add(noise());
        lines.add(bottleneck());
        List<String> missing = results.servers().stream()
                .filter(server -> server.missing() != null)
                .map(Results.Server::label)
                .toList();
        if (!missing.isEmpty()) {
            lines.add("Missing: " + String.join(", ", missing) + "; see Servers for what to do about it.");
        }
        if (!results.failures().isEmpty()) {
            lines.add("FAILED: " + results.failures().size() + " servers failed; see All figures.");
        }
        return lines;
    }

    private String goals() {
        Map<Verdict, Long> verdicts = results.cells().stream()
                .flatMap(cell -> Goal.of(results).stream()
                        .flatMap(goal -> goal.ratio(cell, noises).stream().map(ratio -> ratio.against(goal.limit()))))
                .collect(Collectors.groupingBy(verdict -> verdict, Collectors.counting()));
        return "Goals of Gyre streams: " + verdicts.getOrDefault(Verdict.MET, 0L) + " met, "
                + verdicts.getOrDefault(Verdict.MISSED, 0L) + " missed, "
                + verdicts.getOrDefault(Verdict.WITHIN_NOISE, 0L) + " within noise.";
    }

    private String noise() {
        String tail = noises.tail()
                .ofAllCells()
                .map(all -> " Of the p99.9 in the open loop, compared in the quietest rounds: "
                        + Numbers.noise(all.median()) + " in the median.")
                .orElse("");
        return noises.cpu()
                .ofAllCells()
                .map(all -> "Noise of the CPU per message, from the floor against itself: "
                        + Numbers.noise(all.median()) + " in the median of the cells, " + Numbers.noise(all.max())
                        + " in the worst. No ratio is printed that differs from 1 by less." + tail)
                .orElse("The floors were not measured, so nothing can be compared.");
    }

    /** With one connection neither side is ever saturated: each waits for the other. */
    private String bottleneck() {
        List<Sample> samples = results.cells().stream()
                .filter(cell -> cell.connections() > 1)
                .flatMap(cell -> cell.closed().stream())
                .toList();
        long generatorBound = samples.stream()
                .filter(sample -> sample.serverBusy() < SATURATED)
                .filter(sample -> sample.generatorBusy() > sample.serverBusy())
                .count();
        return "In " + generatorBound + " of " + samples.size()
                + " runs of the closed loop with more than one connection the server"
                + " ran for less than 90 % of the time while the generator was busier: there the throughput is the"
                + " generator's. The CPU per message is the server's in any case.";
    }
}
