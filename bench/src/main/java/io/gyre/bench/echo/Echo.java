package io.gyre.bench.echo;

import io.gyre.bench.load.Load;
import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.options.CoreOptions;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.Peer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line of the echo benchmark: which servers are measured, with which loads, and how often. */
@Command(
        name = "bench/run echo",
        description = {
            "Measures echo servers against each other: Gyre, a bare Selector as the floor, the peers that this machine has the"
                    + " tools for, and servers of your own.",
            "Without options the whole matrix runs: 40 rounds of 0.2 s, in about 70 minutes. The report goes to bench/results,"
                    + " as HTML and Markdown, with every figure in a compressed JSON."
        })
public final class Echo extends BenchCommand<Results> {
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

    /** What is not compiled while it runs needs only its connections and caches. */
    private static final long FOREIGN_WARM_UP_MILLIS = 500;

    private static final int WARM_UP_CONNECTIONS = 50;

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
            converter = PeerConverter.class,
            description =
                    "A server of your own: a command that serves on the port put in place of {port}. May be repeated. With"
                            + " --tls it must speak TLS 1.3, with a certificate of the curve P-256.")
    private List<Peer> own = new ArrayList<>();

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

    public Echo() {
        super(Results.class);
    }

    @Override
    protected String benchmark() {
        return overTls ? "echo-tls" : "echo";
    }

    @Override
    protected Results measure(Sink<Results> sink) throws IOException, InterruptedException {
        Cores pinned = cores();
        var benchmark = new Benchmark(this, pinned, Workshop.in(WORKSHOP), Tools.ofPath());
        checkServers(benchmark.all());
        pinned.pinThisProcess();
        announce(benchmark);
        return benchmark.run(sink);
    }

    private void checkServers(List<Peer> all) {
        List<String> ids = all.stream().map(Peer::id).toList();
        for (String server : servers) {
            require(ids.contains(server), "There is no server " + server + ". There are: " + String.join(", ", ids));
        }
        Set<String> seen = new HashSet<>();
        ids.forEach(id -> require(seen.add(id), "--server: there are two servers " + id + "; choose another name."));
    }

    private static void announce(Benchmark benchmark) {
        for (Peer peer : benchmark.all()) {
            if (peer.missing() != null) {
                System.err.println("missing: " + peer.label() + ": " + peer.missing());
            }
        }
        System.err.printf("%d servers%n", benchmark.running().size());
    }

    /** {@return sizes and connections, in the order in which they are measured} */
    List<Cell> cells() {
        if (!overTls) {
            return isQuick()
                    ? load.cells(QUICK_SIZES, QUICK_CONNECTIONS)
                    : load.cells(LoadOptions.SIZES, LoadOptions.CONNECTIONS);
        }
        var cells = new ArrayList<>(load.cells(TLS_SIZES, TLS_CONNECTIONS));
        List<Integer> connections =
                cells.stream().map(Cell::connections).distinct().toList();
        for (Exchange handshake : List.of(Exchange.FULL_HANDSHAKE, Exchange.RESUMED_HANDSHAKE)) {
            connections.forEach(count -> cells.add(new Cell(handshake, HANDSHAKE_BYTES, count)));
        }
        return List.copyOf(cells);
    }

    int rounds() {
        return rounds(ROUNDS);
    }

    boolean isOverTls() {
        return overTls;
    }

    boolean isWanted(Peer peer) {
        return servers.isEmpty()
                || servers.contains(peer.id())
                || peer.isOwn()
                || peer.id().startsWith("floor");
    }

    List<Peer> own() {
        return own;
    }

    /** {@return messages a second in the open loop, 0 for none; empty for half of what the slowest can do} */
    Optional<Long> rate() {
        return Optional.ofNullable(rate);
    }

    Cores cores() {
        return cores.cores();
    }

    Load closed(Cell cell) {
        return closed(cell, cell.connections())
                .lasting(load.warmupMillis(WARM_UP_SECONDS), load.measureMillis(SECONDS));
    }

    /** On many connections at once, whatever the cell: with one, a JVM has not compiled what it runs when it is measured. */
    Load first(Cell cell, Peer peer) {
        long millis = firstWarmupMillis();
        return closed(cell, Math.max(cell.connections(), WARM_UP_CONNECTIONS))
                .lasting(0, peer.isJava() || peer.isOwn() ? millis : Math.min(millis, FOREIGN_WARM_UP_MILLIS));
    }

    /** {@return how long a new JVM is loaded, for its compilers} */
    long firstWarmupMillis() {
        return LoadOptions.millis(firstWarmup, isQuick() ? QUICK_FIRST_WARM_UP_SECONDS : FIRST_WARM_UP_SECONDS);
    }

    private Load closed(Cell cell, int connections) {
        return Load.closed(cell.size(), connections, load.pipelining(), 0, 0).repeating(cell.exchange());
    }

    static final class PeerConverter implements ITypeConverter<Peer> {
        @Override
        public Peer convert(String text) {
            try {
                return Peer.own(text);
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }
}
