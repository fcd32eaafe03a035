package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Reads certificates, and the names in them. */
final class Certificates {
    /** Types of the names of a certificate, as {@link X509Certificate#getSubjectAlternativeNames} numbers them. */
    private static final int DNS_NAME = 2;

    private static final int IP_ADDRESS = 7;

    /** Enough to see what a certificate is for; some have hundreds. */
    private static final int MAX_NAMES_SHOWN = 20;

    private Certificates() {}

    /** {@return the certificates of a PEM file, at least one} Blocks. */
    static List<X509Certificate> read(Path file) throws IOException {
        var certificates = new ArrayList<X509Certificate>();
        List<PemBlock> blocks = PemBlock.read(file);
        for (PemBlock block : blocks) {
            if (block.type().equals("CERTIFICATE")
                    || block.type().equals("X509 CERTIFICATE")
                    || block.type().equals("TRUSTED CERTIFICATE")) {
                certificates.add(decode(block));
            }
        }
        if (certificates.isEmpty()) {
            PemBlock first = blocks.getFirst();
            throw first.failure("there is no certificate in this file; it has a " + first.type(), null);
        }
        return certificates;
    }

    private static X509Certificate decode(PemBlock block) throws TlsException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(block.bytes()));
        } catch (CertificateException | ClassCastException wrong) {
            throw block.failure("the certificate cannot be decoded: " + LowLevel.describe(wrong.getMessage()), wrong);
        }
    }

    /** {@return the DNS names of a certificate, in lower case} The common name counts only if there are none. */
    static List<String> dnsNames(X509Certificate certificate) {
        List<String> names = names(certificate, DNS_NAME);
        return names.isEmpty() ? commonName(certificate) : names;
    }

    private static List<String> names(X509Certificate certificate, int type) {
        var names = new ArrayList<String>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                for (List<?> name : all) {
                    if (name.get(0).equals(type) && name.get(1) instanceof String text) {
                        names.add(text.toLowerCase(Locale.ROOT));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            // it has no names, then
        }
        return names;
    }

    private static List<String> commonName(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        for (String part : subject.split("(?<!\\\\),", -1)) {
            if (part.startsWith("CN=")) {
                return List.of(part.substring("CN=".length()).toLowerCase(Locale.ROOT));
            }
        }
        return List.of();
    }

    /** {@return whether a certificate is for a host; {@code *.example.com} is for any one label before the dot} */
    static boolean isFor(String host, X509Certificate certificate) {
        String wanted = host.toLowerCase(Locale.ROOT);
        int dot = wanted.indexOf('.');
        for (String name : dnsNames(certificate)) {
            if (name.equals(wanted)
                    || (name.startsWith("*.") && dot > 0 && name.substring(1).equals(wanted.substring(dot)))) {
                return true;
            }
        }
        return false;
    }

    /** {@return the names that a certificate has, for messages} */
    static String namesShown(X509Certificate certificate) {
        var names = new ArrayList<>(names(certificate, DNS_NAME));
        names.addAll(names(certificate, IP_ADDRESS));
        if (names.isEmpty()) {
            return "no name of a host, only the subject " + subject(certificate);
        }
        List<String> shown = names.subList(0, Math.min(names.size(), MAX_NAMES_SHOWN));
        return LowLevel.describe(String.join(", ", shown))
                + (names.size() > shown.size() ? " and " + (names.size() - shown.size()) + " more" : "");
    }

    static String subject(X509Certificate certificate) {
        return LowLevel.describe(certificate.getSubjectX500Principal().getName());
    }

    static String issuer(X509Certificate certificate) {
        return LowLevel.describe(certificate.getIssuerX500Principal().getName());
    }
}
