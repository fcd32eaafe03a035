package io.gyre.bench.echo;

import io.gyre.bench.load.Connections;
import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Outcome;
import io.gyre.bench.load.Sample;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.options.Progress;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.HdrHistogram.Histogram;

/** Measures all servers in one cell. They live for as long as that, and all but one are idle at any time. */
final class CellRun {
    /*
     * Design.
     *
     * Each round measures every server once, and the next one goes through them the other way round, so that what drifts
     * on the machine meets all of them, and none always follows the same other. All are connected from the first round to
     * the last, so that a round can be short, and rounds many. A server that fails is reported and left out for the rest of
     * the cell; the others go on.
     */
    private final Echo options;
    private final Cell cell;
    private final Cores cores;
    private final LoadGenerator generator;
    private final Optional<SyscallTrace> tracer;
    private final Progress progress;

    private final Map<Peer, ServerProcess> alive = new LinkedHashMap<>();
    private final Map<ServerProcess, Connections> connected = new HashMap<>();
    private final Map<String, Histogram> pacedLatencies = new LinkedHashMap<>();
    private final Map<String, Map<String, Double>> syscalls = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    CellRun(
            Echo options,
            Cell cell,
            Cores cores,
            LoadGenerator generator,
            Optional<SyscallTrace> tracer,
            Progress progress) {
        this.options = options;
        this.cell = cell;
        this.cores = cores;
        this.generator = generator;
        this.tracer = tracer;
        this.progress = progress;
    }

    /**
     * Runs the cell.
     *
     * @param versions is told the version of each server
     */
    CellResult run(List<Peer> peers, Workshop workshop, Map<String, String> versions) throws InterruptedException {
        try {
            for (Peer peer : peers) {
                start(peer, workshop, versions);
            }
            forEachAlive("warms up", server -> generator.warmUp(server, options.first(cell, server.peer())));
            forEachAlive(
                    "connects",
                    server -> connected.put(server, generator.connect(server.port(), options.closed(cell))));
            List<Sample> closed = measure(options.closed(cell), peers, (server, latencies) -> {});
            trace();
            long rate = rate(closed);
            List<Sample> paced = rate == 0
                    ? List.of()
                    : measure(
                            options.closed(cell).atRate(rate),
                            peers.stream().filter(Pacing::isCompared).toList(),
                            (server, latencies) -> pacedLatencies.merge(server, latencies, CellRun::sum));
            forEachAlive("disconnects", server -> connections(server).disconnect());
            return new CellResult(
                    cell.exchange(), cell.size(), cell.connections(), closed, rate, paced, tails(), syscalls, failures);
        } finally {
            List.copyOf(alive.values()).forEach(this::close);
        }
    }

    /** {@return that of the open loop; 0 for none} Handshakes have none. */
    private long rate(List<Sample> closed) {
        if (cell.exchange() != Exchange.MESSAGE) {
            return 0;
        }
        return options.rate().orElseGet(() -> Pacing.half(closed, options.own()));
    }

    private void close(ServerProcess server) {
        alive.remove(server.peer());
        Connections connections = connected.remove(server);
        if (connections != null) {
            connections.close();
        }
        server.close();
    }

    private Connections connections(ServerProcess server) {
        return Objects.requireNonNull(connected.get(server));
    }

    private void start(Peer peer, Workshop workshop, Map<String, String> versions) throws InterruptedException {
        progress.is(cell.label() + ": starts " + peer.label());
        try {
            ServerProcess server = ServerProcess.start(peer, cores, workshop);
            alive.put(peer, server);
            versions.put(peer.id(), server.version());
        } catch (IOException failure) {
            failures.add(failure.getMessage());
        }
    }

    private Map<String, Double> tails() {
        var tails = new LinkedHashMap<String, Double>();
        pacedLatencies.forEach((server, latencies) -> tails.put(server, Outcome.p999Micros(latencies)));
        return tails;
    }

    private static Histogram sum(Histogram all, Histogram more) {
        all.add(more);
        return all;
    }

    private List<Sample> measure(Load load, List<Peer> peers, BiConsumer<String, Histogram> latencies)
            throws InterruptedException {
        var samples = new ArrayList<Sample>();
        for (int round = 1; round <= options.rounds(); round++) {
            int thisRound = round;
            forEachOf(peers, round, "round " + round, server -> {
                String id = server.peer().id();
                samples.add(connections(server).measure(server, load, thisRound, ofRun -> latencies.accept(id, ofRun)));
                progress.advance();
            });
        }
        return samples;
    }

    private void trace() throws InterruptedException {
        if (tracer.isPresent()) {
            SyscallTrace strace = tracer.get();
            forEachAlive("system calls", server -> {
                syscalls.put(server.peer().id(), strace.trace(server, options.closed(cell)));
            });
        }
    }

    /** What is done with a server, and may fail. */
    private interface Step {
        void with(ServerProcess server) throws IOException, InterruptedException;
    }

    private void forEachAlive(String what, Step step) throws InterruptedException {
        forEachOf(List.copyOf(alive.keySet()), 1, what, step);
    }

    private void forEachOf(List<Peer> peers, int round, String what, Step step) throws InterruptedException {
        for (ServerProcess server : order(peers, round)) {
            progress.is(cell.label() + ": " + server.peer().label() + ", " + what);
            try {
                server.whileMeasured(() -> {
                    step.with(server);
                    return server;
                });
            } catch (IOException failure) {
                failures.add(failure.getMessage());
                close(server);
            }
        }
    }

    /** Forwards in odd rounds, backwards in even ones. */
    private List<ServerProcess> order(List<Peer> peers, int round) {
        List<ServerProcess> order =
                peers.stream().map(alive::get).filter(Objects::nonNull).toList();
        return round % 2 == 1 ? order : order.reversed();
    }
}
