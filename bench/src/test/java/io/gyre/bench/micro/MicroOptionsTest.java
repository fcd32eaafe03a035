package io.gyre.bench.micro;

import static io.gyre.bench.options.CommandLines.parse;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.bench.options.CommandLines;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MicroOptionsTest {
    @Test
    void withoutArgumentsEverythingRunsInTwoRounds() {
        assertThat(parse(new Micro()).pattern().pattern()).isEqualTo(".*");
        assertThat(parse(new Micro()).rounds()).isEqualTo(2);
    }

    @Test
    void quickRunHasOneRoundUnlessToldOtherwise() {
        Micro quick = parse(new Micro(), "Switch", "--quick");

        assertThat(quick.pattern().pattern()).isEqualTo("Switch");
        assertThat(quick.isQuick()).isTrue();
        assertThat(quick.rounds()).isEqualTo(1);
        assertThat(parse(new Micro(), "--rounds", "3", "--quick").rounds()).isEqualTo(3);
    }

    @Test
    void badArgumentsAreRefused() {
        assertRefused("Unknown option: '--fast'", "--fast");
        assertRefused("Missing required parameter for option '--rounds'", "--rounds");
        assertRefused("'0' is not a number greater than 0", "--rounds", "0");
        assertRefused("Unmatched argument", "Switch", "Timer");
        assertRefused("PATTERN", "(");
    }

    @Test
    void patternChoosesMemoryAsItChoosesBenchmarks() {
        assertThat(asksForMemory(".*")).isTrue();
        assertThat(asksForMemory("Switch|Memory")).isTrue();
        assertThat(asksForMemory("parkedThread$")).isTrue();
        assertThat(asksForMemory("Switch")).isFalse();
        assertThat(asksForMemory("bench\\.loop\\.")).isFalse();
    }

    @Test
    void simpleNameIsClassAndMethod() {
        assertThat(MicroRound.simpleName("io.gyre.bench.loop.LockBenchmark.lock"))
                .isEqualTo("LockBenchmark.lock");
    }

    private static boolean asksForMemory(String pattern) {
        return MicroRound.asksForMemory(Pattern.compile(pattern));
    }

    private static void assertRefused(String message, String... arguments) {
        CommandLines.assertRefused(new Micro(), message, arguments);
    }
}
