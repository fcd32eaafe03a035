package io.gyre.bench.options;

import io.gyre.bench.report.Report;
import io.gyre.bench.report.ResultFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every command: how much of it, how often, and where the results go. A {@link Mixin}. */
public final class RunOptions {
    private final LocalDateTime started = LocalDateTime.now(ZoneOffset.UTC);

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--quick",
            description = "Only see that everything runs, in a minute or two. The figures mean nothing.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "How often everything is measured.")
    private @Nullable Integer rounds;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where the results go. Default: results, or target if quick.")
    private @Nullable Path out;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Measure nothing; write the report of an earlier run once more, from its JSON.")
    private @Nullable Path from;

    /**
     * {@return a command line that reports a failure of the system in one line}
     *
     * @param command the command
     */
    public static CommandLine commandLine(Object command) {
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, commandLine, parsed) -> {
                    if (failure instanceof IOException) {
                        commandLine.getErr().println(failure.getMessage());
                        return 1;
                    }
                    throw failure;
                });
    }

    /** {@return whether the figures mean nothing} */
    public boolean isQuick() {
        return quick;
    }

    /**
     * {@return how often everything is measured; once if quick}
     *
     * @param normal the default of a run that is not quick
     */
    public int rounds(int normal) {
        int chosen = rounds != null ? rounds : quick ? 1 : normal;
        require(chosen > 0, "--rounds must be greater than 0");
        return chosen;
    }

    /**
     * Writes the report of an earlier run once more, if that is asked for: {@code --from}.
     *
     * @param <T> the results of the command
     * @param type their type
     * @param report makes the report of them
     * @return whether it was asked for
     */
    public <T> boolean rewrite(Class<T> type, Function<T, Report> report) throws IOException {
        if (from == null) {
            return false;
        }
        require(Files.isReadable(from), "There is no file " + from + " to read.");
        T results = ResultFiles.read(from, type);
        filesNamed(ResultFiles.nameOf(from)).write(results, report.apply(results));
        return true;
    }

    /** {@return the files of this run's results, which have its beginning in their name} */
    public ResultFiles files(String benchmark) {
        return filesNamed(benchmark + "-" + format("yyyyMMdd-HHmmss"));
    }

    private ResultFiles filesNamed(String name) {
        return new ResultFiles(out != null ? out : Path.of(quick ? "target" : "results"), name);
    }

    /** {@return when the run began, for the report} */
    public String started() {
        return format("yyyy-MM-dd HH:mm") + " UTC";
    }

    private String format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(started);
    }

    /** {@return the command line of the command, for the report} */
    public String line() {
        CommandLine commandLine = command.commandLine();
        return (commandLine.getCommandName() + " "
                        + String.join(" ", commandLine.getParseResult().originalArgs()))
                .strip();
    }

    /** Refuses a command line. */
    public void require(boolean isRight, String message) {
        if (!isRight) {
            throw new ParameterException(command.commandLine(), message);
        }
    }
}
