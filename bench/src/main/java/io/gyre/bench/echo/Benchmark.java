package io.gyre.bench.echo;

import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Meter;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.options.Progress;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Tools;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.results.Machine;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the whole matrix. */
final class Benchmark {
    private final Settings settings;
    private final Workshop workshop;
    private final Tools tools;
    private final List<Peer> all;
    private final LoadGenerator generator;
    private final Optional<Path> strace;

    /** Prepares a run: builds the generator and finds the servers. */
    Benchmark(Settings settings, Workshop workshop, Tools tools) throws IOException, InterruptedException {
        this.settings = settings;
        this.workshop = workshop;
        this.tools = tools;
        Cores.checkPinning(tools);
        var all = new Peers(workshop, tools);
        this.generator = settings.isOverTls()
                ? LoadGenerator.buildForTls(workshop, tools, settings.cores())
                : LoadGenerator.build(workshop, tools, settings.cores());
        var peers = new ArrayList<>(settings.isOverTls() ? all.allOverTls() : all.all());
        peers.addAll(peers.size() - 1, settings.own()); // one floor is the first, the other the last
        this.all = List.copyOf(peers);
        this.strace = tools.find("strace");
    }

    /** {@return the servers that run: those that were asked for, and both floors, and not those that are missing} */
    List<Peer> running() {
        return all.stream().filter(Peer::isPresent).filter(this::isWanted).toList();
    }

    private boolean isWanted(Peer peer) {
        return settings.servers().isEmpty()
                || settings.servers().contains(peer.id())
                || peer.isOwn()
                || peer.id().startsWith("floor");
    }

    /** {@return all servers that there could be, by id} */
    List<Peer> all() {
        return all;
    }

    /** Takes what there is so far, after each cell. */
    interface Sink {
        void accept(Results results) throws IOException;
    }

    /** {@return what was measured} */
    Results run(String started, boolean isQuick, String command, Sink sink) throws IOException, InterruptedException {
        var versions = new HashMap<String, String>();
        var cells = new ArrayList<CellResult>();
        Map<String, String> environment = environment(command);
        Results results = new Results(started, isQuick, environment, servers(versions), List.of());
        try (var progress = new Progress("echo", measurements(running()))) {
            for (Cell cell : settings.cells()) {
                cells.add(run(cell, progress).run(running(), workshop, versions));
                results = new Results(started, isQuick, environment, servers(versions), List.copyOf(cells));
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
        long compared = settings.rate() == 0
                ? 0
                : peers.stream().filter(Pacing::isCompared).count();
        return settings.rounds()
                * settings.cells().stream()
                        .mapToLong(cell -> peers.size() + (cell.exchange() == Exchange.MESSAGE ? compared : 0))
                        .sum();
    }

    private CellRun run(Cell cell, Progress progress) {
        Optional<SyscallTrace> tracer =
                strace.map(program -> new SyscallTrace(program, generator, workshop, settings.traceMillis()));
        return new CellRun(settings, cell, new Meter(generator), tracer, progress);
    }

    private Map<String, String> environment(String command) {
        var environment = new LinkedHashMap<>(Machine.describe());
        environment.put("command", command);
        environment.putAll(settings.about());
        Cell cell = settings.cells().getFirst();
        environment.put(
                "load generator",
                String.join(" ", generator.command("N", settings.closed(cell))) + ", and in each round: "
                        + settings.closed(cell).order());
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
                .filter(peer -> !peer.isPresent() || isWanted(peer))
                .map(peer -> new Results.Server(
                        peer.id(),
                        peer.label(),
                        versions.get(peer.id()),
                        peer.isPresent() ? String.join(" ", settings.cores().onServer(peer.command())) : "",
                        peer.missing()))
                .toList();
    }
}
