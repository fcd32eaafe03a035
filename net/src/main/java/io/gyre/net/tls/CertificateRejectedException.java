package io.gyre.net.tls;

import io.gyre.net.tls.TlsException.Kind;
import java.security.cert.CertificateException;

/** Why the certificate of a peer was refused, for {@link TlsFailures}. */
final class CertificateRejectedException extends CertificateException {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final String reason;

    /** The engine chooses its alert by the cause of its exception. */
    CertificateRejectedException(Kind kind, String reason, CertificateException failure) {
        super(reason, failure.getCause() == null ? failure : failure.getCause());
        this.kind = kind;
        this.reason = reason;
    }

    Kind kind() {
        return kind;
    }

    String reason() {
        return reason;
    }
}
