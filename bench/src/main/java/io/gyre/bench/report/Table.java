package io.gyre.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table, to be shown as Markdown, as HTML or on a terminal.
 *
 * @param note what to know when reading it; may be empty
 * @param header of the columns; the first names the rows
 */
public record Table(String title, String note, List<String> header, List<Row> rows) {
    /**
     * A column of a table about subjects of one kind.
     *
     * @param place what it says of a subject: a {@link Place}, or anything else for a plain text
     */
    public record Column<T>(String name, Function<T, Object> place) {}

    /** {@return a table with a row for each subject} */
    public static <T> Table of(
            String title, String note, List<T> subjects, Predicate<T> isOurs, List<Column<T>> columns) {
        List<Row> rows = subjects.stream()
                .map(subject -> Row.of(
                        isOurs.test(subject),
                        columns.stream()
                                .map(column -> column.place().apply(subject))
                                .toList()))
                .toList();
        return new Table(title, note, columns.stream().map(Column::name).toList(), rows);
    }

    /** {@return the table for a terminal, its columns below each other} */
    public String text() {
        List<List<String>> lines =
                Stream.concat(Stream.of(header), rows.stream().map(Row::texts)).toList();
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

    public enum Emphasis {
        NONE,
        GOOD,
        BAD,
        UNCLEAR,
        QUIET;

        public Place on(String text) {
            return new Place(text, this);
        }

        String styleClass() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A place in the table.
     *
     * @param emphasis how it is set off in HTML; the text must say the same without it
     */
    public record Place(String text, Emphasis emphasis) {
        public static final Place NOTHING = Emphasis.QUIET.on("");

        private static Place of(Object said) {
            return said instanceof Place place ? place : Emphasis.NONE.on(said.toString());
        }
    }

    /** A row. */
    public record Row(boolean isOurs, List<Place> places) {
        /** {@return a row of places, and of anything else as a plain text} */
        public static Row of(boolean isOurs, List<?> places) {
            return new Row(isOurs, places.stream().map(Place::of).toList());
        }

        List<String> texts() {
            return places.stream().map(Place::text).toList();
        }
    }
}
