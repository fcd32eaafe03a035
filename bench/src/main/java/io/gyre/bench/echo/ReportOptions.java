package io.gyre.bench.echo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands that write reports have in common: where these go, and which is written once more. */
public final class ReportOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the report goes. Default: results, or target if quick.")
    private @Nullable Path out;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Measure nothing; write the report of an earlier run once more, from its JSON.")
    private @Nullable Path from;

    /**
     * {@return a command line that says in one line what has failed in the system}
     *
     * @param command the command
     */
    public static CommandLine commandLine(Object command) {
        return new CommandLine(command).setExecutionExceptionHandler((failure, commandLine, parsed) -> {
            if (failure instanceof IOException) {
                commandLine.getErr().println(failure.getMessage());
                return 1;
            }
            throw failure;
        });
    }

    /** {@return the results of an earlier run, if they are asked for} */
    public @Nullable Path from() {
        if (from != null && !Files.isReadable(from)) {
            throw new ParameterException(command.commandLine(), "There is no file " + from + " to read.");
        }
        return from;
    }

    /**
     * {@return the name of the report of an earlier run, without an extension}
     *
     * @param earlier its JSON
     */
    public static String nameOf(Path earlier) {
        return earlier.getFileName().toString().replaceFirst("\\.json$", "");
    }

    /**
     * {@return where the report goes}
     *
     * @param isQuick whether its figures mean nothing
     */
    public Path directory(boolean isQuick) {
        return out != null ? out : Path.of(isQuick ? "target" : "results");
    }

    /** {@return the arguments that the command was given} */
    public String arguments() {
        return String.join(" ", command.commandLine().getParseResult().originalArgs());
    }
}
