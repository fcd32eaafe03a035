package io.gyre.bench.scale;

import io.gyre.bench.load.Load;
import io.gyre.bench.process.Cores;
import io.netty.util.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        List<Question.Part> parts,
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

    /** With ten times as many a run would take long: each has a handshake. */
    private static final int TLS_SHARE = 10;

    /** {@return how many idle connections the memory is measured with over TLS} */
    int heldOverTls() {
        return held / TLS_SHARE;
    }

    Load active(int count) {
        return Load.closed(MESSAGE_BYTES, count, 1, measureMillis / WARM_UP_SHARE, measureMillis);
    }

    Load warmUp() {
        return Load.closed(MESSAGE_BYTES, FEW_CONNECTIONS, 1, 0, warmupMillis);
    }

    /** {@return the greatest number of connections at the same time} */
    int mostConnections() {
        int most = 0;
        if (parts.contains(Question.Part.CONNECTIONS)) {
            most = connections.stream().mapToInt(Integer::intValue).max().orElse(0) + FEW_CONNECTIONS;
        }
        if (parts.contains(Question.Part.TLS)) {
            most = Math.max(most, heldOverTls());
        }
        return parts.contains(Question.Part.MEMORY) ? Math.max(most, held) : most;
    }

    /** {@return everything, in about 40 minutes} */
    static ScaleSettings whole(List<Question.Part> parts, int rounds, Cores cores) {
        return new ScaleSettings(
                parts,
                rounds,
                List.of(1_000, 10_000, 100_000, 1_000_000),
                List.of(10, 100, 1_000, 10_000),
                1_000_000,
                10_000,
                2_000,
                800,
                cores);
    }

    /** {@return enough to see that everything runs; with the largest number of connections, which may be refused} */
    static ScaleSettings quick(List<Question.Part> parts, int rounds, Cores cores) {
        return new ScaleSettings(
                parts, rounds, List.of(1_000, 10_000), List.of(10, 10_000), 10_000, 1_000, 200, 100, cores);
    }

    /** {@return the settings in words, by name} */
    Map<String, String> about() {
        var about = new LinkedHashMap<String, String>();
        about.put(
                "rounds",
                rounds + ", each with figures of " + measureMillis + " ms; a JVM warms up for " + warmupMillis
                        + " ms; odd rounds forwards, even ones backwards");
        about.put(
                "pinning",
                "what is measured on core " + cores.server() + ", load generator and the rest on core "
                        + cores.generator() + "; in the part about loops server and generator have both cores");
        about.put(
                "receive buffer", "4 KiB for each connection where each has one (streams, virtual threads), or shared");
        about.put("open files", "at most " + Scale.openFiles() + " in a process");
        Version netty = Version.identify().get("netty-transport");
        about.put("Netty", netty == null ? "?" : netty.artifactVersion());
        return about;
    }
}
