package io.gyre.bench.scale;

import static io.gyre.bench.scale.GrowthTable.place;

import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a second loop brings. */
final class LoopsTable {
    private static final String NOTE =
            "Server and load generator share the same two cores; the generator goes first (nice -10), and the loops have what"
                    + " it leaves. Beside one loop it has a core of its own. Two loops have no third core beside them, so they"
                    + " cannot do twice as much: behind the ratios stands what the cores that two loops had would have come"
                    + " to if a message had cost them what it cost one loop. The plain echo costs the generator about as much as"
                    + " the server; with arithmetic in each message most of the time is the server's. One loop accepts and"
                    + " hands the connections to all in turn.";

    private final ScaleResults results;

    private LoopsTable(ScaleResults results) {
        this.results = results;
    }

    static Table of(ScaleResults results) {
        var table = new LoopsTable(results);
        var rows = new ArrayList<Row>();
        for (Question question : List.of(Question.LOOPS_ECHO, Question.LOOPS_WORK)) {
            for (String variant : results.variants(question)) {
                for (long loops : results.counts(question)) {
                    rows.add(table.row(question, variant, loops));
                }
                table.addRatios(rows, question, variant);
            }
        }
        List<String> header = List.of(
                "", "messages/s", "server CPU per message, µs", "cores busy: server", "generator", "together, of 2");
        return new Table("One loop and two", NOTE, header, rows);
    }

    private Row row(Question question, String variant, long loops) {
        String name = question.title() + ", " + (loops == 1 ? "1 loop" : loops + " loops");
        List<Place> figures = Stream.of(Figure.THROUGHPUT, Figure.CPU_MICROS, Figure.SERVER_BUSY, Figure.GENERATOR_BUSY)
                .map(figure -> place(results.spread(question, variant, loops, figure)))
                .toList();
        var places = new ArrayList<>(List.of(Place.of(name)));
        places.addAll(figures);
        places.add(place(results.spread(question, variant, loops, LoopsTable::together)));
        return new Row(true, places);
    }

    private static double together(Map<String, Double> figures) {
        return figures.getOrDefault(Figure.SERVER_BUSY, Double.NaN)
                + figures.getOrDefault(Figure.GENERATOR_BUSY, Double.NaN);
    }

    private void addRatios(List<Row> rows, Question question, String variant) {
        List<Long> counts = results.counts(question);
        if (counts.size() < 2) {
            return;
        }
        var many = new ScaleResults.Place(variant, counts.getLast());
        var one = new ScaleResults.Place(variant, counts.getFirst());
        var places = new ArrayList<>(List.of(Place.of("ratio " + many.count() + " / " + one.count())));
        for (String figure : List.of(Figure.THROUGHPUT, Figure.CPU_MICROS, Figure.SERVER_BUSY, Figure.GENERATOR_BUSY)) {
            places.add(place(results.ratio(question, figure, many, one)));
        }
        places.add(Place.of(atEqualCost(question, many, one)));
        rows.add(new Row(false, places));
    }

    /** What the server used has grown by as much as the throughput, if a message cost the same. */
    private String atEqualCost(Question question, ScaleResults.Place many, ScaleResults.Place one) {
        return results.ratio(question, Figure.SERVER_BUSY, many, one)
                .map(busy -> "throughput at equal cost: " + Numbers.plain(busy.median()))
                .orElse("");
    }
}
