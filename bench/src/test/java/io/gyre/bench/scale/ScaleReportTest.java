package io.gyre.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.report.MarkdownReport;
import io.gyre.bench.report.ResultFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleReportTest {
    private static final String GYRE = "Gyre";
    private static final String FLOOR = "bare virtual threads";

    private final List<Point> points = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    @Test
    void growthIsTheMedianOfTheRatiosWithinEachRound() {
        switches(GYRE, 1_000, 100, 200, 1_000);
        switches(GYRE, 1_000_000, 150, 200, 4_000);

        assertThat(text())
                .contains("| **Gyre** | **200 (100 to 1,000)** | **200 (150 to 4,000)** | **1.50 (1.00 to 4.00)** |"
                        + " **at most 2.00: met** |");
    }

    @Test
    void growthOfExactlyTheGoalIsMetAndOneAboveIsMissed() {
        switches(GYRE, 1_000, 100);
        switches(GYRE, 10_000, 200);
        timers(GYRE, 1_000, 100);
        timers(GYRE, 10_000, 201);

        assertThat(text())
                .contains("| **Gyre** | **100** | **200** | **2.00** | **at most 2.00: met** |")
                .contains("| **Gyre** | **100** | **201** | **2.01** | **at most 2.00: MISSED** |")
                .contains("1 met, 1 MISSED: Gyre, schedule a timer and take it back beside N that are pending (2.01).");
    }

    @Test
    void floorHasItsGrowthButNoVerdictAndIsComparedAtEachNumber() {
        switches(FLOOR, 1_000, 100, 200);
        switches(FLOOR, 1_000_000, 300, 500);
        switches(GYRE, 1_000, 110, 240);
        switches(GYRE, 1_000_000, 300, 600);

        assertThat(text())
                .containsSubsequence(
                        "| **Gyre** |",
                        "| bare virtual threads | 150 (100 to 200) | 400 (300 to 500) | 2.75 (2.50 to 3.00) |  |",
                        "| Gyre / floor | 1.15 (1.10 to 1.20) | 1.10 (1.00 to 1.20) |  |  |");
    }

    @Test
    void ticksAreJudgedByTheWorstOfAllRounds() {
        ticks("Gyre in time", 200, 4.9, 5.0, 0.3);
        ticks("Gyre late", 200, 0.2, 5.1, 0.3);
        ticks("Gyre late", 0, 5.1);

        assertThat(text())
                .contains(
                        "| **Gyre in time** | **200** | **800** | **0.10** | **4.90 (0.30 to 5.00)** | **at most 5.00: met** |")
                .contains(
                        "| **Gyre late** | **200** | **800** | **0.10** | **0.30 (0.20 to 5.10)** | **at most 5.00: MISSED** |")
                .contains("Goal, no tick later than 5.00 ms beside 200 handshakes: MISSED (Gyre late).")
                .contains("| **Gyre late** | **0** | **800** | **0.10** | **5.10** |  |");
    }

    @Test
    void oneNumberAloneHasNoGrowth() {
        switches(GYRE, 1_000, 100);

        assertThat(text()).contains("| **Gyre** | **100** |  |  |").contains("0 met, 0 MISSED.");
    }

    @Test
    void secondLoopIsSetAgainstTheCoresThatWereThere() {
        loops(1, 100, 1.0, 0.2);
        loops(2, 150, 1.6, 0.3);

        assertThat(text())
                .contains("plain echo of 64 bytes, 1 loop** | **100** | **10.0** | **1.00** | **0.20** | **1.20** |")
                .contains("plain echo of 64 bytes, 2 loops** | **150** | **10.0** | **1.60** | **0.30** | **1.90** |")
                .contains("| ratio 2 / 1 | 1.50 | 1.00 | 1.60 | 1.50 | throughput at equal cost: 1.60 |");
    }

    @Test
    void memoryIsTheHeapAndWhatLiesOutside() {
        points.add(new Point(
                Question.MEMORY_CONNECTION,
                "Gyre streams",
                10_000,
                1,
                Map.of(Point.HEAP_BYTES, 1000.0, Point.RESIDENT_BYTES, 5000.0, Point.DIRECT_BYTES, 4096.0)));

        assertThat(text())
                .contains("| **idle connection: Gyre streams** | **10,000** | **1,000** | **5,000** | **4,096** |"
                        + " **6,000** |  |");
    }

    @Test
    void collectionsAndFailuresAreOwnedUpTo() {
        points.add(new Point(Question.SWITCH_READY, GYRE, 10, 1, Map.of(Point.NANOS, 1.0, Point.COLLECTING, 0.25)));
        failures.add("loops 2: Gyre has ended:\n  broken");

        assertThat(results().report().text())
                .contains("Collections of garbage took at most 25 %")
                .contains("FAILED: loops 2: Gyre has ended:");
    }

    @Test
    void eachTableHasItsQuestion() {
        switches(GYRE, 1_000, 100);
        timers(GYRE, 1_000, 100);

        assertThat(text())
                .containsSubsequence(
                        "## Tasks",
                        "### Switch among N tasks that are all ready",
                        "## Timers",
                        "### Schedule a timer and take it back",
                        "## Environment",
                        "| kernel | Linux 6 |");
    }

    @Test
    void quickRunSaysThatItMeansNothingAndJudgesNothing() {
        switches(GYRE, 1_000, 100);
        switches(GYRE, 1_000_000, 300);
        var quick = new ScaleResults("now", true, Map.of(), points, List.of());

        assertThat(MarkdownReport.render(quick.report()))
                .contains("mean nothing", "| **3.00** |  |")
                .doesNotContainIgnoringCase("missed")
                .doesNotContain("met");
        assertThat(text()).contains("MISSED").doesNotContain("mean nothing");
    }

    @Test
    void resultsCanBeReadBack(@TempDir Path directory) throws IOException {
        switches(GYRE, 1_000, 100);
        new ResultFiles(directory, "scale-1").write(results());

        assertThat(ResultFiles.read(directory.resolve("scale-1.json.gz"), ScaleResults.class))
                .isEqualTo(results());
    }

    private void switches(String variant, long count, double... rounds) {
        add(Question.SWITCH_READY, variant, count, rounds);
    }

    private void timers(String variant, long count, double... rounds) {
        add(Question.TIMER_CANCEL, variant, count, rounds);
    }

    private void add(Question question, String variant, long count, double... rounds) {
        for (int i = 0; i < rounds.length; i++) {
            points.add(new Point(question, variant, count, i + 1, Map.of(Point.NANOS, rounds[i])));
        }
    }

    private void ticks(String variant, long count, double... worst) {
        for (int i = 0; i < worst.length; i++) {
            var figures = Map.of(Point.THROUGHPUT, 800.0, Point.LATE, 0.1, Point.LATEST, worst[i]);
            points.add(new Point(Question.TICKS, variant, count, i + 1, figures));
        }
    }

    private void loops(long count, double throughput, double server, double generator) {
        points.add(new Point(
                Question.LOOPS_ECHO,
                "Gyre streams",
                count,
                1,
                Map.of(
                        Point.THROUGHPUT, throughput,
                        Point.CPU_MICROS, 10.0,
                        Point.SERVER_BUSY, server,
                        Point.GENERATOR_BUSY, generator)));
    }

    private String text() {
        return MarkdownReport.render(results().report());
    }

    private ScaleResults results() {
        return new ScaleResults(
                "2026-01-01 00:00 UTC", false, Map.of("kernel", "Linux 6"), List.copyOf(points), List.copyOf(failures));
    }
}
