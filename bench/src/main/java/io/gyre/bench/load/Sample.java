package io.gyre.bench.load;

import org.jspecify.annotations.Nullable;

/**
 * One server in one round of one cell.
 *
 * @param round from 1
 * @param messages whose latency was measured
 * @param userMicros processor time of the server for each message, in its own code
 * @param systemMicros the same in the kernel
 * @param p999Micros 999 of a thousand
 * @param allocatedBytes heap that the server's JVM allocated for each message; null if it is none
 * @param serverBusy the share of time in which the server ran
 * @param generatorBusy the share of time in which the generator ran; in the open loop it polls all the time
 * @param lagMicros 999 of a thousand messages were sent no later than this after their time, in the open loop
 */
public record Sample(
        String server,
        int round,
        long messages,
        double messagesPerSecond,
        double userMicros,
        double systemMicros,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double maxMicros,
        @Nullable Double allocatedBytes,
        @Nullable Long collections,
        double serverBusy,
        double generatorBusy,
        double lagMicros) {
    /**
     * What a server has spent.
     *
     * @param busy the share of time in which it ran
     */
    record Spent(
            double userMicros,
            double systemMicros,
            @Nullable Double allocatedBytes,
            @Nullable Long collections,
            double busy) {
        static final Spent UNKNOWN = new Spent(0, 0, null, null, 0);
    }

    static Sample of(String server, int round, Outcome seen, Spent spent) {
        return new Sample(
                server,
                round,
                seen.latencies().getTotalCount(),
                seen.messagesPerSecond(),
                spent.userMicros(),
                spent.systemMicros(),
                seen.latencyMicros(50),
                seen.latencyMicros(99),
                seen.p999Micros(),
                seen.latencyMicros(100),
                spent.allocatedBytes(),
                spent.collections(),
                spent.busy(),
                seen.generatorBusy(),
                seen.lagMicros());
    }

    public double cpuMicros() {
        return userMicros + systemMicros;
    }
}
