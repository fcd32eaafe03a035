package io.gyre.examples.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;
import javax.net.ssl.X509TrustManager;

/** Trusts one certificate, by its SHA-256 fingerprint, and no other: whoever signed it, and whatever its name. */
public final class Pinned implements X509TrustManager {
    private final String fingerprint;

    /**
     * Trusts a certificate.
     *
     * @param fingerprint 32 bytes in hexadecimal, with or without colons
     * @throws IllegalArgumentException if it is not
     */
    public Pinned(String fingerprint) {
        String digits = fingerprint.replace(":", "").toLowerCase(Locale.ROOT);
        if (!digits.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "a fingerprint has 64 hexadecimal digits, with or without colons; this one does not");
        }
        this.fingerprint = digits;
    }

    /**
     * {@return the SHA-256 fingerprint of a certificate, as openssl prints it}
     *
     * @param certificate any
     */
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
        } catch (GeneralSecurityException impossible) { // each JDK has SHA-256, and each parsed certificate its bytes
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        String actual = fingerprint(chain[0]);
        if (!actual.replace(":", "").toLowerCase(Locale.ROOT).equals(fingerprint)) {
            throw new CertificateException(
                    "the server's certificate has the fingerprint " + actual + ", which is not the expected one");
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
