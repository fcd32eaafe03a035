package io.gyre.net.tls;

import java.io.EOFException;

/**
 * Thrown when the stream below ends without the notice that TLS requires: somebody may have cut off bytes of the peer.
 *
 * <p>If the protocol on top of TLS says itself where its messages end, as HTTP does with Content-Length, allow such an end
 * with {@link TlsOptions#withTruncationAllowed}.
 *
 * <p><b>Source:</b> trio, which raises {@code BrokenResourceError} unless {@code https_compatible}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-6.1">RFC 8446, 6.1</a>
 */
public final class TruncatedStreamException extends EOFException {
    private static final long serialVersionUID = 1;

    TruncatedStreamException(Object stream) {
        super(stream
                + " has ended without close_notify, so bytes of the peer may be missing. If the protocol says itself"
                + " where its messages end, use TlsOptions.withTruncationAllowed(true).");
    }
}
