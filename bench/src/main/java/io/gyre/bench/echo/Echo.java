package io.gyre.bench.echo;

import io.gyre.bench.options.CoreOptions;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.options.RunOptions;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.report.ResultFiles;
import io.gyre.bench.servers.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of the echo benchmark. Runs in the directory of this module. */
@Command(
        name = "bench/run echo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures echo servers against each other: Gyre, a bare Selector as the floor, the peers that this machine has the"
                    + " tools for, and servers of your own.",
            "Without options the whole matrix runs: 40 rounds of 0.2 s, in about 70 minutes. The report goes to bench/results,"
                    + " as HTML and Markdown, with every figure in a compressed JSON."
        })
public final class Echo implements Callable<Integer> {
    private static final Path WORKSHOP = Path.of("target", "echo");
    private static final List<Integer> QUICK_SIZES = List.of(1024, 100 * 1024);
    private static final List<Integer> QUICK_CONNECTIONS = List.of(50);

    /** Makes the noise a few percent in a quiet hour, in which the whole matrix is through. */
    private static final int ROUNDS = 40;

    private static final List<Integer> TLS_SIZES = List.of(64, 16 * 1024);
    private static final List<Integer> TLS_CONNECTIONS = List.of(50);

    /** Of the one message that a connection of a handshake has. */
    private static final int HANDSHAKE_BYTES = 64;

    /** Many short runs rather than a few long ones: what disturbs a shared machine lasts for seconds. */
    private static final double SECONDS = 0.2;

    /** About one pass of the faster servers over 1,000 connections with the largest messages. */
    private static final double WARM_UP_SECONDS = 0.05;

    private static final double FIRST_WARM_UP_SECONDS = 4;
    private static final double QUICK_FIRST_WARM_UP_SECONDS = 0.5;
    private static final long TRACE_MILLIS = 500;
    private static final long QUICK_TRACE_MILLIS = 100;

    @Mixin
    private RunOptions run = new RunOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Mixin
    private CoreOptions cores = new CoreOptions();

    @Option(
            names = "--tls",
            description =
                    "Over TLS 1.3: the servers that speak it, and besides messages (default: 64,16K on 50 connections) also"
                            + " handshakes, full and resumed.")
    private boolean overTls;

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "ID",
            description = "Which servers; both floors and your own always run. Default: all that are there.")
    private List<String> servers = new ArrayList<>();

    @Option(
            names = "--server",
            paramLabel = "'NAME=COMMAND {port}'",
            description =
                    "A server of your own: a command that serves on the port put in place of {port}. May be repeated. With"
                            + " --tls it must speak TLS 1.3, with a certificate of the curve P-256.")
    private List<String> own = new ArrayList<>();

    @Option(
            names = "--first-warmup",
            paramLabel = "S",
            description = "How long a new server is loaded before its first measurement. Default: 4; not of a JVM: 0.5")
    private @Nullable Double firstWarmup;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description =
                    "Messages per second in the open loop, over all connections; 0 leaves that part out. Default: half of"
                            + " what the slowest of the servers compared there can do in the closed loop.")
    private @Nullable Long rate;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (run.rewrite(Results.class, EchoReport::of)) {
            return 0;
        }
        Settings settings = settings();
        var benchmark = new Benchmark(settings, Workshop.in(WORKSHOP), Tools.ofPath());
        checkServers(benchmark.all());
        settings.cores().pinThisProcess();
        ResultFiles files = run.files(overTls ? "echo-tls" : "echo");
        announce(benchmark);
        Results results = benchmark.run(
                run.started(), run.isQuick(), run.line(), soFar -> files.write(soFar, EchoReport.of(soFar)));
        System.out.println(EchoReport.of(results).summaryText());
        System.out.println("The report is in " + files);
        return results.cells().stream().allMatch(cell -> cell.failures().isEmpty()) ? 0 : 1;
    }

    /** {@return what is asked for} */
    Settings settings() {
        boolean quick = run.isQuick();
        return new Settings(
                overTls,
                cells(quick),
                servers,
                ownServers(),
                run.rounds(ROUNDS),
                load.measureMillis(SECONDS),
                load.warmupMillis(WARM_UP_SECONDS),
                LoadOptions.millis(firstWarmup, quick ? QUICK_FIRST_WARM_UP_SECONDS : FIRST_WARM_UP_SECONDS),
                load.pipelining(),
                rate == null ? Settings.HALF : rate,
                quick ? QUICK_TRACE_MILLIS : TRACE_MILLIS,
                cores.cores());
    }

    private List<Cell> cells(boolean quick) {
        if (!overTls) {
            return load.cells(
                    quick ? QUICK_SIZES : LoadOptions.SIZES, quick ? QUICK_CONNECTIONS : LoadOptions.CONNECTIONS);
        }
        var cells = new ArrayList<>(load.cells(TLS_SIZES, TLS_CONNECTIONS));
        List<Integer> connections =
                cells.stream().map(Cell::connections).distinct().toList();
        for (Exchange handshake : List.of(Exchange.FULL_HANDSHAKE, Exchange.RESUMED_HANDSHAKE)) {
            connections.forEach(count -> cells.add(new Cell(handshake, HANDSHAKE_BYTES, count)));
        }
        return List.copyOf(cells);
    }

    private List<Peer> ownServers() {
        var peers = new ArrayList<Peer>();
        for (String text : own) {
            try {
                peers.add(Peer.own(text));
            } catch (IllegalArgumentException wrong) {
                run.require(false, "--server: " + wrong.getMessage());
            }
        }
        return peers;
    }

    private void checkServers(List<Peer> all) {
        List<String> ids = all.stream().map(Peer::id).toList();
        for (String server : servers) {
            run.require(
                    ids.contains(server), "There is no server " + server + ". There are: " + String.join(", ", ids));
        }
        Set<String> seen = new HashSet<>();
        ids.forEach(
                id -> run.require(seen.add(id), "--server: there are two servers " + id + "; choose another name."));
    }

    private static void announce(Benchmark benchmark) {
        for (Peer peer : benchmark.all()) {
            if (peer.missing() != null) {
                System.err.println("missing: " + peer.label() + ": " + peer.missing());
            }
        }
        System.err.printf("%d servers%n", benchmark.running().size());
    }
}
