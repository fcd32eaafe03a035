package io.gyre.bench.scale;

import io.gyre.bench.echo.ReportOptions;
import io.gyre.bench.echo.StartTime;
import io.gyre.bench.echo.process.Tools;
import io.gyre.bench.echo.process.Workshop;
import io.gyre.bench.scale.report.ScaleReport;
import io.gyre.bench.scale.report.ScaleResults;
import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line. Runs in the directory of this module. */
@Command(
        name = "bench/run scale",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures how cost grows: with tasks and timers from a thousand to a million, connections from 10 to 10,000, and"
                    + " loops from one to two; and what memory each takes.",
            "Takes about 40 minutes, and a machine with two cores and 8 GiB of memory to itself. The report goes to"
                    + " bench/results, as Markdown and JSON."
        })
public final class Scale implements Callable<Integer> {
    private static final Path WORKSHOP = Path.of("target", "scale");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ScaleOptions options = new ScaleOptions();

    @Mixin
    private ReportOptions report = new ReportOptions();

    private Scale() {}

    /**
     * Runs what the arguments ask for, and exits.
     *
     * @param arguments see {@code --help}
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return ReportOptions.commandLine(new Scale()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path earlier = report.from();
        if (earlier != null) {
            write(ScaleResults.read(earlier), ReportOptions.nameOf(earlier));
            return 0;
        }
        ScaleSettings settings = options.settings(spec.commandLine());
        FileLimit.require(settings.mostConnections(), FileLimit.hard());
        Tools tools = Tools.ofPath();
        if (tools.find("taskset").isEmpty()) {
            throw new IOException("There is no taskset on the PATH, to pin processes to a core. Install util-linux.");
        }
        settings.cores().pinThisProcess();
        StartTime now = StartTime.now();
        String name = now.nameOf("scale");
        ScaleResults results = new ScaleRun(settings, Workshop.in(WORKSHOP), tools)
                .run(now.text(), options.isQuick(), about(settings), soFar -> write(soFar, name));
        System.out.println(ScaleReport.summary(results));
        System.out.println("The report is in " + directory().toAbsolutePath().resolve(name) + ".{md,json}");
        return results.failures().isEmpty() ? 0 : 1;
    }

    private Map<String, String> about(ScaleSettings settings) throws IOException {
        var about = new LinkedHashMap<String, String>();
        about.put("command", ("bench/run scale " + report.arguments()).strip());
        about.putAll(options.about(settings));
        about.put("open files", "at most " + FileLimit.hard() + " in a process");
        Version netty = Version.identify().get("netty-transport");
        about.put("Netty", netty == null ? "?" : netty.artifactVersion());
        return about;
    }

    private Path directory() {
        return report.directory(options.isQuick());
    }

    private void write(ScaleResults results, String name) throws IOException {
        Files.createDirectories(directory());
        Files.writeString(directory().resolve(name + ".json"), results.toJson());
        Files.writeString(directory().resolve(name + ".md"), ScaleReport.render(results));
    }
}
