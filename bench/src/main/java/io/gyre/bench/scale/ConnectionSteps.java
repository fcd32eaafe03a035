package io.gyre.bench.scale;

import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Meter;
import io.gyre.bench.load.Sample;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.JavaServer;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Connections, active ones and idle ones: the servers of the echo benchmark, each with every number in turn. */
final class ConnectionSteps implements Step.Source {
    /** The same order as in the memory part. The floor is the bare Selector. */
    static final List<JavaServer> SERVERS = List.of(
            JavaServer.GYRE_STREAMS,
            JavaServer.GYRE_CALLBACKS,
            JavaServer.FLOOR,
            JavaServer.NETTY_NIO,
            JavaServer.VIRTUAL_THREADS);

    /** One page for each connection, where each has a buffer: 64 KiB are for larger messages. */
    static final String RECEIVE_BYTES = "-Dio.gyre.bench.receiveBytes=4096";

    private static final long AROUND_RUN_MILLIS = 250;
    private static final double CONNECT_MILLIS = 0.1;
    private static final double WARM_UP_AND_RUN = 1.5;

    private final ScaleSettings settings;
    private final Meter meter;
    private final WarmServers servers;
    private final List<Peer> peers;

    ConnectionSteps(ScaleSettings settings, LoadGenerator generator, Workshop workshop) {
        this.settings = settings;
        this.meter = new Meter(generator);
        this.servers = new WarmServers(meter, settings.warmUp(), settings.cores(), workshop);
        this.peers = SERVERS.stream()
                .map(server -> Peers.java(server, List.of(RECEIVE_BYTES)))
                .toList();
    }

    @Override
    public List<Step> steps() {
        var steps = new ArrayList<Step>();
        for (int count : settings.connections()) {
            Load active = settings.active(count);
            Load beside = settings.active(ScaleSettings.FEW_CONNECTIONS).withIdle(count);
            peers.forEach(peer -> steps.add(step(Question.CONNECTIONS_ACTIVE, peer, count, active)));
            peers.forEach(peer -> steps.add(step(Question.CONNECTIONS_IDLE, peer, count, beside)));
        }
        return steps;
    }

    private Step step(Question question, Peer peer, int count, Load load) {
        long millis =
                AROUND_RUN_MILLIS + Math.round(count * CONNECT_MILLIS + settings.measureMillis() * WARM_UP_AND_RUN);
        String label = question.part() + " " + load.connections() + " + " + load.idle() + ": " + peer.label();
        return new Step(label, millis, round -> {
            Sample sample = servers.use(peer, server -> meter.measure(server, load, round));
            return new Point(question, peer.label(), count, round, figures(sample));
        });
    }

    static Map<String, Double> figures(Sample sample) {
        return Map.of(
                Figure.CPU_MICROS, sample.cpuMicros(),
                Figure.THROUGHPUT, sample.messagesPerSecond(),
                Figure.SERVER_BUSY, sample.serverBusy(),
                Figure.GENERATOR_BUSY, sample.generatorBusy());
    }

    @Override
    public void close() {
        servers.close();
    }
}
