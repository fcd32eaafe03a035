package io.gyre.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class MicroOptionsTest {
    @Test
    void withoutArgumentsEverythingRunsInTwoRounds() {
        assertThat(MicroOptions.parse(List.of())).isEqualTo(new MicroOptions(".*", false, 2));
    }

    @Test
    void quickRunHasOneRound() {
        assertThat(MicroOptions.parse(List.of("Switch", "--quick"))).isEqualTo(new MicroOptions("Switch", true, 1));
    }

    @Test
    void roundsCanBeChosenInAQuickRunToo() {
        assertThat(MicroOptions.parse(List.of("--rounds", "3", "--quick"))).isEqualTo(new MicroOptions(".*", true, 3));
    }

    @Test
    void badArgumentsAreRefusedWithTheUsage() {
        assertRefused("unknown option --fast", "--fast");
        assertRefused("--rounds needs a number", "--rounds");
        assertRefused("--rounds needs a number", "--rounds", "0");
        assertRefused("more than one pattern", "Switch", "Timer");
        assertRefused("not a regular expression", "(");
    }

    private static void assertRefused(String message, String... arguments) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MicroOptions.parse(List.of(arguments)))
                .withMessageContaining(message)
                .withMessageContaining(MicroOptions.USAGE);
    }
}
