package io.gyre.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.bench.micro.Micro.MicroSettings;
import io.gyre.bench.options.RunOptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

class MicroOptionsTest {
    @Test
    void withoutArgumentsEverythingRunsInTwoRounds() {
        assertThat(parse()).isEqualTo(new MicroSettings(".*", false, 2));
    }

    @Test
    void quickRunHasOneRound() {
        assertThat(parse("Switch", "--quick")).isEqualTo(new MicroSettings("Switch", true, 1));
    }

    @Test
    void roundsCanBeChosenInAQuickRunToo() {
        assertThat(parse("--rounds", "3", "--quick")).isEqualTo(new MicroSettings(".*", true, 3));
    }

    @Test
    void badArgumentsAreRefused() {
        assertRefused("Unknown option: '--fast'", "--fast");
        assertRefused("Missing required parameter for option '--rounds'", "--rounds");
        assertRefused("--rounds must be greater than 0", "--rounds", "0");
        assertRefused("Unmatched argument", "Switch", "Timer");
        assertRefused("PATTERN", "(");
    }

    private static MicroSettings parse(String... arguments) {
        var micro = new Micro();
        RunOptions.commandLine(micro).parseArgs(arguments);
        return micro.settings();
    }

    private static void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> parse(arguments))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(message);
    }
}
