package io.gyre.bench.echo;

import io.gyre.bench.echo.process.Tools;
import io.gyre.bench.echo.process.Workshop;
import io.gyre.bench.echo.report.HtmlReport;
import io.gyre.bench.echo.report.MarkdownReport;
import io.gyre.bench.echo.report.Results;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the echo benchmark. Runs in the directory of this module. */
@Command(
        name = "bench/run echo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures echo servers against each other: Gyre, a bare Selector as the floor, and the peers that this machine"
                    + " has the tools for.",
            "Without options the whole matrix runs, in about 80 minutes. The report goes to bench/results, as HTML, Markdown"
                    + " and JSON."
        })
public final class Echo implements Callable<Integer> {
    private static final Path WORKSHOP = Path.of("target", "echo");
    private static final Path RESULTS = Path.of("results");
    private static final Path QUICK_RESULTS = Path.of("target");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private EchoOptions options = new EchoOptions();

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

    private Echo() {}

    /**
     * Runs what the arguments ask for, and exits.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Echo()).setExecutionExceptionHandler((failure, commandLine, parsed) -> {
            if (failure instanceof IOException) {
                commandLine.getErr().println(failure.getMessage());
                return 1;
            }
            throw failure;
        });
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (from != null) {
            if (!Files.isReadable(from)) {
                throw new ParameterException(spec.commandLine(), "There is no file " + from + " to read.");
            }
            Results results = Results.read(from);
            write(results, directory(), from.getFileName().toString().replaceFirst("\\.json$", ""));
            return 0;
        }
        Settings settings = options.settings(spec.commandLine());
        var benchmark = new Benchmark(settings, Workshop.in(WORKSHOP), Tools.ofPath());
        checkServers(benchmark);
        settings.cores().pinThisProcess();
        LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
        String name = "echo-" + format(now, "yyyyMMdd-HHmmss");
        announce(benchmark);
        Results results = benchmark.run(
                format(now, "yyyy-MM-dd HH:mm") + " UTC", about(), soFar -> write(soFar, directory(), name));
        System.out.println(MarkdownReport.summary(results));
        System.out.println("The report is in " + directory().toAbsolutePath().resolve(name) + ".{html,md,json}");
        return results.cells().stream().allMatch(cell -> cell.failures().isEmpty()) ? 0 : 1;
    }

    private void checkServers(Benchmark benchmark) {
        List<String> known = benchmark.all().stream().map(Peer::id).toList();
        for (String server : options.servers()) {
            if (!known.contains(server)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "There is no server " + server + ". There are: " + String.join(", ", known));
            }
        }
    }

    private static void announce(Benchmark benchmark) {
        for (Peer peer : benchmark.all()) {
            if (peer.missing() != null) {
                System.err.println("missing: " + peer.label() + ": " + peer.missing());
            }
        }
        Duration planned = Duration.ofMillis(benchmark.plannedMillis());
        System.err.printf(
                "%d servers, about %d min %d s%n",
                benchmark.running().size(), planned.toMinutes(), planned.toSecondsPart());
    }

    private Map<String, String> about() {
        var about = new LinkedHashMap<String, String>();
        about.put(
                "command",
                "bench/run echo "
                        + String.join(" ", spec.commandLine().getParseResult().originalArgs()));
        about.putAll(options.about());
        return about;
    }

    private Path directory() {
        return out != null ? out : options.isQuick() ? QUICK_RESULTS : RESULTS;
    }

    private static void write(Results results, Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name + ".json"), results.toJson());
        Files.writeString(directory.resolve(name + ".md"), MarkdownReport.render(results));
        Files.writeString(directory.resolve(name + ".html"), HtmlReport.render(results));
    }

    private static String format(LocalDateTime time, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(time);
    }
}
