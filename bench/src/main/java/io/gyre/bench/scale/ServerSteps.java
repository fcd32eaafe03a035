package io.gyre.bench.scale;

import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Meter;
import io.gyre.bench.load.Sample;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.JavaServer;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import io.gyre.bench.servers.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Connections, or loops: the servers of the echo benchmark. Each keeps its JVM for all numbers and rounds. */
final class ServerSteps implements Steps {
    /** The same order as in the memory part. The floor is the bare Selector. */
    static final List<JavaServer> SERVERS = List.of(
            JavaServer.GYRE_STREAMS,
            JavaServer.GYRE_CALLBACKS,
            JavaServer.FLOOR,
            JavaServer.NETTY_NIO,
            JavaServer.VIRTUAL_THREADS);

    /** One page for each connection, where each has a buffer: 64 KiB are for larger messages. */
    static final String RECEIVE_BYTES = "-Dio.gyre.bench.receiveBytes=4096";

    private static final List<Integer> LOOPS = List.of(1, 2);

    /** An even number for each loop, and enough that none runs dry. */
    private static final int CONNECTIONS_OF_LOOPS = 64;

    /** About 30 µs: most of the time is the server's then, and not the generator's. */
    private static final int STEPS_OF_WORK = 15_000;

    private final Meter meter;
    private final Load warmUp;
    private final Cores cores;
    private final Workshop workshop;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Peer, ServerProcess> alive = new LinkedHashMap<>();

    private ServerSteps(LoadGenerator generator, Load warmUp, Cores cores, Workshop workshop) {
        this.meter = new Meter(generator);
        this.warmUp = warmUp;
        this.cores = cores;
        this.workshop = workshop;
    }

    /** {@return connections, active ones and idle ones, with every server at every number} */
    static ServerSteps connections(ScaleSettings settings, LoadGenerator generator, Workshop workshop) {
        var all = new ServerSteps(generator, settings.warmUp(), settings.cores(), workshop);
        List<Peer> peers = SERVERS.stream()
                .map(server -> Peers.java(server, List.of(RECEIVE_BYTES)))
                .toList();
        for (int count : settings.connections()) {
            Load active = settings.active(count);
            Load beside = settings.active(ScaleSettings.FEW_CONNECTIONS).withIdle(count);
            peers.forEach(peer -> all.add(Question.CONNECTIONS_ACTIVE, peer.label(), peer, count, active));
            peers.forEach(peer -> all.add(Question.CONNECTIONS_IDLE, peer.label(), peer, count, beside));
        }
        return all;
    }

    /** {@return one loop and two, on all the cores that there are for server and generator together} */
    static ServerSteps loops(ScaleSettings settings, LoadGenerator sharing, Workshop workshop) {
        Load load = settings.active(CONNECTIONS_OF_LOOPS);
        Load first = Load.closed(ScaleSettings.MESSAGE_BYTES, CONNECTIONS_OF_LOOPS, 1, 0, settings.warmupMillis());
        var all = new ServerSteps(sharing, first, settings.cores().shared(), workshop);
        for (int loops : LOOPS) {
            all.add(Question.LOOPS_ECHO, "Gyre streams", onLoops(loops, 0), loops, load);
            all.add(Question.LOOPS_WORK, "Gyre streams", onLoops(loops, STEPS_OF_WORK), loops, load);
        }
        return all;
    }

    private static Peer onLoops(int loops, int work) {
        return Peers.java(
                JavaServer.GYRE_LOOPS, List.of("-Dio.gyre.bench.loops=" + loops, "-Dio.gyre.bench.work=" + work));
    }

    private void add(Question question, String variant, Peer peer, int count, Load load) {
        String label = question.title() + ", N = " + count + ": " + peer.label();
        steps.add(new Step(
                label, round -> new Point(question, variant, count, round, figures(measure(peer, load, round)))));
    }

    private static Map<String, Double> figures(Sample sample) {
        return Map.of(
                Point.CPU_MICROS, sample.cpuMicros(),
                Point.THROUGHPUT, sample.messagesPerSecond(),
                Point.SERVER_BUSY, sample.serverBusy(),
                Point.GENERATOR_BUSY, sample.generatorBusy());
    }

    /** A server is started and warmed up if need be, and rid of what an earlier use has left in its heap. */
    private Sample measure(Peer peer, Load load, int round) throws IOException, InterruptedException {
        ServerProcess known = alive.get(peer);
        ServerProcess server = known != null ? known : ServerProcess.start(peer, cores, workshop);
        alive.put(peer, server);
        try {
            if (known == null) {
                meter.warmUp(server, warmUp);
            }
            server.collect();
            return meter.measure(server, load, round);
        } catch (IOException failure) {
            alive.remove(peer);
            IOException described = server.failed(failure);
            server.close();
            throw described;
        }
    }

    @Override
    public List<Step> steps() {
        return steps;
    }

    @Override
    public void close() {
        alive.values().forEach(ServerProcess::close);
        alive.clear();
    }
}
