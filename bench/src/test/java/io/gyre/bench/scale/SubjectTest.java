package io.gyre.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SubjectTest {
    @ParameterizedTest
    @EnumSource
    void operatesBesideFewAndBesideMore(Subject.Kind kind) {
        Subject subject = kind.create();

        subject.add(3);
        assertThat(subject.operate()).isBetween(1_000L, 20_000L);
        subject.add(100);
        assertThat(subject.operate()).isBetween(1_000L, 20_000L);
    }
}
