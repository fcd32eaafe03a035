package io.gyre.bench.echo;

import static io.gyre.bench.echo.Runs.KIBI;
import static io.gyre.bench.echo.Runs.cell;
import static io.gyre.bench.echo.Runs.paced;
import static io.gyre.bench.echo.Runs.results;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gyre.bench.echo.CellResult.Part;
import io.gyre.bench.results.Ratio;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NoiseTest {
    private static final Offset<Double> NEARLY = within(1e-9);

    /** Nine rounds: the worst one at either end is left out. */
    @Test
    void noiseIsHowFarTheMedianOfTheFloorsMayBeFromOne() {
        CellResult cell = cell(
                KIBI,
                50,
                Map.of(
                        "floor", List.of(10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0),
                        "floor-again", List.of(10.1, 15.0, 10.2, 10.4, 10.3, 10.0, 10.0, 5.0, 10.0)));

        assertThat(cpuNoise(results(cell), cell)).isCloseTo(0.04, NEARLY);
    }

    @Test
    void eachOfFewRoundsCounts() {
        CellResult cell = cell(KIBI, 50, Map.of("floor", List.of(10.0, 10.0), "floor-again", List.of(10.1, 12.0)));

        assertThat(cpuNoise(results(cell), cell)).isCloseTo(0.2, NEARLY);
    }

    @Test
    void itDoesNotMatterWhichOfTheFloorsIsTheSlower() {
        CellResult faster = cell(KIBI, 50, Map.of("floor", List.of(12.0), "floor-again", List.of(10.0)));
        CellResult slower = cell(KIBI, 50, Map.of("floor", List.of(10.0), "floor-again", List.of(12.0)));

        assertThat(cpuNoise(results(faster), faster)).isCloseTo(cpuNoise(results(slower), slower), NEARLY);
    }

    @Test
    void cellWhoseFloorsAgreeByChanceHasTheNoiseOfTheMedianCell() {
        CellResult agreeing = cell(KIBI, 1, Map.of("floor", List.of(10.0), "floor-again", List.of(10.0)));
        CellResult typical = cell(KIBI, 50, Map.of("floor", List.of(10.0), "floor-again", List.of(10.5)));
        CellResult noisy = cell(KIBI, 1000, Map.of("floor", List.of(10.0), "floor-again", List.of(13.0)));
        Results results = results(agreeing, typical, noisy);

        assertThat(cpuNoise(results, agreeing)).isCloseTo(0.05, NEARLY);
        assertThat(cpuNoise(results, noisy)).isCloseTo(0.3, NEARLY);
    }

    @Test
    void ratioIsTheMedianOfTheRatiosWithinEachRound() {
        CellResult cell = cell(
                KIBI,
                50,
                Map.of(
                        "floor", List.of(10.0, 20.0, 10.0),
                        "floor-again", List.of(10.0, 20.0, 10.0),
                        "netty-nio", List.of(15.0, 26.0, 14.0)));

        assertThat(cpuRatio(cell).value()).isCloseTo(1.4, NEARLY);
    }

    @Test
    void floorIsTheMeanOfBoth() {
        CellResult cell =
                cell(KIBI, 50, Map.of("floor", List.of(9.0), "floor-again", List.of(11.0), "netty-nio", List.of(15.0)));

        assertThat(cpuRatio(cell).value()).isCloseTo(1.5, NEARLY);
    }

    @Test
    void roundThatOneOfTheTwoMissedDoesNotCount() {
        CellResult cell = cell(
                KIBI,
                50,
                Map.of(
                        "floor", List.of(10.0, 20.0),
                        "floor-again", List.of(10.0, 20.0),
                        "netty-nio", List.of(15.0)));

        assertThat(cpuRatio(cell).value()).isCloseTo(1.5, NEARLY);
    }

    @Test
    void withoutASecondFloorThereIsNoRatio() {
        CellResult cell = cell(KIBI, 50, Map.of("floor", List.of(10.0), "netty-nio", List.of(15.0)));
        Noise noise = Noise.of(results(cell), Part.CLOSED, Metric.CPU);

        assertThat(noise.of(cell)).isEmpty();
        assertThat(noise.ratio(cell, "netty-nio", "floor")).isEmpty();
    }

    /** In every other round something held the machine up, for much longer than either server ever needs. */
    @Test
    void tailIsComparedInTheQuietestRounds() {
        List<Double> floor = List.of(20.0, 900.0, 20.0, 20.0, 800.0, 20.0, 700.0, 20.0);
        CellResult cell = paced(Map.of(
                "floor", floor,
                "floor-again", floor,
                "netty-nio", List.of(9000.0, 30.0, 30.0, 8000.0, 30.0, 9000.0, 30.0, 7000.0)));
        Noise noise = Noise.of(results(cell), Part.PACED, Metric.P999);

        assertThat(noise.ratio(cell, "netty-nio", "floor").orElseThrow().value())
                .isCloseTo(1.5, NEARLY);
        assertThat(noise.of(cell)).isPresent();
    }

    @Test
    void tailsOfFloorsThatDifferEvenInQuietRoundsAreNoise() {
        CellResult cell = paced(Map.of("floor", List.of(20.0, 20.0), "floor-again", List.of(30.0, 900.0)));

        assertThat(Noise.of(results(cell), Part.PACED, Metric.P999).of(cell).orElseThrow())
                .isGreaterThanOrEqualTo(0.5);
    }

    private static Ratio cpuRatio(CellResult cell) {
        return Noise.of(results(cell), Part.CLOSED, Metric.CPU)
                .ratio(cell, "netty-nio", "floor")
                .orElseThrow();
    }

    private static double cpuNoise(Results results, CellResult cell) {
        return Noise.of(results, Part.CLOSED, Metric.CPU).of(cell).orElseThrow();
    }
}
