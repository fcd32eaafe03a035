package io.gyre.bench.load;

import org.jspecify.annotations.Nullable;

/**
 * One server in one round of one cell.
 *
 * @param server its id
 * @param round from 1
 * @param messagesPerSecond throughput
 * @param userMicros processor time of the server for each message, in its own code
 * @param systemMicros the same in the kernel
 * @param p50Micros half of the messages were back by then
 * @param p99Micros 99 of a hundred
 * @param p999Micros 999 of a thousand
 * @param allocatedBytes heap that the server's JVM allocated for each message; null if it is none
 * @param collections garbage collections meanwhile; null if it is no JVM
 * @param serverBusy the share of time in which the server ran
 * @param generatorBusy the share of time in which the generator ran; in the open loop it polls all the time
 * @param lagMicros 999 of a thousand messages were sent no later than this after their time, in the open loop
 */
public record Sample(
        String server,
        int round,
        double messagesPerSecond,
        double userMicros,
        double systemMicros,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        @Nullable Double allocatedBytes,
        @Nullable Long collections,
        double serverBusy,
        double generatorBusy,
        double lagMicros) {
    /** {@return processor time of the server for each message} */
    public double cpuMicros() {
        return userMicros + systemMicros;
    }
}
