package io.gyre.bench.echo;

import io.gyre.bench.report.Report;
import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Ratio.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a run says: its summary and its sections. */
final class EchoReport {
    /** Below this a server has time to spare, so something else held it up. */
    private static final double SATURATED = 0.9;

    private EchoReport() {}

    static Report of(Results results) {
        Noise.OfAll noises = Noise.OfAll.in(results);
        var tables = new CellTables(results, noises);
        List<CellResult> cells = results.cells();
        var sections = new ArrayList<Section>();
        if (!results.isQuick()) {
            sections.add(Section.of("goals", OverviewTables.goals(results, noises)));
        }
        sections.add(Section.of("cpu", OverviewTables.ratios(results, noises, Metric.CPU, "Server CPU per message")));
        sections.add(Section.of("throughput", OverviewTables.ratios(results, noises, Metric.THROUGHPUT, "Throughput")));
        if (cells.stream().anyMatch(cell -> !cell.paced().isEmpty())) {
            sections.add(new Section(
                    "latency", "Latency at a fixed rate", CellTables.PACED_NOTE, pacedTables(cells, tables)));
        }
        sections.add(new Section(
                "cells",
                "All figures of the closed loop",
                CellTables.CLOSED_NOTE,
                cells.stream().map(tables::closed).toList()));
        if (cells.stream().anyMatch(cell -> !cell.syscalls().isEmpty())) {
            sections.add(new Section(
                    "syscalls",
                    "System calls per message",
                    CellTables.SYSCALLS_NOTE,
                    cells.stream().map(tables::syscalls).toList()));
        }
        sections.add(Section.of("noise", OverviewTables.noise(results, noises)));
        sections.add(Section.of("servers", OverviewTables.servers(results)));
        sections.add(Section.ofEnvironment(results.environment()));
        return Report.of(
                (results.wereOverTls() ? "Echo benchmark over TLS, " : "Echo benchmark, ") + results.started(),
                results.isQuick(),
                summary(results, noises),
                List.copyOf(sections),
                ChartData.of(results));
    }

    private static List<Table> pacedTables(List<CellResult> cells, CellTables tables) {
        return cells.stream()
                .filter(cell -> !cell.paced().isEmpty())
                .map(tables::paced)
                .toList();
    }

    private static List<String> summary(Results results, Noise.OfAll noises) {
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
            lines.add(goals(results, noises));
        }
        lines.add(noise(noises));
        lines.add(bottleneck(results));
        List<String> missing = results.servers().stream()
                .filter(server -> server.missing() != null)
                .map(Results.Server::label)
                .toList();
        if (!missing.isEmpty()) {
            lines.add("Missing: " + String.join(", ", missing) + "; see Servers for what to do about it.");
        }
        long failures = results.cells().stream()
                .mapToLong(cell -> cell.failures().size())
                .sum();
        if (failures > 0) {
            lines.add("FAILED: " + failures + " servers failed; see All figures.");
        }
        return lines;
    }

    private static String goals(Results results, Noise.OfAll noises) {
        Map<Verdict, Long> verdicts = results.cells().stream()
                .flatMap(cell -> Goal.of(results).stream()
                        .flatMap(goal -> goal.ratio(cell, noises).stream().map(ratio -> ratio.against(goal.limit()))))
                .collect(Collectors.groupingBy(verdict -> verdict, Collectors.counting()));
        return "Goals of Gyre streams: " + verdicts.getOrDefault(Verdict.MET, 0L) + " met, "
                + verdicts.getOrDefault(Verdict.MISSED, 0L) + " missed, "
                + verdicts.getOrDefault(Verdict.WITHIN_NOISE, 0L) + " within noise.";
    }

    private static String noise(Noise.OfAll noises) {
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
    private static String bottleneck(Results results) {
        long samples = 0;
        long generatorBound = 0;
        for (CellResult cell : results.cells()) {
            if (cell.connections() > 1) {
                samples += cell.closed().size();
                generatorBound += cell.closed().stream()
                        .filter(sample -> sample.serverBusy() < SATURATED)
                        .filter(sample -> sample.generatorBusy() > sample.serverBusy())
                        .count();
            }
        }
        return "In " + generatorBound + " of " + samples
                + " runs of the closed loop with more than one connection the server"
                + " ran for less than 90 % of the time while the generator was busier: there the throughput is the"
                + " generator's. The CPU per message is the server's in any case.";
    }
}
