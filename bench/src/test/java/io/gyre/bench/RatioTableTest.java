package io.gyre.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RatioTableTest {
    private static final Comparison SWITCH = Comparison.ofRatio("switch", "task", "bare", 1.3);

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
    void medianOfAnEvenNumberLiesInTheMiddle() {
        assertThat(RatioTable.median(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(3.0);
    }

    @Test
    void absoluteGoalIsComparedInNanoseconds() {
        var comparison = Comparison.ofNanos("callSoon", "callSoon", 60);

        assertThat(row(comparison, List.of(Map.of("callSoon", 59.0))))
                .containsExactly("callSoon", "59.0", "at most 60.0 ns: met");
        assertThat(row(comparison, List.of(Map.of("callSoon", 61.0)))).last().isEqualTo("at most 60.0 ns: MISSED");
    }

    @Test
    void comparisonWithoutAGoalHasNoVerdict() {
        assertThat(row(Comparison.ofRatio("wake", "loop", "selector"), List.of(Map.of("loop", 30.0, "selector", 20.0))))
                .containsExactly("wake", "30.0", "20.0", "1.50", "1.50 to 1.50");
    }

    @Test
    void comparisonWhoseBenchmarksHaveNotRunIsLeftOut() {
        var onlyTask = List.of(Map.of("task", 1.0));
        var onlyBare = List.of(Map.of("bare", 1.0));

        assertThat(RatioTable.format(List.of(SWITCH), onlyTask).lines()).hasSize(1);
        assertThat(RatioTable.format(List.of(SWITCH), onlyBare).lines()).hasSize(1);
    }

    private static List<String> row(Comparison comparison, List<Map<String, Double>> rounds) {
        String table = RatioTable.format(List.of(comparison), rounds);
        String row = table.lines().skip(1).findFirst().orElseThrow();
        return List.of(row.split(" {2,}"));
    }
}
