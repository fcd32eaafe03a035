package io.gyre.bench.options;

import io.gyre.bench.report.ResultFiles;
import io.gyre.bench.report.RunResults;
import io.gyre.bench.results.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command of {@code bench/run}: how much of it, how often, and where the results go. Runs in the directory of this module.
 *
 * <p>A command line that makes no sense is refused while it is parsed, before anything is built or measured.
 */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
public abstract class BenchCommand<R extends RunResults> implements Callable<Integer> {
    private final LocalDateTime started = LocalDateTime.now(ZoneOffset.UTC);
    private final Class<R> type;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--quick",
            description = "Only see that everything runs, in a minute or two. The figures mean nothing.")
    private boolean quick;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            converter = Positive.class,
            description = "How often everything is measured.")
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

    protected BenchCommand(Class<R> type) {
        this.type = type;
    }

    /** {@return a command line that reports a failure of the system in one line} */
    public static CommandLine commandLine(BenchCommand<?> command) {
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

    /** Takes what there is so far, to write its report. */
    public interface Sink<R> {
        void accept(R soFar) throws IOException;
    }

    /**
     * {@return all that was measured}
     *
     * @param sink is told after each part, so that a run that is broken off leaves something
     */
    protected abstract R measure(Sink<R> sink) throws Exception;

    @Override
    public final Integer call() throws Exception {
        if (from != null) {
            require(Files.isReadable(from), "There is no file " + from + " to read.");
            files(ResultFiles.nameOf(from)).write(ResultFiles.read(from, type));
            return 0;
        }
        ResultFiles files = files(benchmark() + "-" + format("yyyyMMdd-HHmmss"));
        R results = measure(files::write);
        System.out.println(results.report().text());
        if (files.exist()) {
            System.out.println("The report is in " + files);
        }
        results.failures().forEach(System.err::println);
        return results.failures().isEmpty() ? 0 : 1;
    }

    /** {@return what the names of its files begin with} */
    protected String benchmark() {
        return spec.name().substring(spec.name().lastIndexOf(' ') + 1);
    }

    private ResultFiles files(String name) {
        return new ResultFiles(out != null ? out : Path.of(quick ? "target" : "results"), name);
    }

    /** {@return how often everything is measured; if nothing was chosen, once if quick, or else as often as is normal} */
    protected final int rounds(int normal) {
        return rounds != null ? rounds : quick ? 1 : normal;
    }

    public final boolean isQuick() {
        return quick;
    }

    public final String started() {
        return format("yyyy-MM-dd HH:mm") + " UTC";
    }

    private String format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(started);
    }

    /** {@return the machine and the command line, for the report} */
    public final Map<String, String> environment() {
        var environment = new LinkedHashMap<>(Machine.describe());
        environment.put("command", line());
        return environment;
    }

    protected final String line() {
        var arguments = spec.commandLine().getParseResult().originalArgs();
        return (spec.name() + " " + String.join(" ", arguments)).strip();
    }

    /** Refuses a command line. */
    protected final void require(boolean isRight, String message) {
        require(spec, isRight, message);
    }

    static void require(CommandSpec spec, boolean isRight, String message) {
        if (!isRight) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
