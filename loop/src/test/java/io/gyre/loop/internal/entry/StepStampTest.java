package io.gyre.loop.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class StepStampTest {
    private final StepStamp<String> stamp = new StepStamp<>();

    private StepStamp.Reading<String> begin(String step) {
        stamp.begin(step);
        return Objects.requireNonNull(stamp.read());
    }

    @Test
    void nothingRunsBeforeTheFirstStepAndBehindTheLast() {
        assertThat(stamp.read()).isNull();
        stamp.begin("a");
        stamp.end();
        assertThat(stamp.read()).isNull();
    }

    @Test
    void eachStepHasItsNumber() {
        StepStamp.Reading<String> first = begin("a");
        StepStamp.Reading<String> second = begin("a");

        assertThat(second.step()).isEqualTo("a");
        assertThat(second.number()).isNotEqualTo(first.number()).isEqualTo(stamp.number());
    }

    @Test
    void stepsOfATickAreCounted() {
        StepStamp.Reading<String> first = begin("a");
        StepStamp.Reading<String> second = begin("b");
        stamp.end();
        StepStamp.Reading<String> third = begin("c");

        assertThat(first.stepsOfTick()).isEqualTo(1);
        assertThat(second.stepsOfTick()).isEqualTo(2);
        assertThat(third.stepsOfTick()).isEqualTo(1);
        assertThat(second.tick()).isEqualTo(first.tick());
        assertThat(third.tick()).isNotEqualTo(first.tick());
    }

    @Test
    void tickWithoutStepsCounts() {
        stamp.end();
        long before = stamp.number();
        stamp.end();

        assertThat(stamp.number()).isNotEqualTo(before);
        assertThat(stamp.read()).isNull();
    }
}
