package io.gyre.net.tls;

/** Whether a server asks its clients for a certificate. */
public enum ClientCertificates {
    /** It does not ask. */
    NOT_ASKED,
    /** It asks, and serves a client without one too: {@link TlsSession#peerCertificates} is empty then. */
    WANTED,
    /** It asks, and refuses a client without one. */
    NEEDED
}
