package io.gyre.bench.options;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import picocli.CommandLine.ParameterException;

/** Commands as they are after their command line has been read. */
public final class CommandLines {
    private CommandLines() {}

    public static <C extends BenchCommand<?>> C parse(C command, String... arguments) {
        BenchCommand.commandLine(command).parseArgs(arguments);
        return command;
    }

    public static void assertRefused(BenchCommand<?> command, String message, String... arguments) {
        assertThatThrownBy(() -> parse(command, arguments))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(message);
    }
}
