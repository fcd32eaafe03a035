package io.gyre.bench.echo;

import io.gyre.bench.load.Load;
import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.process.Cores;
import io.gyre.bench.servers.Peer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is run.
 *
 * @param isOverTls whether all speak TLS
 * @param cells in this order
 * @param servers ids; empty for all
 * @param own servers of the user
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
        boolean isOverTls,
        List<Cell> cells,
        List<String> servers,
        List<Peer> own,
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

    Load closed(Cell cell) {
        return closed(cell, cell.connections()).lasting(warmupMillis, measureMillis);
    }

    Load open(Cell cell, long messagesPerSecond) {
        return closed(cell).atRate(messagesPerSecond);
    }

    /** On many connections at once, whatever the cell: with one, a JVM has not compiled what it runs when it is measured. */
    Load first(Cell cell, Peer peer) {
        long millis =
                peer.isJava() || peer.isOwn() ? firstWarmupMillis : Math.min(firstWarmupMillis, FOREIGN_WARM_UP_MILLIS);
        return closed(cell, Math.max(cell.connections(), WARM_UP_CONNECTIONS)).lasting(0, millis);
    }

    private Load closed(Cell cell, int connections) {
        return Load.closed(cell.size(), connections, pipelining, 0, 0).repeating(cell.exchange());
    }

    /** {@return the settings in words, by name} */
    Map<String, String> about() {
        var about = new LinkedHashMap<String, String>();
        about.put(
                "rounds",
                rounds + " of " + measureMillis + " ms, each after " + warmupMillis
                        + " ms of warm-up, on connections that stay; a new JVM is loaded for " + firstWarmupMillis
                        + " ms before its first");
        about.put("pipelining", Integer.toString(pipelining));
        about.put(
                "pinning",
                "servers on core " + cores.server() + ", load generator on core " + cores.generator()
                        + "; all servers of a cell are alive, one is loaded");
        about.put(
                "receive buffer",
                "64 KiB. Exceptions, which cannot be told: Vert.x adapts, up to 64 KiB; uvloop has 256,000 bytes");
        if (isOverTls) {
            about.put(
                    Results.TLS,
                    "1.3, TLS_AES_128_GCM_SHA256, keys by X25519, a certificate of the curve P-256: all the client's choice,"
                            + " and the same for all. OpenSSL under Netty and Gyre is BoringSSL, by netty-tcnative.");
        }
        about.put("TCP_NODELAY", "on, in all servers and in the generator");
        return about;
    }
}
