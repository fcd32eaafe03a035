package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import io.gyre.net.tls.TlsException.Kind;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** A trust manager that says which certificate it refuses, and why. */
final class ExplainingTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager manager;

    ExplainingTrust(X509ExtendedTrustManager manager) {
        this.manager = manager;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private static void explain(X509Certificate[] chain, @Nullable String host, Check check)
            throws CertificateException {
        try {
            check.run();
        } catch (CertificateException refused) {
            throw explained(chain, host, refused);
        }
    }

    private static CertificateException explained(
            X509Certificate[] chain, @Nullable String host, CertificateException refused) {
        X509Certificate first = chain[0];
        String what = "the certificate of " + Certificates.subject(first);
        for (Throwable cause : LowLevel.causes(refused)) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return new CertificateRejectedException(Kind.EXPIRED, validity(chain, what), refused);
            }
        }
        String message = String.valueOf(refused.getMessage());
        if (message.contains("subject alternative") || message.startsWith("No name matching")) {
            return new CertificateRejectedException(
                    Kind.WRONG_NAME,
                    "this end connects to '" + LowLevel.describe(host) + "', but the certificate is for "
                            + Certificates.namesShown(first) + ". Connect by one of these names.",
                    refused);
        }
        if (message.contains("unable to find valid certification path") || message.contains("Path does not chain")) {
            return new CertificateRejectedException(Kind.UNKNOWN_AUTHORITY, unknown(chain, what), refused);
        }
        return new CertificateRejectedException(
                Kind.BAD_CERTIFICATE, what + " is refused: " + LowLevel.describe(message), refused);
    }

    private static String unknown(X509Certificate[] chain, String what) {
        X509Certificate last = chain[chain.length - 1];
        boolean self = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        String signer = self && chain.length == 1 ? "itself" : Certificates.issuer(last);
        return what + " is signed by " + signer
                + ", whom this end does not trust. If it should, add the certificate of "
                + (self && chain.length == 1 ? "the peer" : "this authority")
                + " (TlsOptions.withTrust). If the peer sends its certificate without those of its signers, it must send"
                + " them too.";
    }

    private static String validity(X509Certificate[] chain, String what) {
        Instant now = Instant.now();
        for (int i = 0; i < chain.length; i++) {
            String which = i == 0
                    ? what
                    : "the certificate of " + Certificates.subject(chain[i]) + ", which signs " + what + ",";
            Instant begin = chain[i].getNotBefore().toInstant();
            Instant end = chain[i].getNotAfter().toInstant();
            if (now.isAfter(end)) {
                return which + " has expired: it was valid until " + end + ", and now it is " + now + ".";
            }
            if (now.isBefore(begin)) {
                return which + " is not valid yet: it begins to be on " + begin + ", and now it is " + now
                        + ". Is the clock of this machine right?";
            }
        }
        return what + " is signed by an authority whose certificate has expired";
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        explain(chain, engine.getPeerHost(), () -> manager.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        explain(chain, null, () -> manager.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        explain(chain, null, () -> manager.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        explain(chain, null, () -> manager.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        explain(chain, null, () -> manager.checkServerTrusted(chain, authType));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        explain(chain, null, () -> manager.checkClientTrusted(chain, authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return manager.getAcceptedIssuers();
    }
}
