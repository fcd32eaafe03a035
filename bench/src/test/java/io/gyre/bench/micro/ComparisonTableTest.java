package io.gyre.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
    private static final Comparison SWITCH = Comparison.parse("switch | task | bare | 1.3 | ns |");
    private static final Comparison BESIDE_PYTHON = Comparison.parse("switch | task | bare | 1.3 | ns | switch");
    private static final List<PythonLoop> LOOPS = List.of(
            new PythonLoop("asyncio", "3.11.2", "CPython 3.11.2", List.of("python3"), null),
            new PythonLoop("uvloop", "", "", List.of(), "install python3-uvloop"));
    private static final int HEADS = 1;

    @Test
    void ratioUpToTheGoalIsMet() {
        assertThat(row(SWITCH, List.of(Map.of("task", 260.0, "bare", 200.0))))
                .containsExactly("switch", "260.0", "200.0", "1.30", "1.30 to 1.30", "at most 1.3 x: met");
    }

    @Test
    void ratioAboveTheGoalIsMissed() {
        assertThat(row(SWITCH, List.of(Map.of("task", 262.0, "bare", 200.0))))
                .last()
                .isEqualTo("at most 1.3 x: MISSED");
    }

    @Test
    void ratioIsTheMedianOfTheRatiosWithinEachRound() {
        var slow = Map.of("task", 2000.0, "bare", 1000.0);
        var fast = Map.of("task", 3.0, "bare", 1.0);
        var odd = Map.of("task", 40.0, "bare", 10.0);

        assertThat(row(SWITCH, List.of(slow, fast, odd)))
                .containsExactly("switch", "40.0", "10.0", "3.00", "2.00 to 4.00", "at most 1.3 x: MISSED");
    }

    @Test
    void absoluteGoalIsComparedInNanoseconds() {
        var comparison = Comparison.parse("callSoon | callSoon | | 60 | ns |");

        assertThat(row(comparison, List.of(Map.of("callSoon", 59.0))))
                .containsExactly("callSoon", "59.0", "at most 60.0 ns: met");
        assertThat(row(comparison, List.of(Map.of("callSoon", 61.0)))).last().isEqualTo("at most 60.0 ns: MISSED");
    }

    @Test
    void comparisonWithoutAGoalHasNoVerdict() {
        assertThat(row(
                        Comparison.parse("wake | loop | selector | | ns |"),
                        List.of(Map.of("loop", 30.0, "selector", 20.0))))
                .containsExactly("wake", "30.0", "20.0", "1.50", "1.50 to 1.50");
    }

    @Test
    void comparisonWhoseBenchmarksHaveNotRunIsLeftOut() {
        var onlyTask = List.of(Map.of("task", 1.0));
        var onlyBare = List.of(Map.of("bare", 1.0));

        assertThat(ComparisonTable.of(List.of(SWITCH), onlyTask, LOOPS, true)
                        .text()
                        .lines())
                .hasSize(HEADS);
        assertThat(ComparisonTable.of(List.of(SWITCH), onlyBare, LOOPS, true)
                        .text()
                        .lines())
                .hasSize(HEADS);
    }

    @Test
    void loopsOfPythonStandBesideTheirOperationWithTheDistanceFromUvloop() {
        var slow = Map.of("task", 200.0, "bare", 100.0, "asyncio switch", 4000.0, "uvloop switch", 2000.0);
        var fast = Map.of("task", 20.0, "bare", 10.0, "asyncio switch", 200.0, "uvloop switch", 100.0);

        assertThat(row(BESIDE_PYTHON, List.of(slow, fast)))
                .containsSubsequence("2.00 to 2.00", "2100.0", "1050.0", "0.150", "at most 1.3 x: MISSED");
        assertThat(row(SWITCH, List.of(slow, fast))).doesNotContain("2100.0");
    }

    @Test
    void distanceIsThatOfTheRoundsWhichHaveBoth() {
        var whole = Map.of("task", 200.0, "bare", 100.0, "uvloop switch", 2000.0);
        var withoutUvloop = Map.of("task", 20.0, "bare", 10.0);

        assertThat(row(BESIDE_PYTHON, List.of(withoutUvloop, whole))).containsSubsequence("2000.0", "0.100");
    }

    @Test
    void headsShowTheVersionsOfTheLoopsAndWhichIsMissing() {
        assertThat(ComparisonTable.of(List.of(), List.of(), LOOPS, true).header())
                .containsSubsequence("asyncio 3.11.2 ns", "uvloop missing", "Gyre / uvloop");
    }

    @Test
    void quickRunIsNotJudged() {
        assertThat(ComparisonTable.of(List.of(SWITCH), List.of(Map.of("task", 1.0, "bare", 1.0)), LOOPS, false)
                        .text())
                .contains("1.00 to 1.00")
                .doesNotContain(" met", "MISSED");
    }

    @Test
    void memoryIsComparedInBytes() {
        var comparison = Comparison.parse("sleeping task | task | | 800 | bytes | memory");
        var ratio = Comparison.parse("sleeping task | task | thread | | bytes |");
        var round = Map.of("task", 762.0, "thread", 508.0, "uvloop memory", 1524.0);

        assertThat(row(comparison, List.of(round)))
                .containsExactly("sleeping task", "762 B", "1524 B", "0.500", "at most 800.0 bytes: met");
        assertThat(row(ratio, List.of(round)))
                .containsExactly("sleeping task", "762 B", "508 B", "1.50", "1.50 to 1.50");
    }

    @Test
    void memoryThatDoesNotSufficeMissesTheGoal() {
        var comparison = Comparison.parse("sleeping task | task | | 800 | bytes | ");

        assertThat(row(comparison, List.of(Map.of("task", Double.POSITIVE_INFINITY))))
                .last()
                .isEqualTo("at most 800.0 bytes: MISSED");
    }

    private static List<String> row(Comparison comparison, List<Map<String, Double>> rounds) {
        String table =
                ComparisonTable.of(List.of(comparison), rounds, LOOPS, true).text();
        String row = table.lines().skip(HEADS).findFirst().orElseThrow();
        return List.of(row.split(" {2,}"));
    }
}
