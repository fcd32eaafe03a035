package io.gyre.bench.scale;

import io.gyre.bench.load.Connections;
import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Sample;
import io.gyre.bench.options.Exchange;
import io.gyre.bench.process.Cores;
import io.gyre.bench.process.Footprint;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Connections, loops, the memory of a connection, and handshakes: the servers of the echo benchmark. */
final class ServerSteps implements Steps {
    /** Otherwise three of four collections leave garbage where it is not worth moving: up to 5 % of the heap. */
    static final String COMPACTING = "-XX:MarkSweepAlwaysCompactCount=1";

    /** The floor is the bare Selector. */
    private static final List<JavaServer> SERVERS = List.of(
            JavaServer.GYRE_STREAMS,
            JavaServer.GYRE_CALLBACKS,
            JavaServer.FLOOR,
            JavaServer.NETTY_NIO,
            JavaServer.VIRTUAL_THREADS);

    private static final List<JavaServer> SERVERS_OVER_TLS = List.of(
            JavaServer.GYRE_STREAMS,
            JavaServer.GYRE_OPENSSL,
            JavaServer.FLOOR,
            JavaServer.NETTY_NIO,
            JavaServer.NETTY_OPENSSL,
            JavaServer.VIRTUAL_THREADS);

    /** One page for each connection, where each has a buffer: 64 KiB are for larger messages. */
    private static final String RECEIVE_BYTES = "-Dio.gyre.bench.receiveBytes=4096";

    private static final List<String> MEMORY_HEAP =
            List.of(RECEIVE_BYTES, "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", COMPACTING);

    /** The last connections are parked in their reads by then. */
    private static final long SETTLE_MILLIS = 300;

    private static final List<Integer> LOOPS = List.of(1, 2);

    /** An even number for each loop, and enough that none runs dry. */
    private static final int CONNECTIONS_OF_LOOPS = 64;

    /** About 30 µs: most of the time is the server's then, and not the generator's. */
    private static final int STEPS_OF_WORK = 15_000;

    /** None shows what the machine does by itself. */
    private static final List<Integer> HANDSHAKES = List.of(0, 200);

    /** A thousand ticks a second have few in a figure's time. */
    private static final int TIMES_AS_LONG = 10;

    private final Scale options;
    private final Cores cores;
    private final LoadGenerator generator;
    private final Workshop workshop;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Peer, ServerProcess> alive = new LinkedHashMap<>();

    ServerSteps(Scale options, Cores cores, LoadGenerator generator, Workshop workshop) {
        this.options = options;
        this.cores = cores;
        this.generator = generator;
        this.workshop = workshop;
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

    /** Adds connections, active ones and idle ones, with every server at every number. */
    ServerSteps connections() {
        List<Peer> peers = SERVERS.stream()
                .map(server -> Peers.java(server, List.of(RECEIVE_BYTES)))
                .toList();
        Load warmUp = options.warmUp(Scale.FEW_CONNECTIONS);
        for (int count : options.extent().connections()) {
            Load active = options.active(count);
            Load beside = options.active(Scale.FEW_CONNECTIONS).withIdle(count);
            peers.forEach(peer -> addKept(Question.CONNECTIONS_ACTIVE, peer.label(), count, peer, warmUp, active));
            peers.forEach(peer -> addKept(Question.CONNECTIONS_IDLE, peer.label(), count, peer, warmUp, beside));
        }
        return this;
    }

    /** Adds one loop and two. */
    ServerSteps loops() {
        Load load = options.active(CONNECTIONS_OF_LOOPS);
        Load warmUp = options.warmUp(CONNECTIONS_OF_LOOPS);
        for (int loops : LOOPS) {
            addKept(Question.LOOPS_ECHO, "Gyre streams", loops, onLoops(loops, 0), warmUp, load);
            addKept(Question.LOOPS_WORK, "Gyre streams", loops, onLoops(loops, STEPS_OF_WORK), warmUp, load);
        }
        return this;
    }

    private static Peer onLoops(int loops, int work) {
        return Peers.java(
                JavaServer.GYRE_LOOPS, List.of("-Dio.gyre.bench.loops=" + loops, "-Dio.gyre.bench.work=" + work));
    }

    /** Adds a load on a server that keeps its JVM for all numbers and rounds. */
    private void addKept(Question question, String variant, int count, Peer peer, Load warmUp, Load load) {
        steps.add(new Step(question, variant, count, () -> figures(measure(peer, warmUp, load))));
    }

    private static Map<String, Double> figures(Sample sample) {
        return Map.of(
                Point.CPU_MICROS, sample.cpuMicros(),
                Point.THROUGHPUT, sample.messagesPerSecond(),
                Point.SERVER_BUSY, sample.serverBusy(),
                Point.GENERATOR_BUSY, sample.generatorBusy());
    }

    /** A server is started and warmed up if need be, and rid of what an earlier use has left in its heap. */
    private Sample measure(Peer peer, Load warmUp, Load load) throws IOException, InterruptedException {
        ServerProcess known = alive.get(peer);
        ServerProcess server = known != null ? known : ServerProcess.start(peer, cores, workshop);
        alive.put(peer, server);
        try {
            return server.whileMeasured(() -> {
                if (known == null) {
                    generator.warmUp(server, warmUp);
                }
                server.collect();
                return generator.measure(server, load);
            });
        } catch (IOException failure) {
            alive.remove(peer);
            server.close();
            throw failure;
        }
    }

    /** Adds what an idle connection takes. */
    ServerSteps memory() {
        SERVERS.forEach(server -> addMemory(
                Question.MEMORY_CONNECTION, server, List.of(), options.extent().held()));
        return this;
    }

    /** Adds what an idle connection over TLS takes, and how late a task is beside handshakes on its loop. */
    ServerSteps tls(SelfSigned certificate) {
        List<String> tls = List.of(certificate.jvmOption());
        SERVERS_OVER_TLS.forEach(server ->
                addMemory(Question.MEMORY_TLS, server, tls, options.extent().heldOverTls()));
        for (int handshakes : HANDSHAKES) {
            addTicks(JavaServer.GYRE_STREAMS, "one core", cores, certificate, handshakes);
            addTicks(JavaServer.GYRE_STREAMS, "the generator's core, too", cores.shared(), certificate, handshakes);
            addTicks(JavaServer.GYRE_NETTY, "one core", cores, certificate, handshakes);
        }
        return this;
    }

    private void addMemory(Question question, JavaServer server, List<String> more, int count) {
        Peer peer = Peers.java(
                server, Stream.concat(MEMORY_HEAP.stream(), more.stream()).toList());
        if (peer.isPresent()) {
            steps.add(new Step(question, peer.label(), count, () -> {
                try (ServerProcess process = ServerProcess.start(peer, cores, workshop)) {
                    return Point.memory(process.whileMeasured(() -> hold(process, count)), count);
                }
            }));
        }
    }

    /**
     * {@return what so many connections have added to a server}
     *
     * <p>It has had as many before, and closed them: what it allocates once, and the compilers, are not counted.
     */
    private Footprint hold(ServerProcess server, int count) throws IOException, InterruptedException {
        generator.warmUp(server, options.warmUp(Scale.FEW_CONNECTIONS));
        Load idle = Load.closed(Scale.MESSAGE_BYTES, 0, 1, SETTLE_MILLIS, 1).withIdle(count);
        generator.warmUp(server, idle);
        Footprint before = server.memory();
        try (Connections held = generator.connect(server.port(), idle)) {
            Thread.sleep(SETTLE_MILLIS);
            Footprint added = server.memory().since(before);
            held.disconnect();
            return added;
        }
    }

    private void addTicks(JavaServer ticking, String where, Cores on, SelfSigned certificate, int handshakes) {
        Peer peer = Peers.java(ticking, List.of(certificate.jvmOption(), Ticks.JVM_OPTION));
        steps.add(new Step(Question.TICKS, peer.label() + ", " + where, handshakes, () -> {
            try (ServerProcess server = ServerProcess.start(peer, on, workshop)) {
                return server.whileMeasured(() -> ticks(server, handshakes));
            }
        }));
    }

    private Map<String, Double> ticks(ServerProcess server, int handshakes) throws IOException, InterruptedException {
        long millis = TIMES_AS_LONG * options.extent().measureMillis();
        Load load = Load.closed(Scale.MESSAGE_BYTES, handshakes, 1, 0, millis)
                .withIdle(1)
                .repeating(Exchange.FULL_HANDSHAKE);
        generator.warmUp(
                server,
                Load.closed(Scale.MESSAGE_BYTES, Scale.FEW_CONNECTIONS, 1, 0, millis)
                        .repeating(Exchange.FULL_HANDSHAKE));
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
    }
}
