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

/** One loop and two, on all the cores that there are for server and generator together. */
final class LoopSteps implements Step.Source {
    /** An even number for each loop, and enough that none runs dry. */
    private static final int CONNECTIONS = 64;

    private static final List<Integer> LOOPS = List.of(1, 2);

    /** About 30 µs: most of the time is the server's then, and not the generator's. */
    private static final int STEPS_OF_WORK = 15_000;

    private static final long AROUND_RUN_MILLIS = 250;
    private static final double WARM_UP_AND_RUN = 1.5;

    private final ScaleSettings settings;
    private final Meter meter;
    private final WarmServers servers;

    LoopSteps(ScaleSettings settings, LoadGenerator sharing, Workshop workshop) {
        this.settings = settings;
        this.meter = new Meter(sharing);
        Load warmUp = Load.closed(ScaleSettings.MESSAGE_BYTES, CONNECTIONS, 1, 0, settings.warmupMillis());
        this.servers = new WarmServers(meter, warmUp, settings.cores().shared(), workshop);
    }

    @Override
    public List<Step> steps() {
        var steps = new ArrayList<Step>();
        for (int loops : LOOPS) {
            steps.add(step(Question.LOOPS_ECHO, loops, 0));
            steps.add(step(Question.LOOPS_WORK, loops, STEPS_OF_WORK));
        }
        return steps;
    }

    private Step step(Question question, int loops, int work) {
        Peer peer = Peers.java(
                JavaServer.GYRE_LOOPS, List.of("-Dio.gyre.bench.loops=" + loops, "-Dio.gyre.bench.work=" + work));
        long millis = AROUND_RUN_MILLIS + Math.round(settings.measureMillis() * WARM_UP_AND_RUN);
        String label = "loops " + loops + ": " + question.title();
        return new Step(label, millis, round -> {
            Sample sample = servers.use(peer, server -> meter.measure(server, settings.active(CONNECTIONS), round));
            return new Point(question, "Gyre streams", loops, round, ConnectionSteps.figures(sample));
        });
    }

    @Override
    public void close() {
        servers.close();
    }
}
