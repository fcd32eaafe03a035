package io.gyre.bench.load;

import io.gyre.bench.process.ProcessCpu;
import io.gyre.bench.servers.ServerProcess;
import io.gyre.bench.servers.ServerProcess.Heap;
import io.gyre.bench.servers.ServerProcess.Used;
import java.io.IOException;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Loads a server and looks at both meanwhile. */
public final class Meter {
    /*
     * Design.
     *
     * The generator says when it begins to measure and when it ends, and keeps the load up around both moments, so that
     * there is time to read what the server has used. The two windows do not coincide to the microsecond, so rates are
     * divided by each other, not sums: processor time for each second by messages in each second.
     */
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final double P999 = 99.9;

    private final LoadGenerator generator;

    /** Creates one that loads with a generator. */
    public Meter(LoadGenerator generator) {
        this.generator = generator;
    }

    /** Connects a server for runs of one size on so many connections. */
    public Connections connect(ServerProcess server, Load load) throws IOException, InterruptedException {
        return generator.connect(server.port(), load);
    }

    /** Loads a server for a while, to warm it up, on connections of that time. */
    public void warmUp(ServerProcess server, Load load) throws IOException, InterruptedException {
        try (Connections connections = connect(server, load)) {
            LoadRun run = connections.start();
            run.awaitBegin();
            run.awaitEnd();
            run.outcome();
            connections.disconnect();
        }
    }

    /** {@return what one run comes to, on connections of its own} */
    public Sample measure(ServerProcess server, Load load, int round) throws IOException, InterruptedException {
        try (Connections connections = connect(server, load)) {
            Sample sample = measure(server, connections, load, round, latencies -> {});
            connections.disconnect();
            return sample;
        }
    }

    /**
     * {@return what one run comes to, on connections that are there}
     *
     * @param latencies takes the nanoseconds of its messages
     */
    public Sample measure(
            ServerProcess server, Connections connections, Load load, int round, Consumer<Histogram> latencies)
            throws IOException, InterruptedException {
        LoadRun run = connections.start(load);
        run.awaitBegin();
        Heap heapBefore = server.heap();
        Used before = server.used();
        run.awaitEnd();
        Used after = server.used();
        Heap heapAfter = server.heap();
        Outcome outcome = run.outcome();
        latencies.accept(outcome.latencies());
        return sample(server, round, outcome, before, after, HeapUse.between(heapBefore, heapAfter));
    }

    /** {@return what 999 of a thousand do not exceed} */
    public static double p999Micros(Histogram nanos) {
        return nanos.getValueAtPercentile(P999) / NANOS_PER_MICRO;
    }

    /** What a JVM did in a window of its own. */
    private record HeapUse(double bytesPerSecond, long collections) {
        static @Nullable HeapUse between(@Nullable Heap before, @Nullable Heap after) {
            if (before == null || after == null) {
                return null;
            }
            double seconds = (after.nanoTime() - before.nanoTime()) / NANOS_PER_SECOND;
            return new HeapUse(
                    (after.allocatedBytes() - before.allocatedBytes()) / seconds,
                    after.collections() - before.collections());
        }
    }

    private static Sample sample(
            ServerProcess server, int round, Outcome outcome, Used before, Used after, @Nullable HeapUse heap) {
        ProcessCpu.Times cpu = after.cpu().since(before.cpu());
        double nanos = (double) (after.nanoTime() - before.nanoTime());
        double rate = outcome.messagesPerSecond();
        double toMicrosPerMessage = NANOS_PER_SECOND / nanos / rate / NANOS_PER_MICRO;
        return new Sample(
                server.peer().id(),
                round,
                rate,
                cpu.userNanos() * toMicrosPerMessage,
                cpu.systemNanos() * toMicrosPerMessage,
                outcome.latencies().getValueAtPercentile(P50) / NANOS_PER_MICRO,
                outcome.latencies().getValueAtPercentile(P99) / NANOS_PER_MICRO,
                p999Micros(outcome.latencies()),
                heap == null ? null : heap.bytesPerSecond() / rate,
                heap == null ? null : heap.collections(),
                cpu.totalNanos() / nanos,
                outcome.generatorBusy(),
                outcome.lags().getValueAtPercentile(P999) / NANOS_PER_MICRO);
    }
}
