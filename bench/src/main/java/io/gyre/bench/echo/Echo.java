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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
            "Without options the whole matrix runs, in about 70 minutes. The report goes to bench/results, as HTML, Markdown"
                    + " and JSON."
        })
public final class Echo implements Callable<Integer> {
    private static final Path WORKSHOP = Path.of("target", "echo");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private EchoOptions options = new EchoOptions();

    @Mixin
    private ReportOptions report = new ReportOptions();

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
        return ReportOptions.commandLine(new Echo());
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path earlier = report.from();
        if (earlier != null) {
            write(Results.read(earlier), ReportOptions.nameOf(earlier));
            return 0;
        }
        Settings settings = options.settings(spec.commandLine());
        var benchmark = new Benchmark(settings, Workshop.in(WORKSHOP), Tools.ofPath());
        checkServers(benchmark);
        settings.cores().pinThisProcess();
        StartTime now = StartTime.now();
        String name = now.nameOf("echo");
        announce(benchmark);
        Results results = benchmark.run(now.text(), about(), soFar -> write(soFar, name));
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
        about.put("command", ("bench/run echo " + report.arguments()).strip());
        about.putAll(options.about());
        return about;
    }

    private Path directory() {
        return report.directory(options.isQuick());
    }

    private void write(Results results, String name) throws IOException {
        Path directory = directory();
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name + ".json"), results.toJson());
        Files.writeString(directory.resolve(name + ".md"), MarkdownReport.render(results));
        Files.writeString(directory.resolve(name + ".html"), HtmlReport.render(results));
    }
}
