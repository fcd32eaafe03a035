package io.gyre.bench.echo;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.load.Sample;
import io.gyre.bench.results.QuietRounds;
import io.gyre.bench.results.Ratio;
import io.gyre.bench.results.Spread;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** How far apart two figures of one part of a run can be without a difference behind them. */
public final class Noise {
    /*
     * Design.
     *
     * The floor runs twice, as two processes that know nothing of each other. In each round of a cell the two are divided by
     * each other. What is printed of others is the median of such ratios; so the noise is how far from 1 the median of the
     * floors' ratios may be, with a confidence of 95 %. More rounds make it smaller. A difference between the processes
     * that stays, because one was compiled in another way, does not go away, and should not.
     *
     * Two that agree by chance do not make a cell more certain than the others are, so no cell has less noise than half of
     * the cells have.
     *
     * The p99.9 is different: what disturbs a shared machine for a millisecond decides the p99.9 of the round in which it
     * happens, whoever is measured then, and that is most rounds. So it is compared in the quietest tenth of the rounds: where
     * that of one server ends is divided by where that of the other ends, and the noise is how far that may be from 1 for
     * the two floors, by resampling their rounds.
     *
     * The two run first and last in each round, so that between them lies as much time as can lie between any two servers,
     * and so much of what drifts. Others are compared with the mean of both, from which a steady drift is gone.
     */

    /** The two processes, by their ids. */
    public static final String FLOOR = "floor";

    /** The other one. */
    public static final String FLOOR_AGAIN = "floor-again";

    private final Part part;
    private final Metric metric;
    private final Map<CellResult, Double> ofCells = new HashMap<>();

    private Noise(Part part, Metric metric) {
        this.part = part;
        this.metric = metric;
    }

    /** {@return the noise of a figure in one part of a run} */
    public static Noise of(Results results, Part part, Metric metric) {
        var noise = new Noise(part, metric);
        for (CellResult cell : results.cells()) {
            noise.ofFloors(cell).ifPresent(ofCell -> noise.ofCells.put(cell, ofCell));
        }
        noise.ofAllCells().ifPresent(all -> noise.ofCells.replaceAll((cell, ofCell) -> Math.max(ofCell, all.median())));
        return noise;
    }

    /** {@return the noise of the cells; empty if the floors were measured in none} */
    Optional<Spread> ofAllCells() {
        return ofCells.isEmpty() ? Optional.empty() : Optional.of(Spread.of(List.copyOf(ofCells.values())));
    }

    private Optional<Double> ofFloors(CellResult cell) {
        return compare(cell, FLOOR_AGAIN, Set.of(FLOOR))
                .map(ratio -> Math.max(Ratio.distance(ratio.min()), Ratio.distance(ratio.max())));
    }

    /** {@return the ratio of two servers, and between which values it lies; empty if they have no round in common} */
    private Optional<Spread> compare(CellResult cell, String subject, Set<String> bases) {
        Map<Integer, Double> byRound = byRound(cell, bases);
        List<Double> ratios = ratios(cell, subject, byRound);
        if (ratios.isEmpty()) {
            return Optional.empty();
        }
        if (!metric.isTail()) {
            return Optional.of(Spread.ofMedian(ratios));
        }
        Set<Integer> rounds = new HashSet<>(byRound.keySet());
        rounds.retainAll(byRound(cell, Set.of(subject)).keySet());
        return Optional.of(
                QuietRounds.spreadOfRatio(values(cell, Set.of(subject), rounds), values(cell, bases, rounds)));
    }

    private List<Double> values(CellResult cell, Set<String> servers, Set<Integer> rounds) {
        return cell.samples(part).stream()
                .filter(sample -> servers.contains(sample.server()) && rounds.contains(sample.round()))
                .map(metric::of)
                .toList();
    }

    /** {@return the figure of each round, or the mean of the figures} */
    private Map<Integer, Double> byRound(CellResult cell, Set<String> servers) {
        return cell.samples(part).stream()
                .filter(sample -> servers.contains(sample.server()))
                .collect(Collectors.groupingBy(Sample::round, Collectors.averagingDouble(metric::of)));
    }

    private List<Double> ratios(CellResult cell, String subject, Map<Integer, Double> bases) {
        return cell.samples(part).stream()
                .filter(sample -> sample.server().equals(subject) && bases.containsKey(sample.round()))
                .map(sample -> metric.of(sample) / bases.getOrDefault(sample.round(), Double.NaN))
                .toList();
    }

    /** {@return the noise of a cell, 0.06 for six percent; empty if the floors were not measured} */
    public Optional<Double> of(CellResult cell) {
        return Optional.ofNullable(ofCells.get(cell));
    }

    /**
     * {@return how much more a server needs than another, in the median of the rounds or, of a tail, in the quietest; empty
     *     if it cannot be told}
     *
     * @param base the other; for {@link #FLOOR}, the mean of both floors
     */
    public Optional<Ratio> ratio(CellResult cell, String subject, String base) {
        Set<String> bases = base.equals(FLOOR) ? Set.of(FLOOR, FLOOR_AGAIN) : Set.of(base);
        return of(cell).flatMap(noise -> compare(cell, subject, bases).map(ratio -> ratio(ratio, noise)));
    }

    /** The tails of two servers may vary more than the floors' do, so their own doubt counts, too. */
    private Ratio ratio(Spread ratio, double floorNoise) {
        double own = Math.max(ratio.max() / ratio.median(), ratio.median() / ratio.min()) - 1;
        return new Ratio(ratio.median(), metric.isTail() ? Math.max(floorNoise, own) : floorNoise);
    }

    /** The noise of each figure that servers are compared by. Made once for a report. */
    record OfAll(Noise cpu, Noise throughput, Noise tail) {
        static OfAll in(Results results) {
            return new OfAll(
                    Noise.of(results, Part.CLOSED, Metric.CPU),
                    Noise.of(results, Part.CLOSED, Metric.THROUGHPUT),
                    Noise.of(results, Part.PACED, Metric.P999));
        }

        Noise of(Metric metric) {
            return switch (metric) {
                case CPU -> cpu;
                case THROUGHPUT -> throughput;
                case P999 -> tail;
                default -> throw new IllegalArgumentException("servers are not compared by " + metric);
            };
        }
    }
}
