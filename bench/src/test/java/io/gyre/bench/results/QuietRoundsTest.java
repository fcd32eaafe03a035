package io.gyre.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuietRoundsTest {
    @Test
    void ratioIsThatOfTheQuietestTenths() {
        List<Double> subject = List.of(90.0, 1.0, 6.0, 80.0, 70.0, 90.0, 90.0, 90.0, 90.0, 90.0, 90.0);
        List<Double> base = List.of(2.0, 9.0, 4000.0, 0.5, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0);

        assertThat(QuietRounds.ratio(subject, base)).isEqualTo(6.0 / 2.0);
    }

    @Test
    void equalValuesLeaveNoDoubt() {
        List<Double> same = List.of(7.0, 7.0, 7.0, 7.0);

        assertThat(QuietRounds.spreadOfRatio(same, same)).isEqualTo(new Spread(1, 1, 1));
    }

    @Test
    void moreRoundsLeaveLessDoubt() {
        Spread few = QuietRounds.spreadOfRatio(upTo(8, 1), upTo(8, 1));
        Spread many = QuietRounds.spreadOfRatio(upTo(200, 1), upTo(200, 1));

        assertThat(few.min()).isLessThan(many.min());
        assertThat(few.max()).isGreaterThan(many.max());
        assertThat(many.min()).isBetween(0.3, 1.0);
        assertThat(many.max()).isBetween(1.0, 3.0);
    }

    @Test
    void sameValuesGiveTheSameAnswer() {
        assertThat(QuietRounds.spreadOfRatio(upTo(20, 1), upTo(30, 2)))
                .isEqualTo(QuietRounds.spreadOfRatio(upTo(20, 1), upTo(30, 2)));
    }

    private static List<Double> upTo(int last, double times) {
        return IntStream.rangeClosed(1, last).mapToObj(i -> i * times).toList();
    }
}
