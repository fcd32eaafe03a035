package io.gyre.bench.scale;

import io.gyre.bench.report.Table;
import io.gyre.bench.report.Table.Emphasis;
import io.gyre.bench.report.Table.Place;
import io.gyre.bench.report.Table.Row;
import io.gyre.bench.results.Numbers;
import io.gyre.bench.results.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How one figure grows with the number, for Gyre and beside it. */
final class GrowthTable {
    /** The cost of an operation is to stay within this, from the smallest number to the largest. */
    static final double GOAL = 2;

    private static final Place NOTHING = new Place("", Emphasis.QUIET);

    private final ScaleResults results;
    private final Question question;
    private final List<Long> counts;

    private GrowthTable(ScaleResults results, Question question) {
        this.results = results;
        this.question = question;
        this.counts = results.counts(question);
    }

    static Table of(ScaleResults results, Question question) {
        return new GrowthTable(results, question).table();
    }

    private Table table() {
        var header = new ArrayList<>(List.of(""));
        counts.forEach(count -> header.add("N = " + Numbers.whole((double) count)));
        header.addAll(List.of("largest / smallest", "goal"));
        var rows = new ArrayList<Row>();
        List<String> variants = results.variants(question);
        variants.forEach(variant -> rows.add(row(variant)));
        variants.stream().filter(Point::isFloor).forEach(floor -> variants.stream()
                .filter(Point::isOurs)
                .forEach(ours -> rows.add(comparison(ours, floor))));
        return new Table(question.title(), question.note(), header, rows);
    }

    private Row row(String variant) {
        var places = new ArrayList<>(List.of(Place.of(variant)));
        for (long count : counts) {
            places.add(place(results.spread(question, variant, count, question.figure())));
        }
        Optional<Spread> growth = growth(results, question, variant);
        places.add(place(growth));
        places.add(Point.isOurs(variant) && growth.isPresent() ? verdict(growth.get()) : NOTHING);
        return new Row(Point.isOurs(variant), places);
    }

    private Row comparison(String ours, String floor) {
        var places = new ArrayList<>(List.of(Place.of(ours + " / floor")));
        for (long count : counts) {
            places.add(place(results.ratio(
                    question,
                    question.figure(),
                    new ScaleResults.Place(ours, count),
                    new ScaleResults.Place(floor, count))));
        }
        places.add(NOTHING);
        places.add(NOTHING);
        return new Row(false, places);
    }

    /** {@return the figure at the largest number, in those at the smallest} */
    static Optional<Spread> growth(ScaleResults results, Question question, String variant) {
        List<Long> counts = results.counts(question);
        return counts.size() < 2
                ? Optional.empty()
                : results.ratio(
                        question,
                        question.figure(),
                        new ScaleResults.Place(variant, counts.getLast()),
                        new ScaleResults.Place(variant, counts.getFirst()));
    }

    static boolean isMet(Spread growth) {
        return growth.median() <= GOAL;
    }

    private static Place verdict(Spread growth) {
        String limit = "at most " + Numbers.plain(GOAL) + ": ";
        return isMet(growth) ? new Place(limit + "met", Emphasis.GOOD) : new Place(limit + "MISSED", Emphasis.BAD);
    }

    static Place place(Optional<Spread> spread) {
        return spread.map(value -> Place.of(Numbers.spread(value))).orElse(NOTHING);
    }
}
