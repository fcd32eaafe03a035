package io.gyre.examples.http;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;

/** Certificates of the tests, each of which signs itself. */
final class Identities {
    /** For localhost and its address. */
    static final X509Bundle SERVER = make(builder());

    static final X509Bundle EXPIRED = make(
            builder().notBefore(Instant.parse("2020-01-01T00:00:00Z")).notAfter(Instant.parse("2021-01-01T00:00:00Z")));

    static final X509Bundle CLIENT = make(new CertificateBuilder().subject("CN=client"));

    private Identities() {}

    private static CertificateBuilder builder() {
        return new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1");
    }

    private static X509Bundle make(CertificateBuilder builder) {
        try {
            return builder.setIsCertificateAuthority(true).buildSelfSigned();
        } catch (Exception impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** {@return what a server shows} */
    static SslContextBuilder server(X509Bundle identity) {
        return SslContextBuilder.forServer(identity.getKeyPair().getPrivate(), identity.getCertificatePath());
    }

    /** {@return the authorities of a client of {@link #SERVER}} */
    static List<X509Certificate> trusted() {
        return List.of(SERVER.getCertificate());
    }

    /** {@return what a client of the JDK trusts} */
    static SSLContext context() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, SERVER.toTrustManagerFactory().getTrustManagers(), null);
        return context;
    }

    /** {@return a file with a certificate, in a directory} */
    static Path certificateFile(X509Bundle identity, Path directory) throws IOException {
        return Files.writeString(directory.resolve("certificate.pem"), identity.getCertificatePEM());
    }

    /** {@return a file with a key, in a directory} */
    static Path keyFile(X509Bundle identity, Path directory) throws IOException {
        return Files.writeString(directory.resolve("key.pem"), identity.getPrivateKeyPEM());
    }
}
