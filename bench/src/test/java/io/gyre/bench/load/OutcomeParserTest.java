package io.gyre.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class OutcomeParserTest {
    private final Outcome.Parser parser = new Outcome.Parser();

    @Test
    void figuresAreCollectedUpToTheLastLine() {
        assertThat(parser.take("messages 1000")).isFalse();
        assertThat(parser.take("nanos 2000000000")).isFalse();
        assertThat(parser.take("cpu-nanos 500000000")).isFalse();
        assertThat(parser.take("latency 2000 990")).isFalse();
        assertThat(parser.take("latency 50000 10")).isFalse();
        assertThat(parser.take("done")).isTrue();

        Outcome outcome = parser.outcome();

        assertThat(outcome.messagesPerSecond()).isCloseTo(500, within(1e-9));
        assertThat(outcome.generatorBusy()).isCloseTo(0.25, within(1e-9));
        assertThat(outcome.latencies().getValueAtPercentile(50)).isEqualTo(2000);
        assertThat(outcome.latencies().getValueAtPercentile(99.9)).isBetween(50_000L, 50_050L);
        assertThat(outcome.lags().getTotalCount()).isZero();
    }

    @Test
    void lineOfSomebodyElseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parser.take("Segmentation fault"))
                .withMessageContaining("Segmentation fault");
    }

    @Test
    void missingFigureIsNamed() {
        parser.take("messages 1");

        assertThatIllegalStateException().isThrownBy(parser::outcome).withMessageContaining("nanos");
    }
}
