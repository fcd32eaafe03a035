package io.gyre.bench.scale;

import io.gyre.bench.echo.load.Load;
import io.gyre.bench.echo.process.Cores;
import io.gyre.bench.scale.report.Part;
import java.util.List;

/**
 * What is run.
 *
 * @param parts in this order
 * @param rounds how often everything is measured
 * @param counts of tasks and of timers
 * @param connections how many
 * @param remembered how many tasks or timers the memory is measured with
 * @param held how many idle connections the memory is measured with
 * @param warmupMillis of a JVM, before anything is measured in it
 * @param measureMillis of a figure
 * @param cores who runs where
 */
record ScaleSettings(
        List<Part> parts,
        int rounds,
        List<Integer> counts,
        List<Integer> connections,
        int remembered,
        int held,
        long warmupMillis,
        long measureMillis,
        Cores cores) {
    /** Bytes of a message: few, so that it is the connection that costs, and not the copying. */
    static final int MESSAGE_BYTES = 64;

    /** How many are active where the others are idle, and where a server warms up. */
    static final int FEW_CONNECTIONS = 10;

    /** With thousands of connections each has few messages in that time, but all have some. */
    private static final int WARM_UP_SHARE = 2;

    Load active(int count) {
        return Load.closed(MESSAGE_BYTES, count, 1, measureMillis / WARM_UP_SHARE, measureMillis);
    }

    Load warmUp() {
        return Load.closed(MESSAGE_BYTES, FEW_CONNECTIONS, 1, 0, warmupMillis);
    }

    /** {@return the greatest number of connections at the same time} */
    int mostConnections() {
        int most = 0;
        if (parts.contains(Part.CONNECTIONS)) {
            most = connections.stream().mapToInt(Integer::intValue).max().orElse(0) + FEW_CONNECTIONS;
        }
        return parts.contains(Part.MEMORY) ? Math.max(most, held) : most;
    }
}
