package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of {@link TlsOptions}, which changes only copies that nobody else has yet. */
final class TlsValues {
    TrustSource trust = TrustSource.SYSTEM;
    boolean verifiesHostNames = true;
    List<IdentitySource> identities = List.of();
    ClientCertificates clientCertificates = ClientCertificates.NOT_ASKED;
    List<String> protocols = List.of("TLSv1.3", "TLSv1.2");
    List<String> cipherSuites = List.of();
    List<String> applicationProtocols = List.of();
    int maxSessions = 20_480;
    Duration sessionLifetime = Duration.ofHours(24);

    @Nullable
    EngineFactory engines;

    /** The value that Netty uses. */
    @Nullable
    Duration handshakeTimeout = Duration.ofSeconds(10);

    /** Enough for an answer from anywhere on Earth. */
    Duration closeTimeout = Duration.ofSeconds(1);

    boolean lazyHandshake;
    boolean truncationAllowed;

    TlsValues copy() {
        var copy = new TlsValues();
        copy.trust = trust;
        copy.verifiesHostNames = verifiesHostNames;
        copy.identities = identities;
        copy.clientCertificates = clientCertificates;
        copy.protocols = protocols;
        copy.cipherSuites = cipherSuites;
        copy.applicationProtocols = applicationProtocols;
        copy.maxSessions = maxSessions;
        copy.sessionLifetime = sessionLifetime;
        copy.engines = engines;
        copy.handshakeTimeout = handshakeTimeout;
        copy.closeTimeout = closeTimeout;
        copy.lazyHandshake = lazyHandshake;
        copy.truncationAllowed = truncationAllowed;
        return copy;
    }

    /** {@return all values, for comparing} */
    List<@Nullable Object> all() {
        return Arrays.asList(
                trust,
                verifiesHostNames,
                identities,
                clientCertificates,
                protocols,
                cipherSuites,
                applicationProtocols,
                maxSessions,
                sessionLifetime,
                engines,
                handshakeTimeout,
                closeTimeout,
                lazyHandshake,
                truncationAllowed);
    }

    @Override
    public String toString() {
        return "TlsOptions[trust=" + trust + (verifiesHostNames ? "" : ", host names are NOT verified")
                + ", identities="
                + identities + ", clientCertificates=" + clientCertificates + ", protocols=" + protocols
                + (cipherSuites.isEmpty() ? "" : ", cipherSuites=" + cipherSuites)
                + (applicationProtocols.isEmpty() ? "" : ", applicationProtocols=" + applicationProtocols)
                + ", maxSessions=" + maxSessions + ", sessionLifetime=" + sessionLifetime
                + (engines == null ? "" : ", engines=" + LowLevel.describe(engines))
                + ", handshakeTimeout=" + handshakeTimeout + ", closeTimeout=" + closeTimeout
                + ", lazyHandshake=" + lazyHandshake + ", truncationAllowed=" + truncationAllowed + "]";
    }
}
