package io.gyre.bench.echo;

import io.gyre.bench.report.Report;
import io.gyre.bench.report.RunResults;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of the benchmark: every sample, and what is needed to judge them.
 *
 * @param servers all that could have taken part, also those that are missing
 */
public record Results(
        String started, boolean isQuick, Map<String, String> environment, List<Server> servers, List<CellResult> cells)
        implements RunResults {
    /** The name of what the environment says about TLS; it is there if all spoke TLS. */
    static final String TLS = "TLS";

    /**
     * A server that could have taken part.
     *
     * @param version what it is built on, as it says itself; null if it was not started
     * @param command its command line; empty if it is missing
     * @param missing why it did not take part, and what to do about it; null if it did
     */
    public record Server(
            String id,
            String label,
            @Nullable String version,
            String command,
            @Nullable String missing) {
        boolean belongsToGyre() {
            return id.startsWith("gyre");
        }
    }

    boolean wereOverTls() {
        return environment.containsKey(TLS);
    }

    /** {@return the servers that took part, in the order of the report} */
    List<Server> present() {
        return servers.stream().filter(server -> server.missing() == null).toList();
    }

    @Override
    public List<String> failures() {
        return cells.stream().flatMap(cell -> cell.failures().stream()).toList();
    }

    @Override
    public Report report() {
        return EchoReport.of(this);
    }
}
