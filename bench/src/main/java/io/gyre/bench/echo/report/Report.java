package io.gyre.bench.echo.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What is said about a run, in whatever form it is shown.
 *
 * @param title of the whole
 * @param summary one sentence a line
 * @param sections in order
 */
public record Report(String title, List<String> summary, List<Section> sections) {
    /**
     * Tables under one heading.
     *
     * @param id names it in links, and tells which charts belong to it
     * @param title the heading
     * @param note what to know about all of it; may be empty
     * @param tables in order
     */
    public record Section(String id, String title, String note, List<Table> tables) {
        /** {@return a section that is one table} */
        public static Section of(String id, Table table) {
            return new Section(id, table.title(), table.note(), List.of(table));
        }
    }

    static Report of(Results results) {
        Noises noises = Noises.of(results);
        var tables = new CellTables(results, noises);
        List<CellResult> cells = results.cells();
        var sections = new ArrayList<Section>();
        sections.add(Section.of("goals", GoalTable.of(results, noises)));
        sections.add(Section.of("cpu", RatioTable.of(results, noises, Metric.CPU, "Server CPU per message")));
        sections.add(Section.of("throughput", RatioTable.of(results, noises, Metric.THROUGHPUT, "Throughput")));
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
        sections.add(Section.of("noise", NoiseTable.of(results, noises)));
        sections.add(Section.of("servers", ServerTable.of(results)));
        sections.add(Section.of("environment", EnvironmentTable.of(results)));
        return new Report("Echo benchmark, " + results.started(), Summary.of(results, noises), List.copyOf(sections));
    }

    private static List<Table> pacedTables(List<CellResult> cells, CellTables tables) {
        return cells.stream()
                .filter(cell -> !cell.paced().isEmpty())
                .map(tables::paced)
                .toList();
    }
}
