package io.gyre.bench.servers;

import io.gyre.bench.process.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The certificate of all servers that speak TLS: of the curve P-256, signed by itself, made for one run.
 *
 * @param directory has it and its key in a key store, and both in one file of PEM
 */
public record SelfSigned(Path directory) {
    /** Tells the JVM of a server that it is to speak TLS, and where its certificate is. */
    private static final String PROPERTY = "io.gyre.bench.tls";

    private static final String ALIAS = "bench";
    private static final String PASSWORD = "nothing secret";
    private static final int PEM_COLUMNS = 64;

    /** Makes one by the {@code keytool} of this JDK. */
    public static SelfSigned make(Path directory) throws IOException, InterruptedException {
        var made = new SelfSigned(directory);
        Files.deleteIfExists(made.store());
        var command = new ArrayList<>(List.of(Tools.ofJdk("keytool"), "-genkeypair", "-alias", ALIAS));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-dname", "CN=localhost", "-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of("-keystore", made.store().toString()));
        Tools.run(command);
        made.writePem();
        return made;
    }

    private void writePem() throws IOException {
        try {
            KeyStore keys = load();
            byte[] certificate = keys.getCertificate(ALIAS).getEncoded();
            byte[] key = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
            Files.writeString(pem(), block("CERTIFICATE", certificate) + block("PRIVATE KEY", key));
        } catch (GeneralSecurityException unreadable) {
            throw new IOException(unreadable);
        }
    }

    private static String block(String label, byte[] content) {
        String base64 = Base64.getMimeEncoder(PEM_COLUMNS, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    private Path store() {
        return directory.resolve("server.p12");
    }

    /** {@return the file with the certificate and its key} */
    Path pem() {
        return directory.resolve("server.pem");
    }

    /** {@return what makes a server of ours speak TLS} */
    public String jvmOption() {
        return "-D" + PROPERTY + "=" + directory;
    }

    // ---- in the JVM of a server

    static boolean isAskedFor() {
        return System.getProperty(PROPERTY) != null;
    }

    static SelfSigned ofThisJvm() {
        return new SelfSigned(Path.of(System.getProperty(PROPERTY)));
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        try (InputStream bytes = Files.newInputStream(store())) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(bytes, PASSWORD.toCharArray());
            return keys;
        }
    }

    /** {@return what the JDK makes of it} */
    SSLContext context() throws IOException {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(load(), PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IOException(unusable);
        }
    }
}
