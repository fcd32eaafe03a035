package io.gyre.bench.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.results.Ratio.Verdict;
import org.junit.jupiter.api.Test;

class RatioTest {
    @Test
    void ratioBeyondTheNoiseIsPrinted() {
        assertThat(new Ratio(1.07, 0.06).text()).isEqualTo("1.07");
        assertThat(new Ratio(0.90, 0.06).text()).isEqualTo("0.90");
    }

    @Test
    void ratioThatDiffersByLessThanTheNoiseIsNot() {
        assertThat(new Ratio(1.05, 0.06).text()).isEqualTo("within noise (±6 %)");
        assertThat(new Ratio(0.95, 0.06).text()).isEqualTo("within noise (±6 %)");
        assertThat(new Ratio(1.05, 0.06).shortText()).isEqualTo("±6 %");
    }

    @Test
    void noiseIsRoundedUp() {
        assertThat(new Ratio(1, 0.051).shortText()).isEqualTo("±6 %");
        assertThat(new Ratio(1, 0.001).shortText()).isEqualTo("±1 %");
    }

    @Test
    void goalIsMetOrMissedOnlyBeyondTheNoise() {
        assertThat(new Ratio(1.00, 0.06).against(1.10)).isEqualTo(Verdict.MET);
        assertThat(new Ratio(1.20, 0.06).against(1.10)).isEqualTo(Verdict.MISSED);
        assertThat(new Ratio(1.06, 0.06).against(1.10)).isEqualTo(Verdict.WITHIN_NOISE);
        assertThat(new Ratio(1.15, 0.06).against(1.10)).isEqualTo(Verdict.WITHIN_NOISE);
    }
}
