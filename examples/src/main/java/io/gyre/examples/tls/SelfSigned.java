package io.gyre.examples.tls;

import io.gyre.net.os.Subprocess;
import io.gyre.net.os.SubprocessOptions;
import io.gyre.net.os.SubprocessOutput;
import io.gyre.net.tls.TlsOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * A certificate for localhost that signs itself, made by the {@code keytool} of the JDK. A client trusts it by its
 * fingerprint ({@link Pinned}), or by its file.
 */
public final class SelfSigned {
    private static final String ALIAS = "gyre";
    private static final String DAYS = "30";
    private static final int MAX_OUTPUT_BYTES = 64 << 10;

    private final KeyStore store;
    private final char[] password;

    private SelfSigned(KeyStore store, char[] password) {
        this.store = store;
        this.password = password;
    }

    /**
     * Makes a certificate and its key, and keeps them in memory only. Suspends.
     *
     * @return the certificate
     * @throws IOException if {@code keytool} is missing or fails
     */
    public static SelfSigned make() throws IOException {
        Path directory = Files.createTempDirectory("gyre-tls");
        Path file = directory.resolve("store.p12");
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        String password = HexFormat.of().formatHex(secret);
        try {
            runKeytool(file, password);
            return new SelfSigned(load(file, password.toCharArray()), password.toCharArray());
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
    }

    private static void runKeytool(Path file, String password) throws IOException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        if (!Files.exists(keytool)) {
            throw new IOException("this Java runtime has no " + keytool
                    + " to make a certificate with. Give one with --tls-cert and --tls-key.");
        }
        SubprocessOptions options = SubprocessOptions.of(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1,ip:::1",
                        "-validity",
                        DAYS,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass:env",
                        "STORE_PASSWORD")
                .withEnvironment("STORE_PASSWORD", password) // an argument would be visible to other users
                .withStderrMerged();
        SubprocessOutput output;
        try (Subprocess process = Subprocess.exec(options)) {
            output = process.communicate(new byte[0], MAX_OUTPUT_BYTES);
        }
        if (output.exitCode() != 0) {
            throw new IOException("keytool has made no certificate: " + output.text());
        }
    }

    private static KeyStore load(Path file, char[] password) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(bytes, password);
            return store;
        } catch (GeneralSecurityException unreadable) {
            throw new IOException("the key store that keytool made cannot be read", unreadable);
        }
    }

    /** {@return options for TLS with this certificate} */
    public TlsOptions identity() {
        return TlsOptions.defaults().withIdentity(store, password);
    }

    /** {@return the certificate} */
    public X509Certificate certificate() {
        try {
            return (X509Certificate) store.getCertificate(ALIAS);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** {@return the key of the certificate} */
    public PrivateKey key() {
        try {
            return (PrivateKey) store.getKey(ALIAS, password);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** {@return the fingerprint of the certificate, as {@link Pinned} takes it} */
    public String fingerprint() {
        return Pinned.fingerprint(certificate());
    }
}
