package io.gyre.bench.report;

import io.gyre.bench.report.Report.Section;
import io.gyre.bench.report.Table.Row;
import java.util.List;
import java.util.stream.Collectors;

/** The report as Markdown. */
public final class MarkdownReport {
    private MarkdownReport() {}

    public static String render(Report report) {
        var text = new StringBuilder("# " + report.title() + "\n");
        report.summary().forEach(line -> text.append("\n- ").append(line));
        text.append('\n');
        for (Section section : report.sections()) {
            text.append("\n## ").append(section.title()).append('\n');
            paragraph(text, section.note());
            section.tables().forEach(table -> append(text, table, section));
        }
        return text.toString();
    }

    private static void paragraph(StringBuilder text, String note) {
        if (!note.isEmpty()) {
            text.append('\n').append(note).append('\n');
        }
    }

    /** A table that is a section by itself has the section's title and note. */
    private static void append(StringBuilder text, Table table, Section section) {
        if (!table.title().equals(section.title())) {
            text.append("\n### ").append(table.title()).append('\n');
        }
        if (!table.note().equals(section.note())) {
            paragraph(text, table.note());
        }
        text.append('\n').append(line(table.header())).append('\n');
        text.append(line(table.header().stream().map(column -> "---").toList())).append('\n');
        for (Row row : table.rows()) {
            List<String> places =
                    row.texts().stream().map(MarkdownReport::escape).toList();
            text.append(line(row.isOurs() ? bold(places) : places)).append('\n');
        }
    }

    private static String line(List<String> places) {
        return places.stream().collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static List<String> bold(List<String> places) {
        return places.stream()
                .map(place -> place.isEmpty() ? "" : "**" + place + "**")
                .toList();
    }

    private static String escape(String text) {
        return text.replace("|", "\\|");
    }
}
