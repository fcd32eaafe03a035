package io.gyre.bench.report;

import java.util.List;

/**
 * A table, to be shown as Markdown or HTML.
 *
 * @param title above it
 * @param note what to know when reading it; may be empty
 * @param header of the columns; the first names the rows
 * @param rows each as long as the header
 */
public record Table(String title, String note, List<String> header, List<Row> rows) {
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
