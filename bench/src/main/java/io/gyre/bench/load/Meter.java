package io.gyre.bench.load;

import io.gyre.bench.process.ProcessCpu;
import io.gyre.bench.servers.ServerProcess;
import io.gyre.bench.servers.ServerProcess.Heap;
import io.gyre.bench.servers.ServerProcess.Used;
import java.io.IOException;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Loads a server and looks at both meanwhile.
 *
 * @param generator loads it
 */
public record Meter(LoadGenerator generator) {
    /*
     * Design.
     *
     * The generator says when it begins to measure and when it ends, and keeps the load up around both moments, so that
     * there is time to read what the server has used. The two windows do not coincide to the microsecond, so rates are
     * divided by each other, not sums: processor time for each second by messages in each second.
     */
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    /** Connects a server for runs of one size on so many connections. */
    public Connections connect(ServerProcess server, Load load) throws IOException, InterruptedException {
        return generator.connect(server.port(), load);
    }

    /** Loads a server for a while, to warm it up, on connections of that time. */
    public void warmUp(ServerProcess server, Load load) throws IOException, InterruptedException {
        try (Connections connections = connect(server, load)) {
            connections.run();
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
        connections.start(load);
        connections.awaitBegin();
        Heap heapBefore = server.heap();
        Used before = server.used();
        connections.awaitEnd();
        Used after = server.used();
        Heap heapAfter = server.heap();
        Outcome outcome = connections.outcome();
        latencies.accept(outcome.latencies());
        return sample(server, round, outcome, before, after, heapBefore, heapAfter);
    }

    private static Sample sample(
            ServerProcess server,
            int round,
            Outcome outcome,
            Used before,
            Used after,
            @Nullable Heap heapBefore,
            @Nullable Heap heapAfter) {
        ProcessCpu.Times cpu = after.cpu().since(before.cpu());
        double nanos = (double) (after.nanoTime() - before.nanoTime());
        double rate = outcome.messagesPerSecond();
        double toMicrosPerMessage = NANOS_PER_SECOND / nanos / rate / NANOS_PER_MICRO;
        Double allocated = null;
        Long collections = null;
        if (heapBefore != null && heapAfter != null) {
            allocated = heapAfter.bytesPerSecondSince(heapBefore) / rate;
            collections = heapAfter.collections() - heapBefore.collections();
        }
        return new Sample(
                server.peer().id(),
                round,
                rate,
                cpu.userNanos() * toMicrosPerMessage,
                cpu.systemNanos() * toMicrosPerMessage,
                outcome.latencyMicros(50),
                outcome.latencyMicros(99),
                outcome.p999Micros(),
                allocated,
                collections,
                cpu.totalNanos() / nanos,
                outcome.generatorBusy(),
                outcome.lagMicros());
    }
}
