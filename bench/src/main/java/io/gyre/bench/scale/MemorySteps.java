package io.gyre.bench.scale;

import io.gyre.bench.load.Connections;
import io.gyre.bench.load.Load;
import io.gyre.bench.load.LoadGenerator;
import io.gyre.bench.load.Meter;
import io.gyre.bench.process.Child;
import io.gyre.bench.process.Footprint;
import io.gyre.bench.process.Workshop;
import io.gyre.bench.scale.subject.SubjectKind;
import io.gyre.bench.scale.subject.SubjectMain;
import io.gyre.bench.servers.JavaServer;
import io.gyre.bench.servers.Peer;
import io.gyre.bench.servers.Peers;
import io.gyre.bench.servers.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a sleeping task, a pending timer and an idle connection take, each kind in a new JVM. */
final class MemorySteps implements Step.Source {
    /** Otherwise three of four collections leave garbage where it is not worth moving: up to 5 % of the heap. */
    private static final String COMPACTING = "-XX:MarkSweepAlwaysCompactCount=1";

    private static final List<String> SUBJECT_HEAP = List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", COMPACTING);
    private static final List<String> SERVER_HEAP =
            List.of(ConnectionSteps.RECEIVE_BYTES, "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", COMPACTING);

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long SUBJECT_MILLIS = 5_000;
    private static final long START_MILLIS = 1_500;
    private static final double CONNECT_MILLIS = 0.1;

    /** The last ones are parked in their reads by then. */
    private static final long SETTLE_MILLIS = 300;

    private final ScaleSettings settings;
    private final LoadGenerator generator;
    private final Workshop workshop;

    MemorySteps(ScaleSettings settings, LoadGenerator generator, Workshop workshop) {
        this.settings = settings;
        this.generator = generator;
        this.workshop = workshop;
    }

    @Override
    public List<Step> steps() {
        var steps = new ArrayList<Step>();
        steps.add(step(Question.MEMORY_TASK, SubjectSteps.GYRE, SubjectKind.GYRE_SWITCH));
        steps.add(step(Question.MEMORY_TASK, SubjectSteps.BARE_THREADS, SubjectKind.BARE_SWITCH));
        steps.add(step(Question.MEMORY_TIMER, SubjectSteps.GYRE, SubjectKind.GYRE_CANCEL));
        steps.add(step(Question.MEMORY_TIMER, SubjectSteps.BARE_HEAP, SubjectKind.BARE_CANCEL));
        ConnectionSteps.SERVERS.forEach(server -> steps.add(step(server)));
        return steps;
    }

    private Step step(Question question, String variant, SubjectKind kind) {
        int count = settings.remembered();
        return new Step("memory, " + question.title() + ": " + variant, SUBJECT_MILLIS, round -> {
            List<String> command = settings.cores()
                    .onServer(Peers.jvm(SUBJECT_HEAP, SubjectMain.class, kind.name(), Integer.toString(count)));
            String name = SubjectSteps.label(kind, count);
            try (Child child = Child.start(name, command, workshop.errorsOf("subject"))) {
                String[] bytes = child.expect("memory ", PATIENCE).split(" ", -1);
                long proportional = Long.parseLong(bytes[3]);
                var added = new Footprint(
                        Long.parseLong(bytes[0]),
                        Long.parseLong(bytes[1]),
                        Long.parseLong(bytes[2]),
                        proportional == SubjectMain.UNKNOWN ? null : proportional);
                return new Point(question, variant, count, round, each(added, count));
            }
        });
    }

    private Step step(JavaServer server) {
        Peer peer = Peers.java(server, SERVER_HEAP);
        int count = settings.held();
        long millis = START_MILLIS + settings.warmupMillis() + 2 * Math.round(count * CONNECT_MILLIS);
        return new Step("memory, idle connection: " + peer.label(), millis, round -> {
            try (ServerProcess process = ServerProcess.start(peer, settings.cores(), workshop)) {
                Footprint added = hold(process, count);
                return new Point(Question.MEMORY_CONNECTION, peer.label(), count, round, each(added, count));
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
        figures.put(Figure.HEAP_BYTES, (double) added.heapBytes() / count);
        figures.put(Figure.DIRECT_BYTES, (double) added.directBytes() / count);
        figures.put(Figure.RESIDENT_BYTES, (double) added.residentBytes() / count);
        Long proportional = added.proportionalBytes();
        if (proportional != null) {
            figures.put(Figure.PROPORTIONAL_BYTES, (double) proportional / count);
        }
        return Map.copyOf(figures);
    }

    @Override
    public void close() {
        // each step has ended its own
    }
}
