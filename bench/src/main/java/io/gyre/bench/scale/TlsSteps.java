package io.gyre.bench.scale;

import io.gyre.bench.load.Connections;
import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Meter;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.JavaServer;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import io.gyre.bench.servers.SelfSigned;
import io.gyre.bench.servers.ServerProcess;
import io.gyre.bench.servers.ServerProcess.Lateness;
import io.gyre.bench.servers.Ticks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an idle connection over TLS takes, and how late a task is beside handshakes on its loop. */
record TlsSteps(ScaleSettings settings, LoadGenerator generator, Workshop workshop, SelfSigned certificate)
        implements Steps {
    private static final List<JavaServer> SERVERS = List.of(
            JavaServer.GYRE_STREAMS,
            JavaServer.GYRE_OPENSSL,
            JavaServer.FLOOR,
            JavaServer.NETTY_NIO,
            JavaServer.NETTY_OPENSSL,
            JavaServer.VIRTUAL_THREADS);

    /** None shows what the machine does by itself. */
    private static final List<Integer> HANDSHAKES = List.of(0, 200);

    /** A thousand ticks a second have few in a figure's time. */
    private static final int TIMES_AS_LONG = 10;

    @Override
    public List<Step> steps() {
        var steps = new ArrayList<Step>();
        var memory = new MemorySteps(settings, generator, workshop);
        SERVERS.stream()
                .map(server -> MemorySteps.peer(server, certificate.jvmOption()))
                .filter(Peer::isPresent)
                .forEach(peer -> steps.add(memory.connection(Question.MEMORY_TLS, peer, settings.heldOverTls())));
        for (int handshakes : HANDSHAKES) {
            steps.add(ticks(JavaServer.GYRE_STREAMS, "one core", settings.cores(), handshakes));
            steps.add(ticks(
                    JavaServer.GYRE_STREAMS,
                    "the generator's core, too",
                    settings.cores().shared(),
                    handshakes));
            steps.add(ticks(JavaServer.GYRE_NETTY, "one core", settings.cores(), handshakes));
        }
        return steps;
    }

    private Step ticks(JavaServer ticking, String where, Cores cores, int handshakes) {
        String variant = ticking.label() + ", " + where;
        Peer peer = Peers.java(ticking, List.of(certificate.jvmOption(), Ticks.JVM_OPTION));
        Load load = Load.closed(ScaleSettings.MESSAGE_BYTES, handshakes, 1, 0, TIMES_AS_LONG * settings.measureMillis())
                .withIdle(1)
                .repeating(Exchange.FULL_HANDSHAKE);
        return new Step("ticks beside " + handshakes + " handshakes: " + variant, round -> {
            try (ServerProcess server = ServerProcess.start(peer, cores, workshop)) {
                return new Point(Question.TICKS, variant, handshakes, round, measure(server, load));
            }
        });
    }

    private Map<String, Double> measure(ServerProcess server, Load load) throws IOException, InterruptedException {
        try {
            new Meter(generator)
                    .warmUp(
                            server,
                            settings.warmUp().repeating(Exchange.FULL_HANDSHAKE).lasting(0, load.measureMillis()));
            try (Connections connections = generator.connect(server.port(), load)) {
                connections.start(load);
                connections.awaitBegin();
                server.lateness();
                connections.awaitEnd();
                Lateness lateness = server.lateness();
                double perSecond = connections.outcome().messagesPerSecond();
                connections.disconnect();
                return Map.of(
                        Point.LATE, lateness.p999Millis(),
                        Point.LATEST, lateness.worstMillis(),
                        Point.THROUGHPUT, perSecond);
            }
        } catch (IOException failure) {
            throw server.failed(failure);
        }
    }
}
