package io.gyre.bench.report;

import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is said about a run, in whatever form it is shown.
 *
 * @param title of the whole
 * @param summary one sentence a line
 * @param sections in order
 * @param charts the data of the page's charts, as JSON is made of it; null if the report has none, and no page
 */
public record Report(
        String title,
        List<String> summary,
        List<Section> sections,
        @Nullable Object charts) {
    private static final String ENVIRONMENT = "environment";
    private static final String QUICK =
            "A quick run: it shows only that everything runs. Its figures mean nothing, and no goal is judged by them.";

    /** {@return a report; that of a quick run says first that its figures mean nothing} */
    public static Report of(
            String title, boolean isQuick, List<String> summary, List<Section> sections, @Nullable Object charts) {
        List<String> lines =
                isQuick ? Stream.concat(Stream.of(QUICK), summary.stream()).toList() : summary;
        return new Report(title, lines, sections, charts);
    }

    /** {@return the report in a few lines} */
    public String summaryText() {
        return String.join("\n", summary);
    }

    /** {@return the report for a terminal: the summary and the tables, without the environment} */
    public String text() {
        String tables = sections.stream()
                .filter(section -> !section.id().equals(ENVIRONMENT))
                .flatMap(section -> section.tables().stream())
                .map(table -> table.title() + "\n\n" + table.text())
                .collect(Collectors.joining("\n\n"));
        return summaryText() + "\n\n" + tables + "\n";
    }

    /**
     * Tables under one heading.
     *
     * @param id names it in links, and tells which charts belong to it
     * @param title the heading
     * @param note what to know about all of it; may be empty
     * @param tables in order
     */
    public record Section(String id, String title, String note, List<Table> tables) {
        /** {@return where and how it was measured, by name} */
        public static Section ofEnvironment(Map<String, String> environment) {
            List<Row> rows = environment.entrySet().stream()
                    .map(entry -> new Row(false, List.of(Place.of(entry.getKey()), Place.of(entry.getValue()))))
                    .toList();
            return of(ENVIRONMENT, new Table("Environment", "", List.of("what", ""), rows));
        }

        /** {@return a section that is one table} */
        public static Section of(String id, Table table) {
            return new Section(id, table.title(), table.note(), List.of(table));
        }
    }
}
