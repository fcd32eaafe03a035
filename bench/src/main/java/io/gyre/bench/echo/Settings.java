package io.gyre.bench.echo;

import io.gyre.bench.echo.load.Load;
import io.gyre.bench.echo.process.Cores;
import java.util.List;

/**
 * What is run.
 *
 * @param cells in this order
 * @param servers ids; empty for all
 * @param rounds how often each server is measured in each cell
 * @param measureMillis of a run
 * @param warmupMillis before each run, for the caches
 * @param firstWarmupMillis before the first run of a JVM, for its compilers
 * @param pipelining messages under way on each connection
 * @param rate of the open loop; {@link #HALF} for half of what the slowest can do, 0 for no open loop
 * @param traceMillis how long system calls are counted
 * @param cores who runs where
 */
record Settings(
        List<Cell> cells,
        List<String> servers,
        int rounds,
        long measureMillis,
        long warmupMillis,
        long firstWarmupMillis,
        int pipelining,
        long rate,
        long traceMillis,
        Cores cores) {
    /** Chooses the rate of each cell. */
    static final long HALF = -1;

    /** What is not compiled while it runs needs only its connections and caches. */
    private static final long FOREIGN_WARM_UP_MILLIS = 500;

    private static final int WARM_UP_CONNECTIONS = 50;

    /**
     * A place in the matrix.
     *
     * @param size bytes of a message
     * @param connections how many
     */
    record Cell(int size, int connections) {}

    Load closed(Cell cell) {
        return Load.closed(cell.size(), cell.connections(), pipelining, warmupMillis, measureMillis);
    }

    Load open(Cell cell, long messagesPerSecond) {
        return closed(cell).atRate(messagesPerSecond);
    }

    /** On many connections at once, whatever the cell: with one, a JVM has not compiled what it runs when it is measured. */
    Load first(Cell cell, Peer peer) {
        long millis = peer.isJava() ? firstWarmupMillis : Math.min(firstWarmupMillis, FOREIGN_WARM_UP_MILLIS);
        return Load.closed(cell.size(), Math.max(cell.connections(), WARM_UP_CONNECTIONS), pipelining, 0, millis);
    }
}
