package io.gyre.bench.load;

import io.gyre.bench.load.LoadResults.Run;
import io.gyre.bench.load.Sample.Spent;
import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.options.LoadOptions;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.process.Child;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The load generator by itself, against a server of the user. */
@Command(
        name = "bench/run load",
        description = {
            "Loads a server of your own that echoes what it gets, checks every byte, and measures throughput and latency.",
            "Without options 3 rounds of 2 s, each after 1 s of warm-up, in about two minutes. The report goes to bench/results,"
                    + " as HTML and Markdown, with every figure in a compressed JSON."
        })
public final class LoadCommand extends BenchCommand<LoadResults> {
    private static final Path WORKSHOP = Path.of("target", "load");
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[([^\\]]+)\\]|([^:]+)):([0-9]{1,5})");
    private static final int GREATEST_PORT = 65_535;
    private static final List<Integer> QUICK_SIZES = List.of(1024);
    private static final List<Integer> QUICK_CONNECTIONS = List.of(10);
    private static final int ROUNDS = 3;
    private static final double SECONDS = 2;
    private static final double WARM_UP_SECONDS = 1;
    private static final double QUICK_SECONDS = 0.2;

    /** The runner waits no longer than 30 s for a sign of the generator, which is to say itself what is wrong. */
    private static final double MOST_PATIENCE_SECONDS = 20;

    @Option(names = "--address", paramLabel = "HOST:PORT", description = "Where the server listens.")
    private @Nullable String address;

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
            defaultValue = "10",
            description = "How long to wait for anything that the server owes, up to 20. Default: 10")
    private double patience;

    @Option(
            names = "--generator-core",
            paramLabel = "N",
            description = "The core that the generator runs on. Default: any")
    private @Nullable Integer generatorCore;

    /** Where taskset and the compiler are looked for. */
    Tools tools = Tools.ofPath();

    public LoadCommand() {
        super(LoadResults.class);
    }

    /** {@return what was measured until the end, or until the server failed} */
    @Override
    protected LoadResults measure(Sink<LoadResults> sink) throws IOException, InterruptedException {
        Matcher server = ADDRESS.matcher(address == null ? "" : address);
        require(
                server.matches() && port(server) > 0 && port(server) <= GREATEST_PORT,
                "--address must be host:port, such as 127.0.0.1:7007 or [::1]:7007");
        require(patience >= 0.001 && patience <= MOST_PATIENCE_SECONDS, "--patience must be from 0.001 to 20");
        require(rate >= 0, "--rate must not be negative");
        require(generatorCore == null || generatorCore >= 0, "--generator-core must not be negative");
        Cores cores = generatorCore == null ? Cores.any() : new Cores("", generatorCore.toString());
        if (generatorCore != null) {
            Cores.checkPinning(tools);
        }
        LoadGenerator generator = LoadGenerator.build(Workshop.in(WORKSHOP), tools, cores)
                .withPatience(Duration.ofMillis(LoadOptions.millis(patience, 0)));
        Map<String, String> environment = environment();
        environment.put("pipelining", Integer.toString(load.pipelining()));
        var results = new LoadResults(
                started(), isQuick(), String.valueOf(address), rate, environment, new ArrayList<>(), new ArrayList<>());
        for (Cell cell : cells()) {
            System.err.println(cell.label());
            try {
                measure(generator, server, cell, results.runs());
            } catch (Child.Failure failure) {
                results.failures().add(address + ": " + cell.label() + ": " + sentence(failure));
                break; // what is wrong with a server is wrong with all that follows
            }
        }
        if (!results.runs().isEmpty()) {
            sink.accept(results);
        }
        return results;
    }

    private static String host(Matcher server) {
        return server.group(1) != null ? server.group(1) : server.group(2);
    }

    private static int port(Matcher server) {
        return Integer.parseInt(server.group(3));
    }

    private List<Cell> cells() {
        return isQuick()
                ? load.cells(QUICK_SIZES, QUICK_CONNECTIONS)
                : load.cells(LoadOptions.SIZES, LoadOptions.CONNECTIONS);
    }

    private void measure(LoadGenerator generator, Matcher server, Cell cell, List<Run> runs)
            throws IOException, InterruptedException {
        Load wanted = Load.closed(
                        cell.size(),
                        cell.connections(),
                        load.pipelining(),
                        load.warmupMillis(isQuick() ? QUICK_SECONDS : WARM_UP_SECONDS),
                        load.measureMillis(isQuick() ? QUICK_SECONDS : SECONDS))
                .atRate(rate);
        try (Connections connections = generator.connect(host(server), port(server), wanted)) {
            for (int round = 1; round <= rounds(ROUNDS); round++) {
                Outcome outcome = connections.run();
                runs.add(new Run(cell, Sample.of("load", round, outcome, Spent.UNKNOWN)));
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
}
