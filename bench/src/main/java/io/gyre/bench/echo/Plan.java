package io.gyre.bench.echo;

import io.gyre.bench.options.LoadOptions.Cell;
import io.gyre.bench.servers.Peer;
import java.util.List;

/** How long a run is going to take, so that the progress bar can tell. */
final class Plan {
    /** The moments around what is measured. Seen here; the bar corrects itself. */
    private static final long AROUND_RUN_MILLIS = 80;

    /** Twice, for the warm-up and for all the rounds. */
    private static final long CONNECT_MILLIS = 100;

    private static final long START_JVM_MILLIS = 700;
    private static final long START_MILLIS = 100;
    private static final long AROUND_TRACE_MILLIS = 700;

    private final Settings settings;
    private final boolean isTracing;

    Plan(Settings settings, boolean isTracing) {
        this.settings = settings;
        this.isTracing = isTracing;
    }

    long startMillis(Peer peer) {
        return peer.isJava() ? START_JVM_MILLIS : START_MILLIS;
    }

    long warmUpMillis(Cell cell, Peer peer) {
        return settings.first(cell, peer).measureMillis() + 2 * CONNECT_MILLIS;
    }

    long runMillis() {
        return settings.warmupMillis() + settings.measureMillis() + AROUND_RUN_MILLIS;
    }

    long traceMillis() {
        return isTracing ? settings.traceMillis() + AROUND_TRACE_MILLIS : 0;
    }

    long totalMillis(List<Peer> peers) {
        return settings.cells().stream()
                .mapToLong(cell -> cellMillis(cell, peers))
                .sum();
    }

    private long cellMillis(Cell cell, List<Peer> peers) {
        long millis = 0;
        for (Peer peer : peers) {
            millis += startMillis(peer) + warmUpMillis(cell, peer) + settings.rounds() * runMillis() + traceMillis();
            if (settings.rate() != 0 && Pacing.isCompared(peer)) {
                millis += settings.rounds() * runMillis();
            }
        }
        return millis;
    }
}
