package io.gyre.bench.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table, to be shown as Markdown or HTML.
 *
 * @param title above it
 * @param note what to know when reading it; may be empty
 * @param header of the columns; the first names the rows
 * @param rows each as long as the header
 */
public record Table(String title, String note, List<String> header, List<Row> rows) {
    /** {@return the table for a terminal, its columns below each other} */
    public String text() {
        List<List<String>> lines = Stream.concat(
                        Stream.of(header), rows.stream().map(row -> row.places().stream()
                                .map(Place::text)
                                .toList()))
                .toList();
        return lines.stream().map(line -> line(line, lines)).collect(Collectors.joining("\n"));
    }

    private static String line(List<String> line, List<List<String>> all) {
        return IntStream.range(0, line.size())
                .mapToObj(i -> {
                    int width = all.stream()
                            .mapToInt(other -> other.get(i).length())
                            .max()
                            .orElse(0);
                    String blanks = " ".repeat(width - line.get(i).length());
                    return i == 0 ? line.get(i) + blanks : blanks + line.get(i);
                })
                .collect(Collectors.joining("  "))
                .stripTrailing();
    }

    /** How a place is set off. */
    public enum Emphasis {
        NONE,
        GOOD,
        BAD,
        UNCLEAR,
        QUIET
    }

    /**
     * A place in the table.
     *
     * @param text what it says
     * @param emphasis how it is set off in HTML; the text must say the same without it
     */
    public record Place(String text, Emphasis emphasis) {
        /** {@return a plain place} */
        public static Place of(String text) {
            return new Place(text, Emphasis.NONE);
        }
    }

    /**
     * A row.
     *
     * @param isOurs whether it is about Gyre
     * @param places its name first
     */
    public record Row(boolean isOurs, List<Place> places) {}
}
