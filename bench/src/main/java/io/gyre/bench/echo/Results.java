package io.gyre.bench.echo;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run of the benchmark: every sample, and what is needed to judge them.
 *
 * @param started when, in UTC
 * @param isQuick whether it was only to see that everything runs
 * @param environment the machine, the JDK, the settings; by name, in the order in which they are shown
 * @param servers all that could have taken part, also those that are missing
 * @param cells what was measured, in the order in which it was
 */
public record Results(
        String started,
        boolean isQuick,
        Map<String, String> environment,
        List<Server> servers,
        List<CellResult> cells) {
    /** The name of what the environment says about TLS; it is there if all spoke TLS. */
    static final String TLS = "TLS";

    boolean wereOverTls() {
        return environment.containsKey(TLS);
    }

    /**
     * A server that could have taken part.
     *
     * @param id its name in the samples
     * @param label its name in the report
     * @param version what it is built on, as it says itself; null if it was not started
     * @param command its command line; empty if it is missing
     * @param missing why it did not take part, and what to do about it; null if it did
     */
    public record Server(
            String id,
            String label,
            @Nullable String version,
            String command,
            @Nullable String missing) {}

    /** {@return the label of a server} */
    public String label(String id) {
        return servers.stream()
                .filter(server -> server.id().equals(id))
                .map(Server::label)
                .findFirst()
                .orElse(id);
    }

    /** {@return the servers that took part, in the order of the report} */
    public List<Server> present() {
        return servers.stream().filter(server -> server.missing() == null).toList();
    }
}
