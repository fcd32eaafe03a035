package io.gyre.bench.echo.load;

import java.util.List;

/**
 * What a server is loaded with.
 *
 * @param size bytes of a message
 * @param connections how many at the same time
 * @param pipelining messages under way on each connection, in the closed loop
 * @param rate messages a second over all connections, in the open loop; 0 for the closed loop
 * @param warmupMillis how long before anything is measured
 * @param measureMillis how long is measured
 */
public record Load(int size, int connections, int pipelining, long rate, long warmupMillis, long measureMillis) {
    /** {@return as much as the server can do, or the generator} */
    public static Load closed(int size, int connections, int pipelining, long warmupMillis, long measureMillis) {
        return new Load(size, connections, pipelining, 0, warmupMillis, measureMillis);
    }

    /** {@return a fixed rate, whatever the server does} */
    public static Load open(int size, int connections, long rate, long warmupMillis, long measureMillis) {
        return new Load(size, connections, 1, rate, warmupMillis, measureMillis);
    }

    /** {@return the generator's options} */
    public List<String> options() {
        return List.of(
                "--size=" + size,
                "--connections=" + connections,
                "--pipelining=" + pipelining,
                "--rate=" + rate,
                "--warmup-ms=" + warmupMillis,
                "--measure-ms=" + measureMillis);
    }
}
