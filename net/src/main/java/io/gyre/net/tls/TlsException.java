package io.gyre.net.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown when two ends cannot speak TLS with each other, or when options for TLS cannot be used. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    private final Kind kind;

    /** What is wrong. */
    public enum Kind {
        /** Nobody whom this end trusts has signed the certificate of the peer. */
        UNKNOWN_AUTHORITY,
        /** The certificate of the peer does not have the name that this end connected to. */
        WRONG_NAME,
        /** The certificate of the peer, or of one of its signers, is no longer valid, or not yet. */
        EXPIRED,
        /** The certificate of the peer cannot be used for another reason. */
        BAD_CERTIFICATE,
        /** The peer has no certificate, but this end needs it. */
        NO_CERTIFICATE,
        /** The peer refuses the certificate of this end, or misses it. */
        CERTIFICATE_REFUSED,
        /** The two ends have no version of TLS in common. */
        NO_COMMON_PROTOCOL,
        /** The two ends have no cipher suite in common, or no kind of key. */
        NO_COMMON_SUITE,
        /** The two ends have no application protocol (ALPN) in common. */
        NO_COMMON_APPLICATION_PROTOCOL,
        /** The peer refuses for another reason; the message has its alert. */
        REFUSED,
        /** The peer does not speak TLS. */
        NOT_TLS,
        /** The peer ended the connection during the handshake. */
        ENDED,
        /** The handshake took too long. */
        TIMED_OUT,
        /** The peer, or somebody in between, sent bytes that are against the rules. */
        BAD_MESSAGE,
        /** A file with certificates or keys cannot be read. */
        UNREADABLE_FILE,
        /** A key does not belong to its certificate. */
        KEY_MISMATCH,
        /** The Java runtime lacks what the options need. */
        UNSUPPORTED,
        /** Another reason; see the message. */
        OTHER
    }

    TlsException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** {@return what is wrong} */
    public Kind kind() {
        return kind;
    }
}
