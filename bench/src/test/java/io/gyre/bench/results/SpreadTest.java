package io.gyre.bench.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void medianOfAnOddNumberIsTheMiddleOne() {
        assertThat(Spread.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 9));
    }

    @Test
    void medianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 100.0))).isEqualTo(new Spread(3, 1, 100));
    }

    @Test
    void nothingHasNoSpread() {
        assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
    }

    /** Textbook: the 1st and 5th of 5 (94 %), the 2nd and 9th of 10 (98 %), the 4th and 12th of 15 (96 %). */
    @Test
    void confidenceInTheMedianGrowsWithTheNumberOfValues() {
        assertThat(Spread.ofMedian(upTo(1))).isEqualTo(new Spread(1, 1, 1));
        assertThat(Spread.ofMedian(upTo(5))).isEqualTo(new Spread(3, 1, 5));
        assertThat(Spread.ofMedian(upTo(10))).isEqualTo(new Spread(5.5, 2, 9));
        assertThat(Spread.ofMedian(upTo(15))).isEqualTo(new Spread(8, 4, 12));
    }

    @Test
    void lowerQuartileHasAQuarterBelowIt() {
        assertThat(Spread.lowerQuartile(upTo(1))).isEqualTo(1);
        assertThat(Spread.lowerQuartile(upTo(5))).isEqualTo(2);
        assertThat(Spread.lowerQuartile(upTo(15))).isEqualTo(4);
    }

    @Test
    void lowestTenthHasATenthBelowIt() {
        assertThat(Spread.lowestTenth(upTo(1))).isEqualTo(1);
        assertThat(Spread.lowestTenth(upTo(11))).isEqualTo(2);
        assertThat(Spread.lowestTenth(upTo(41))).isEqualTo(5);
    }

    private static List<Double> upTo(int last) {
        return IntStream.rangeClosed(1, last).mapToObj(i -> (double) i).toList();
    }
}
