package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what went wrong between two ends, in words that help. */
final class TlsFailures {
    /*
     * Design.
     *
     * An engine says what failed by the message of an SSLException only. The rules below know those of the JDK and BoringSSL; what
     * they do not know becomes OTHER, with the message of the engine. A certificate is explained where it was refused
     * (CertificateRejectedException), because its names and signers are known there.
     */
    /** Those that matter; the JDK has some 50. */
    private static final int MAX_SUITES_SHOWN = 9;

    /** In the words of the JDK, and in those of OpenSSL and BoringSSL. */
    private static final Pattern RECEIVED_ALERT = Pattern.compile(
            "(?:received fatal alert: |(?:sslv3|tlsv1|tlsv13)[_ ]alert[_ ])([a-z_ ]+)", Pattern.CASE_INSENSITIVE);

    /** A rule for failures that this end found: words of the engine, and what they mean. */
    private record Rule(Kind kind, String words) {}

    private static final Rule[] RULES = {
        new Rule(Kind.NOT_TLS, "unrecognized ssl message"),
        new Rule(Kind.NOT_TLS, "not an ssl"),
        new Rule(Kind.NO_COMMON_APPLICATION_PROTOCOL, "no_application_protocol"),
        new Rule(Kind.NO_COMMON_APPLICATION_PROTOCOL, "application protocol"),
        new Rule(Kind.NO_COMMON_PROTOCOL, "protocol version"),
        new Rule(Kind.NO_COMMON_PROTOCOL, "no appropriate protocol"),
        new Rule(Kind.NO_COMMON_PROTOCOL, "is not enabled or supported"),
        new Rule(Kind.NO_COMMON_PROTOCOL, "unsupported_protocol"),
        new Rule(Kind.NO_COMMON_SUITE, "cipher suites in common"),
        new Rule(Kind.NO_COMMON_SUITE, "no_shared_cipher"),
        new Rule(Kind.NO_COMMON_SUITE, "no available authentication scheme"),
        new Rule(Kind.UNKNOWN_AUTHORITY, "unable to find valid certification path"),
        new Rule(Kind.WRONG_NAME, "subject alternative"),
        new Rule(Kind.EXPIRED, "validity check failed"),
        new Rule(Kind.NO_CERTIFICATE, "empty client certificate chain"),
        new Rule(Kind.NO_CERTIFICATE, "empty server certificate chain"),
        new Rule(Kind.NO_CERTIFICATE, "certificate_required"),
        new Rule(Kind.NO_CERTIFICATE, "did_not_return_a_certificate"),
        new Rule(Kind.NO_COMMON_SUITE, "handshake_failure"),
        new Rule(Kind.BAD_CERTIFICATE, "certificate"),
        new Rule(Kind.BAD_MESSAGE, "unexpected_message"),
        new Rule(Kind.BAD_MESSAGE, "bad_record_mac"),
        new Rule(Kind.BAD_MESSAGE, "decode_error"),
        new Rule(Kind.BAD_MESSAGE, "decrypt_error"),
        new Rule(Kind.BAD_MESSAGE, "illegal_parameter"),
        new Rule(Kind.BAD_MESSAGE, "record"),
        new Rule(Kind.BAD_MESSAGE, "handshake message"),
        new Rule(Kind.BAD_MESSAGE, "tag mismatch"),
    };

    private final Object peer;
    private final boolean client;

    TlsFailures(Object peer, boolean client) {
        this.peer = peer;
        this.client = client;
    }

    /** {@return the failure of an engine, explained} */
    IOException explain(SSLException failure, SSLEngine engine) {
        for (Throwable cause : LowLevel.causes(failure)) {
            if (cause instanceof CertificateRejectedException rejected) {
                return failed(rejected.kind(), rejected.reason(), failure);
            }
        }
        for (Throwable cause : LowLevel.causes(failure)) { // OpenSSL's engine has the reason in a cause
            String message = String.valueOf(cause.getMessage());
            Matcher alert = RECEIVED_ALERT.matcher(message);
            if (alert.find()) {
                return refused(alert.group(1).toLowerCase(Locale.ROOT).replace(' ', '_'), failure, engine);
            }
            String lower = message.toLowerCase(Locale.ROOT);
            for (Rule rule : RULES) {
                if (lower.contains(rule.words)) {
                    return failed(rule.kind, LowLevel.describe(message) + meaning(rule.kind, engine), failure);
                }
            }
        }
        return failed(Kind.OTHER, LowLevel.describe(failure.getMessage()), failure);
    }

    /** {@return the failure by an alert of the peer, explained} */
    TlsException refused(String alert, SSLException failure, SSLEngine engine) {
        Kind kind = kindOfAlert(alert);
        String meaning = alert.equals("handshake_failure") ? noAgreement(engine) : meaning(kind, engine);
        return failed(kind, "the peer refuses with the alert " + alert + meaning, failure);
    }

    private static Kind kindOfAlert(String alert) {
        return switch (alert) {
            case "protocol_version" -> Kind.NO_COMMON_PROTOCOL;
            case "insufficient_security" -> Kind.NO_COMMON_SUITE;
            case "no_application_protocol" -> Kind.NO_COMMON_APPLICATION_PROTOCOL;
            case "certificate_required",
                    "bad_certificate",
                    "unknown_ca",
                    "certificate_expired",
                    "certificate_unknown",
                    "certificate_revoked",
                    "unsupported_certificate",
                    "no_certificate",
                    "access_denied" -> Kind.CERTIFICATE_REFUSED;
            case "unexpected_message",
                    "bad_record_mac",
                    "record_overflow",
                    "decode_error",
                    "decrypt_error",
                    "illegal_parameter" -> Kind.BAD_MESSAGE;
            default -> Kind.REFUSED;
        };
    }

    private String meaning(Kind kind, SSLEngine engine) {
        return switch (kind) {
            case NO_COMMON_PROTOCOL ->
                ". This end offers the protocols " + Arrays.toString(engine.getEnabledProtocols()) + ".";
            case NO_COMMON_SUITE ->
                ". This end offers the protocols " + Arrays.toString(engine.getEnabledProtocols()) + " and the suites "
                        + firstOf(engine.getEnabledCipherSuites()) + ".";
            case NO_COMMON_APPLICATION_PROTOCOL ->
                ". This end offers the application protocols "
                        + Arrays.toString(engine.getSSLParameters().getApplicationProtocols()) + ".";
            case NO_CERTIFICATE ->
                client
                        ? ". The server has sent no certificate."
                        : ". The client must have a certificate (TlsOptions.withIdentity).";
            case CERTIFICATE_REFUSED ->
                ". The peer does not accept the certificate of this end, or needs one: see TlsOptions.withIdentity here, and"
                        + " which authorities the peer trusts.";
            case REFUSED -> ". The reason is in the log of the peer.";
            default -> "";
        };
    }

    private static String noAgreement(SSLEngine engine) {
        return ". There may be no cipher suite or kind of key in common (this end offers "
                + firstOf(engine.getEnabledCipherSuites())
                + "), or the peer needs a certificate of this end (TlsOptions.withIdentity); the log of the peer may say more.";
    }

    private static String firstOf(String[] suites) {
        String shown = String.join(", ", Arrays.copyOf(suites, Math.min(suites.length, MAX_SUITES_SHOWN)));
        return shown + (suites.length > MAX_SUITES_SHOWN ? " and " + (suites.length - MAX_SUITES_SHOWN) + " more" : "");
    }

    TlsException notTls(String first) {
        String shown = LowLevel.describe(first.lines().findFirst().orElse(""));
        String remedy = client
                ? "The port may be for plain connections; connect without TLS, or to the port for TLS."
                : "The client may have connected without TLS, as by http:// instead of https://.";
        return failed(Kind.NOT_TLS, "the peer does not speak TLS; it begins with '" + shown + "'. " + remedy, null);
    }

    TlsException endedInHandshake() {
        return failed(
                Kind.ENDED,
                "the peer ended the connection. It may not speak TLS, or does not like what this end offers; see its log.",
                null);
    }

    TlsException timedOut(@Nullable Duration limit, Throwable cause) {
        return failed(Kind.TIMED_OUT, "it was not complete within " + limit, cause);
    }

    TlsException renegotiation() {
        return failed(
                Kind.BAD_MESSAGE,
                "the peer asks for a new handshake on the open connection. Gyre refuses that, as most programs do; TLS 1.3"
                        + " does not have it.",
                null);
    }

    /** An engine that moves no bytes, however often it is called. */
    TlsException stuck(SSLEngine engine, String reason) {
        return failed(
                Kind.OTHER,
                "the engine of " + engine.getClass().getName() + " makes no progress: its " + reason
                        + ". That is a mistake in the engine. If it comes from TlsOptions.withEngines, leave that out to use the"
                        + " engine of the JDK.",
                null);
    }

    /** A failure that neither an engine nor a stream should have. */
    IOException unexpected(RuntimeException failure) {
        return new IOException(
                "TLS with " + peer + " failed, because its engine or the stream below threw "
                        + LowLevel.describe(failure) + ". That is a mistake in one of them.",
                failure);
    }

    IOException endedByPeer(SSLEngine engine) {
        boolean half = engine.getSession().getProtocol().equals("TLSv1.3");
        return new IOException("the peer of " + peer + " has ended the connection, and "
                + (half ? "the engine of " + engine.getClass().getName() : "this version of TLS")
                + " ends both directions at once: nothing can be written any more. "
                + (half ? "The engine of the JDK" : "TLS 1.3") + " ends each direction by itself.");
    }

    TruncatedStreamException truncated() {
        return new TruncatedStreamException(peer);
    }

    private TlsException failed(Kind kind, String reason, @Nullable Throwable cause) {
        return new TlsException(kind, "TLS with " + peer + " failed: " + reason, cause);
    }
}
