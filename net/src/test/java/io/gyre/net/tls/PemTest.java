package io.gyre.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.net.Feature;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates and keys in files. */
final class PemTest {
    private final Path directory;

    PemTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static Identity identity(String chain, String key, char... password) throws IOException {
        return new IdentitySource.PemFiles(
                        Certified.file(chain),
                        Certified.file(key),
                        password.length == 0 ? null : new Password(password))
                .read()
                .getFirst();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("some.pem"), text);
    }

    private static void requireFailure(ThrowingCallable call, Kind kind, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(TlsException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e).hasMessageContainingAll(words);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "server.pem, server-key.pem, EC",
        "server.pem, server-key-sec1.pem, EC",
        "rsa.pem, rsa-key.pem, RSA",
        "rsa.pem, rsa-key-pkcs1.pem, RSA",
        "ed25519.pem, ed25519-key.pem, EdDSA"
    })
    @Feature("Keys from PEM files, encrypted or not")
    void keysOfAllKindsAreRead(String chain, String key, String algorithm) throws IOException {
        Identity identity = identity(chain, key);

        assertThat(identity.key().getAlgorithm()).isEqualTo(algorithm);
        assertThat(identity.chain()).hasSize(2);
    }

    @Test
    void encryptedKeyIsReadWithItsPassword() throws IOException {
        assertThat(identity("rsa.pem", "rsa-key-encrypted.pem", "secret".toCharArray())
                        .key())
                .isEqualTo(identity("rsa.pem", "rsa-key.pem").key());
        requireFailure(
                () -> identity("rsa.pem", "rsa-key-encrypted.pem", "wrong".toCharArray()),
                Kind.UNREADABLE_FILE,
                "rsa-key-encrypted.pem",
                "password");
        requireFailure(
                () -> identity("rsa.pem", "rsa-key-encrypted.pem"), Kind.UNREADABLE_FILE, "encrypted", "password");
    }

    @Test
    void oldEncryptedKeyIsRefusedWithTheCommandThatConvertsIt() {
        requireFailure(
                () -> identity("rsa.pem", "rsa-key-old-encrypted.pem", "secret".toCharArray()),
                Kind.UNREADABLE_FILE,
                "openssl pkcs8 -topk8",
                "line 1");
    }

    @Test
    void keyThatDoesNotFitIsFound() {
        requireFailure(
                () -> identity("server.pem", "other-key.pem"), Kind.KEY_MISMATCH, "other-key.pem", "CN=localhost");
        requireFailure(() -> identity("server.pem", "rsa-key.pem"), Kind.KEY_MISMATCH, "rsa-key.pem");
    }

    @Test
    void missingFileIsNamed() {
        Path missing = directory.resolve("missing.pem");

        requireFailure(() -> Certificates.read(missing), Kind.UNREADABLE_FILE, "missing.pem", "NoSuchFile");
    }

    @Test
    void lineThatIsWrongIsNamed() throws IOException {
        String pem = Files.readString(Certified.file("self-signed.pem"));
        Path wrong = file("a comment\n" + pem.replaceFirst("\\n", "\nAAAA!\n"));

        requireFailure(() -> Certificates.read(wrong), Kind.UNREADABLE_FILE, "some.pem", "line 3", "character 5");
    }

    @Test
    void fileThatIsCutOffIsFound() throws IOException {
        String pem = Files.readString(Certified.file("self-signed.pem"));
        Path cut = file(pem.substring(0, pem.length() / 2));
        requireFailure(() -> Certificates.read(cut), Kind.UNREADABLE_FILE, "line 1", "does not end");

        Path joined = file(pem.replaceFirst("-----END.*", "") + pem);
        requireFailure(() -> Certificates.read(joined), Kind.UNREADABLE_FILE, "does not end");
    }

    @Test
    void bytesThatAreNoCertificateAreFound() throws IOException {
        Path wrong = file("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        requireFailure(() -> Certificates.read(wrong), Kind.UNREADABLE_FILE, "line 1", "decoded");

        Path key = file("-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n");
        requireFailure(() -> PrivateKeys.read(key, null), Kind.UNREADABLE_FILE, "line 1", "private key");

        Path cut = file("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n");
        requireFailure(() -> PrivateKeys.read(cut, null), Kind.UNREADABLE_FILE, "private key");
    }

    @Test
    void otherThingsInAFileAreNamed() throws Exception {
        requireFailure(() -> Certificates.read(Certified.file("server-key.pem")), Kind.UNREADABLE_FILE, "PRIVATE KEY");
        requireFailure(() -> PrivateKeys.read(Certified.file("server.pem"), null), Kind.UNREADABLE_FILE, "CERTIFICATE");
        requireFailure(() -> Certificates.read(file("")), Kind.UNREADABLE_FILE, "no PEM object");
        Path der = Files.write(
                directory.resolve("der"),
                Certificates.read(Certified.file("server.pem")).getFirst().getEncoded());
        requireFailure(() -> Certificates.read(der), Kind.UNREADABLE_FILE, "openssl x509 -inform der");
    }

    @Test
    void unknownKindOfKeyIsRefusedWithTheCommandThatConvertsIt() throws IOException {
        Path key = file("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n");

        requireFailure(() -> PrivateKeys.read(key, null), Kind.UNREADABLE_FILE, "OPENSSH", "openssl pkcs8");
    }

    @Test
    void fileThatIsTooLargeIsNotRead() throws IOException {
        Path large = Files.write(directory.resolve("large"), new byte[(4 << 20) + 1]);

        requireFailure(() -> Certificates.read(large), Kind.UNREADABLE_FILE, "4194304 bytes");
    }

    @Test
    void keyStoreGivesItsKeys() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Identity identity = identity("server.pem", "server-key.pem");
        char[] password = "secret".toCharArray();
        store.setKeyEntry("mine", identity.key(), password, identity.chain().toArray(X509Certificate[]::new));

        assertThat(new IdentitySource.Store(store, new Password(password))
                        .read()
                        .getFirst()
                        .chain())
                .isEqualTo(identity.chain());
        requireFailure(
                () -> new IdentitySource.Store(store, new Password("wrong".toCharArray())).read(),
                Kind.UNREADABLE_FILE,
                "key store");
        store.deleteEntry("mine");
        requireFailure(
                () -> new IdentitySource.Store(store, new Password(password)).read(),
                Kind.UNREADABLE_FILE,
                "no private key");
    }
}
