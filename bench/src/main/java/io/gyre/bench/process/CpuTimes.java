package io.gyre.bench.process;

/**
 * Processor time of a process during some span.
 *
 * @param userNanos in its own code
 * @param systemNanos in the kernel, on its behalf
 */
public record CpuTimes(double userNanos, double systemNanos) {
    /** {@return both together} */
    public double totalNanos() {
        return userNanos + systemNanos;
    }
}
