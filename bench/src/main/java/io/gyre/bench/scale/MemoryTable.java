package io.gyre.bench.scale;

import static io.gyre.bench.scale.GrowthTable.place;

import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one more of each takes. */
final class MemoryTable {
    private static final String NOTE =
            "Bytes for each, in a JVM of its own: what all of them have added, divided by their number. The heap is what is"
                    + " left after a collection. All of it is resident from the start (AlwaysPreTouch), so that the growth of"
                    + " the resident set (VmRSS) is what lies outside the heap: direct buffers among it, native memory, tables"
                    + " of the collector. Together it is what one more costs the process; buffers of the sockets are the"
                    + " kernel's and in none of the columns. An idle connection has had one message"
                    + " echoed; its server has had as many before, so that what is allocated once is not counted. Servers"
                    + " with a buffer for each connection (streams, virtual threads) have one of 4 KiB; the others share"
                    + " one. The resident set moves by some MB by itself: some hundred bytes a connection, either way. Growth of Pss, where the system tells it, is the same seen another way.";

    private final ScaleResults results;

    private MemoryTable(ScaleResults results) {
        this.results = results;
    }

    static Table of(ScaleResults results) {
        var table = new MemoryTable(results);
        var rows = new ArrayList<Row>();
        for (Question question : List.of(Question.MEMORY_TASK, Question.MEMORY_TIMER, Question.MEMORY_CONNECTION)) {
            for (String variant : results.variants(question)) {
                results.counts(question).forEach(count -> rows.add(table.row(question, variant, count)));
            }
        }
        List<String> header = List.of(
                "",
                "how many",
                "heap",
                "RSS outside the heap",
                "direct buffers among it",
                "heap + RSS outside",
                "Pss outside the heap");
        return new Table("Memory", NOTE, header, rows);
    }

    private Row row(Question question, String variant, long count) {
        return new Row(
                Point.isOurs(variant),
                List.of(
                        Place.of(question.title() + ": " + variant),
                        Place.of(Numbers.whole((double) count)),
                        place(results.spread(question, variant, count, Figure.HEAP_BYTES)),
                        place(results.spread(question, variant, count, Figure.RESIDENT_BYTES)),
                        place(results.spread(question, variant, count, Figure.DIRECT_BYTES)),
                        place(together(question, variant, count)),
                        place(results.spread(question, variant, count, Figure.PROPORTIONAL_BYTES))));
    }

    private Optional<Spread> together(Question question, String variant, long count) {
        return results.spread(question, variant, count, MemoryTable::together);
    }

    private static double together(Map<String, Double> figures) {
        return figures.getOrDefault(Figure.HEAP_BYTES, Double.NaN)
                + figures.getOrDefault(Figure.RESIDENT_BYTES, Double.NaN);
    }
}
