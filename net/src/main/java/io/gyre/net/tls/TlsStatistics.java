package io.gyre.net.tls;

import java.util.Map;

/**
 * Counts of the handshakes of a server.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param completed handshakes that were completed
 * @param resumed how many of these continued an earlier session
 * @param failed failed handshakes, by kind
 */
public record TlsStatistics(long completed, long resumed, Map<TlsException.Kind, Long> failed) {
    /** Copies the counts. */
    public TlsStatistics {
        failed = Map.copyOf(failed);
    }
}
