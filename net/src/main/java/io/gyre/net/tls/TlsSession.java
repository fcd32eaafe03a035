package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What two ends have agreed on.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param protocol the version, such as {@code TLSv1.3}
 * @param cipherSuite the suite, such as {@code TLS_AES_256_GCM_SHA384}
 * @param peerCertificates the certificate of the peer and its signers; empty if it has none. Whether this end has verified them
 *     depends on its options: without {@link TlsOptions#withClientCertificates} no client is asked for a certificate
 * @param applicationProtocol the protocol that ALPN has chosen, such as {@code h2}; null if none
 * @param serverName the name that the client asked for (SNI); null if none
 * @param resumed whether the session continues an earlier one, without a new exchange of certificates; told from the messages
 *     of the handshake, so it is true of the engine of any provider, whatever happens to the clock
 */
public record TlsSession(
        String protocol,
        String cipherSuite,
        List<X509Certificate> peerCertificates,
        @Nullable String applicationProtocol,
        @Nullable String serverName,
        boolean resumed) {
    /** Copies the certificates. */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }

    /** {@return everything in one line; of the certificates the name of the first} */
    @Override
    public String toString() {
        return protocol + ", " + cipherSuite
                + (applicationProtocol == null ? "" : ", " + LowLevel.describe(applicationProtocol))
                + (serverName == null ? "" : ", for " + LowLevel.describe(serverName))
                + (peerCertificates.isEmpty()
                        ? ""
                        : ", peer "
                                + LowLevel.describe(peerCertificates
                                        .getFirst()
                                        .getSubjectX500Principal()
                                        .getName()))
                + (resumed ? ", resumed" : "");
    }
}
