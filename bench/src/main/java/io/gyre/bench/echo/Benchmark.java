package io.gyre.bench.echo;

import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.options.BenchCommand;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.options.Progress;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the whole matrix. */
final class Benchmark {
    private static final long TRACE_MILLIS = 500;
    private static final long QUICK_TRACE_MILLIS = 100;

    private final Echo options;
    private final Cores cores;
    private final Workshop workshop;
    private final Tools tools;
    private final List<Peer> all;
    private final LoadGenerator generator;
    private final Optional<Path> strace;

    /** Prepares a run: builds the generator and finds the servers. */
    Benchmark(Echo options, Cores cores, Workshop workshop, Tools tools) throws IOException, InterruptedException {
        this.options = options;
        this.cores = cores;
        this.workshop = workshop;
        this.tools = tools;
        Cores.checkPinning(tools);
        var all = new Peers(workshop, tools);
        this.generator = options.isOverTls()
                ? LoadGenerator.buildForTls(workshop, tools, cores)
                : LoadGenerator.build(workshop, tools, cores);
        var peers = new ArrayList<>(options.isOverTls() ? all.allOverTls() : all.all());
        peers.addAll(peers.size() - 1, options.own()); // one floor is the first, the other the last
        this.all = List.copyOf(peers);
        this.strace = tools.find("strace");
    }

    /** {@return the servers that run: those that were asked for, and both floors, and not those that are missing} */
    List<Peer> running() {
        return all.stream().filter(Peer::isPresent).filter(options::isWanted).toList();
    }

    List<Peer> all() {
        return all;
    }

    Results run(BenchCommand.Sink<Results> sink) throws IOException, InterruptedException {
        var versions = new HashMap<String, String>();
        var cells = new ArrayList<CellResult>();
        Map<String, String> environment = environment();
        Results results = new Results(options.started(), options.isQuick(), environment, servers(versions), List.of());
        try (var progress = new Progress("echo", measurements(running()))) {
            for (Cell cell : options.cells()) {
                cells.add(run(cell, progress).run(running(), workshop, versions));
                results = new Results(
                        options.started(), options.isQuick(), environment, servers(versions), List.copyOf(cells));
                sink.accept(results);
            }
        }
        return results;
    }

    /** {@return what one cell comes to, with these servers} */
    CellResult cell(Cell cell, List<Peer> peers) throws InterruptedException {
        try (var progress = new Progress("echo", measurements(peers))) {
            return run(cell, progress).run(peers, workshop, new HashMap<>());
        }
    }

    private long measurements(List<Peer> peers) {
        long compared = options.rate().equals(Optional.of(0L))
                ? 0
                : peers.stream().filter(Pacing::isCompared).count();
        return options.rounds()
                * options.cells().stream()
                        .mapToLong(cell -> peers.size() + (cell.exchange() == Exchange.MESSAGE ? compared : 0))
                        .sum();
    }

    private CellRun run(Cell cell, Progress progress) {
        long traceMillis = options.isQuick() ? QUICK_TRACE_MILLIS : TRACE_MILLIS;
        Optional<SyscallTrace> tracer =
                strace.map(program -> new SyscallTrace(program, generator, workshop, traceMillis));
        return new CellRun(options, cell, cores, generator, tracer, progress);
    }

    private Map<String, String> environment() {
        Load closed = options.closed(options.cells().getFirst());
        Map<String, String> environment = options.environment();
        environment.put(
                "rounds",
                options.rounds() + " of " + closed.measureMillis() + " ms, each after " + closed.warmupMillis()
                        + " ms of warm-up, on connections that stay; a new JVM is loaded for "
                        + options.firstWarmupMillis() + " ms before its first");
        environment.put("pipelining", Integer.toString(closed.pipelining()));
        environment.put(
                "pinning",
                "servers on core " + cores.server() + ", load generator on core " + cores.generator()
                        + "; all servers of a cell are alive, one is loaded");
        environment.put(
                "receive buffer",
                "64 KiB. Exceptions, which cannot be told: Vert.x adapts, up to 64 KiB; uvloop has 256,000 bytes");
        if (options.isOverTls()) {
            environment.put(
                    Results.TLS,
                    "1.3, TLS_AES_128_GCM_SHA256, keys by X25519, a certificate of the curve P-256: all the client's choice,"
                            + " and the same for all. OpenSSL under Netty and Gyre is BoringSSL, by netty-tcnative.");
        }
        environment.put("TCP_NODELAY", "on, in all servers and in the generator");
        environment.put(
                "load generator",
                String.join(" ", generator.command("N", closed)) + ", and in each round: " + closed.order());
        environment.put(
                "gcc",
                tools.find("gcc")
                        .flatMap(gcc -> Tools.output(gcc.toString(), "-dumpfullversion"))
                        .orElse("?"));
        environment.put(
                "system calls",
                strace.isPresent() ? "strace -f -c" : "not counted: there is no strace on the PATH; install strace");
        return environment;
    }

    private List<Results.Server> servers(Map<String, String> versions) {
        return all.stream()
                .filter(peer -> !peer.isPresent() || options.isWanted(peer))
                .map(peer -> new Results.Server(
                        peer.id(),
                        peer.label(),
                        versions.get(peer.id()),
                        peer.isPresent() ? String.join(" ", cores.onServer(peer.command())) : "",
                        peer.missing()))
                .toList();
    }
}
