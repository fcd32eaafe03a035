package io.gyre.bench.scale;

import io.gyre.bench.load.Connections;
import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Meter;
import io.gyre.bench.process.Footprint;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.servers.JavaServer;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import io.gyre.bench.servers.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a sleeping task, a pending timer and an idle connection take, each kind in a new JVM. */
record MemorySteps(ScaleSettings settings, LoadGenerator generator, Workshop workshop) implements Steps {
    /** Otherwise three of four collections leave garbage where it is not worth moving: up to 5 % of the heap. */
    private static final String COMPACTING = "-XX:MarkSweepAlwaysCompactCount=1";

    private static final List<String> SUBJECT_HEAP = List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", COMPACTING);
    private static final List<String> SERVER_HEAP =
            List.of(ServerSteps.RECEIVE_BYTES, "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", COMPACTING);

    /** The last ones are parked in their reads by then. */
    private static final long SETTLE_MILLIS = 300;

    @Override
    public List<Step> steps() {
        var steps = new ArrayList<Step>();
        steps.add(step(Question.MEMORY_TASK, Subject.Kind.GYRE_SWITCH));
        steps.add(step(Question.MEMORY_TASK, Subject.Kind.BARE_SWITCH));
        steps.add(step(Question.MEMORY_TIMER, Subject.Kind.GYRE_CANCEL));
        steps.add(step(Question.MEMORY_TIMER, Subject.Kind.BARE_CANCEL));
        ServerSteps.SERVERS.forEach(
                server -> steps.add(connection(Question.MEMORY_CONNECTION, peer(server), settings.held())));
        return steps;
    }

    private Step step(Question question, Subject.Kind kind) {
        int count = settings.remembered();
        return new Step("memory, " + question.title() + ": " + kind.variant, round -> {
            String added = SubjectSteps.ask(settings, workshop, SUBJECT_HEAP, "memory ", kind, count);
            return new Point(question, kind.variant, count, round, each(Footprint.parse(added), count));
        });
    }

    /** {@return a server whose memory is measured} */
    static Peer peer(JavaServer server, String... options) {
        return Peers.java(
                server, Stream.concat(SERVER_HEAP.stream(), Stream.of(options)).toList());
    }

    /** {@return what one of so many connections takes that say nothing} */
    Step connection(Question question, Peer peer, int count) {
        return new Step("memory, " + question.title() + ": " + peer.label(), round -> {
            try (ServerProcess process = ServerProcess.start(peer, settings.cores(), workshop)) {
                Footprint added = hold(process, count);
                return new Point(question, peer.label(), count, round, each(added, count));
            }
        });
    }

    /**
     * {@return what so many connections have added to a server}
     *
     * <p>It has had as many before, and closed them: what it allocates once, and the compilers, are not counted.
     */
    private Footprint hold(ServerProcess server, int count) throws IOException, InterruptedException {
        try {
            new Meter(generator).warmUp(server, settings.warmUp());
            Load idle = Load.closed(ScaleSettings.MESSAGE_BYTES, 0, 1, SETTLE_MILLIS, 1)
                    .withIdle(count);
            new Meter(generator).warmUp(server, idle);
            Footprint before = server.memory();
            try (Connections held = generator.connect(server.port(), idle)) {
                Thread.sleep(SETTLE_MILLIS);
                Footprint added = server.memory().since(before);
                held.disconnect();
                return added;
            }
        } catch (IOException failure) {
            throw server.failed(failure);
        }
    }

    private static Map<String, Double> each(Footprint added, int count) {
        var figures = new HashMap<String, Double>();
        figures.put(Point.HEAP_BYTES, (double) added.heapBytes() / count);
        figures.put(Point.DIRECT_BYTES, (double) added.directBytes() / count);
        figures.put(Point.RESIDENT_BYTES, (double) added.residentBytes() / count);
        Long proportional = added.proportionalBytes();
        if (proportional != null) {
            figures.put(Point.PROPORTIONAL_BYTES, (double) proportional / count);
        }
        return Map.copyOf(figures);
    }
}
