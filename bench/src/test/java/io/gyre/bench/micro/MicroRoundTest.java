package io.gyre.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MicroRoundTest {
    @Test
    void patternChoosesMemoryAsItChoosesBenchmarks() {
        assertThat(MicroRound.asksForMemory(".*")).isTrue();
        assertThat(MicroRound.asksForMemory("Switch|Memory")).isTrue();
        assertThat(MicroRound.asksForMemory("parkedThread$")).isTrue();
        assertThat(MicroRound.asksForMemory("Switch")).isFalse();
        assertThat(MicroRound.asksForMemory("bench\\.loop\\.")).isFalse();
    }

    @Test
    void simpleNameIsClassAndMethod() {
        assertThat(MicroRound.simpleName("io.gyre.bench.loop.LockBenchmark.lock"))
                .isEqualTo("LockBenchmark.lock");
    }
}
