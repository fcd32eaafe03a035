package io.gyre.bench.load;

import io.gyre.bench.load.LoadResults.Run;
import io.gyre.bench.options.LoadOptions;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.options.RunOptions;
import io.gyre.bench.process.Child;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.report.ResultFiles;
import io.gyre.bench.results.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The load generator by itself, against a server of the user. Runs in the directory of this module. */
@Command(
        name = "bench/run load",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Loads a server of your own that echoes what it gets, checks every byte, and measures throughput and latency.",
            "Without options 3 rounds of 2 s, each after 1 s of warm-up, in about two minutes. The report goes to bench/results,"
                    + " as HTML and Markdown, with every figure in a compressed JSON."
        })
public final class LoadCommand implements Callable<Integer> {
    private static final Path WORKSHOP = Path.of("target", "load");
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([^\\]]+)\\]|([^:]+)):([0-9]{1,5})");
    private static final int GREATEST_PORT = 65_535;
    private static final List<Integer> QUICK_SIZES = List.of(1024);
    private static final List<Integer> QUICK_CONNECTIONS = List.of(10);
    private static final int ROUNDS = 3;
    private static final double SECONDS = 2;
    private static final double WARM_UP_SECONDS = 1;
    private static final double QUICK_SECONDS = 0.2;
    private static final double PATIENCE_SECONDS = 10;

    /** The runner waits no longer than 30 s for a sign of the generator, which is to say itself what is wrong. */
    private static final double MOST_PATIENCE_SECONDS = 20;

    @Option(names = "--address", paramLabel = "HOST:PORT", description = "Where the server listens.")
    private @Nullable String address;

    @Mixin
    private RunOptions run = new RunOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Messages per second over all connections, at fixed times. Default: as many as the server can do.")
    private long rate;

    @Option(
            names = "--patience",
            paramLabel = "S",
            description = "How long to wait for anything that the server owes, up to 20. Default: 10")
    private @Nullable Double patience;

    @Option(
            names = "--generator-core",
            paramLabel = "N",
            description = "The core that the generator runs on. Default: any")
    private @Nullable Integer generatorCore;

    /** Where taskset and the compiler are looked for. */
    Tools tools = Tools.ofPath();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (run.rewrite(LoadResults.class, LoadResults::report)) {
            return 0;
        }
        ResultFiles files = run.files("load");
        LoadResults results = measure();
        results.failures().forEach(System.err::println);
        if (results.runs().isEmpty()) {
            return 1;
        }
        files.write(results, results.report());
        System.out.println(results.report().text());
        System.out.println("The report is in " + files);
        return results.failures().isEmpty() ? 0 : 1;
    }

    private static String host(Matcher server) {
        return server.group(1) != null ? server.group(1) : server.group(2);
    }

    private static int port(Matcher server) {
        return Integer.parseInt(server.group(3));
    }

    /** {@return what was measured until the end, or until the server failed} */
    LoadResults measure() throws IOException, InterruptedException {
        Matcher server = ADDRESS.matcher(address == null ? "" : address);
        run.require(
                server.matches() && port(server) > 0 && port(server) <= GREATEST_PORT,
                "--address must be host:port, such as 127.0.0.1:7007 or [::1]:7007");
        run.require(
                patience == null || (patience >= 0.001 && patience <= MOST_PATIENCE_SECONDS),
                "--patience must be from 0.001 to 20");
        run.require(rate >= 0, "--rate must not be negative");
        run.require(generatorCore == null || generatorCore >= 0, "--generator-core must not be negative");
        List<Cell> cells = load.cells(
                run.isQuick() ? QUICK_SIZES : LoadOptions.SIZES,
                run.isQuick() ? QUICK_CONNECTIONS : LoadOptions.CONNECTIONS);
        double seconds = run.isQuick() ? QUICK_SECONDS : SECONDS;
        double warmUp = run.isQuick() ? QUICK_SECONDS : WARM_UP_SECONDS;
        Cores cores = generatorCore == null ? Cores.any() : new Cores("", generatorCore.toString());
        if (generatorCore != null) {
            Cores.checkPinning(tools);
        }
        LoadGenerator generator = LoadGenerator.build(Workshop.in(WORKSHOP), tools, cores)
                .withPatience(Duration.ofMillis(LoadOptions.millis(patience, PATIENCE_SECONDS)));
        var runs = new ArrayList<Run>();
        var failures = new ArrayList<String>();
        for (Cell cell : cells) {
            Load closed = Load.closed(
                    cell.size(),
                    cell.connections(),
                    load.pipelining(),
                    load.warmupMillis(warmUp),
                    load.measureMillis(seconds));
            System.err.println(cell.label());
            try {
                measure(generator, server, cell, rate == 0 ? closed : closed.atRate(rate), runs);
            } catch (Child.Failure failure) {
                failures.add(address + ": " + cell.label() + ": " + sentence(failure));
                break; // what is wrong with a server is wrong with all that follows
            }
        }
        return new LoadResults(
                run.started(), run.isQuick(), String.valueOf(address), rate, environment(), runs, failures);
    }

    private void measure(LoadGenerator generator, Matcher server, Cell cell, Load wanted, List<Run> runs)
            throws IOException, InterruptedException {
        try (Connections connections = generator.connect(host(server), port(server), wanted)) {
            for (int round = 1; round <= run.rounds(ROUNDS); round++) {
                runs.add(Run.of(cell, round, connections.run()));
            }
            connections.disconnect();
        }
    }

    /** What the generator itself said last, without the name of the process. */
    private static String sentence(Child.Failure failure) {
        String message = String.valueOf(failure.getMessage());
        int generator = message.lastIndexOf("load: ");
        return generator < 0 ? message : message.substring(generator + "load: ".length());
    }

    private Map<String, String> environment() {
        var environment = new LinkedHashMap<>(Machine.describe());
        environment.put("command", run.line());
        environment.put("pipelining", Integer.toString(load.pipelining()));
        return environment;
    }
}
