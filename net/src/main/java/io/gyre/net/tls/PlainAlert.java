package io.gyre.net.tls;

import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Recognises an alert that is not encrypted, where an engine expects an encrypted record. */
final class PlainAlert {
    /*
     * Design.
     *
     * In TLS 1.3 a client that refuses the server's certificate often sends its alert before it begins to encrypt (OpenSSL
     * and what is built on it, such as curl). The server already decrypts, and the JDK's engine says only that the record is
     * too short. No encrypted record is as short as an alert: the tag alone of an AEAD cipher takes 16 bytes (RFC 8446, 5.2).
     */
    private static final int RECORD_HEADER_BYTES = 5;
    private static final int ALERT_BYTES = 2;
    private static final byte ALERT = 21;
    private static final int LENGTH_OFFSET = 3;
    private static final int DESCRIPTION_OFFSET = RECORD_HEADER_BYTES + 1;

    /** RFC 8446, section 6: those that end a handshake. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(10, "unexpected_message"),
            Map.entry(20, "bad_record_mac"),
            Map.entry(22, "record_overflow"),
            Map.entry(40, "handshake_failure"),
            Map.entry(42, "bad_certificate"),
            Map.entry(43, "unsupported_certificate"),
            Map.entry(44, "certificate_revoked"),
            Map.entry(45, "certificate_expired"),
            Map.entry(46, "certificate_unknown"),
            Map.entry(47, "illegal_parameter"),
            Map.entry(48, "unknown_ca"),
            Map.entry(49, "access_denied"),
            Map.entry(50, "decode_error"),
            Map.entry(51, "decrypt_error"),
            Map.entry(70, "protocol_version"),
            Map.entry(71, "insufficient_security"),
            Map.entry(80, "internal_error"),
            Map.entry(86, "inappropriate_fallback"),
            Map.entry(90, "user_canceled"),
            Map.entry(109, "missing_extension"),
            Map.entry(110, "unsupported_extension"),
            Map.entry(112, "unrecognized_name"),
            Map.entry(113, "bad_certificate_status_response"),
            Map.entry(115, "unknown_psk_identity"),
            Map.entry(116, "certificate_required"),
            Map.entry(120, "no_application_protocol"));

    private PlainAlert() {}

    /** {@return the name of the alert that begins at a position; null if there is none} */
    static @Nullable String at(ByteBuffer bytes, int position) {
        if (bytes.limit() - position < RECORD_HEADER_BYTES + ALERT_BYTES
                || bytes.get(position) != ALERT
                || bytes.getShort(position + LENGTH_OFFSET) != ALERT_BYTES) {
            return null;
        }
        return NAMES.get(bytes.get(position + DESCRIPTION_OFFSET) & 0xff);
    }
}
