package io.gyre.bench.report;

import io.gyre.bench.report.Table.Column;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is said about a run, in whatever form it is shown.
 *
 * @param summary one sentence a line
 * @param charts null if the report has none, and no page
 */
public record Report(
        String title,
        List<String> summary,
        List<Section> sections,
        @Nullable Charts charts) {
    private static final String ENVIRONMENT = "environment";

    /** More fill a terminal, and are read in the report. */
    private static final int FEW_TABLES = 2;

    private static final String QUICK =
            "A quick run: it shows only that everything runs. Its figures mean nothing, and no goal is judged by them.";

    /**
     * {@return the report of a run; that of a quick one says first that its figures mean nothing}
     *
     * @param sections before the last, which is the environment
     */
    public static Report of(
            String what, RunResults results, List<String> summary, List<Section> sections, @Nullable Charts charts) {
        Stream<String> first = results.isQuick() ? Stream.of(QUICK) : Stream.of();
        return new Report(
                what + ", " + results.started(),
                Stream.concat(first, summary.stream()).toList(),
                Stream.concat(sections.stream(), Stream.of(environment(results.environment())))
                        .toList(),
                charts);
    }

    private static Section environment(Map<String, String> facts) {
        return Section.of(
                ENVIRONMENT,
                Table.of(
                        "Environment",
                        "",
                        List.copyOf(facts.entrySet()),
                        _ -> false,
                        List.of(new Column<>("what", Map.Entry::getKey), new Column<>("", Map.Entry::getValue))));
    }

    /** {@return the report for a terminal: the summary, and the tables without the environment, if they are few} */
    public String text() {
        List<Table> tables = sections.stream()
                .filter(section -> !section.id().equals(ENVIRONMENT))
                .flatMap(section -> section.tables().stream())
                .toList();
        Stream<String> shown = tables.size() > FEW_TABLES
                ? Stream.of()
                : tables.stream().map(table -> "\n" + table.title() + "\n\n" + table.text());
        return Stream.concat(summary.stream(), shown).collect(Collectors.joining("\n"));
    }

    /**
     * Tables under one heading.
     *
     * @param id names it in links, and tells which charts belong to it
     * @param note what to know about all of it; may be empty
     */
    public record Section(String id, String title, String note, List<Table> tables) {
        /** {@return a section that is one table} */
        public static Section of(String id, Table table) {
            return new Section(id, table.title(), table.note(), List.of(table));
        }
    }
}
