package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/** Reads private keys. */
final class PrivateKeys {
    private PrivateKeys() {}

    /** {@return the first key of a PEM file} Blocks. */
    static PrivateKey read(Path file, @Nullable Password password) throws IOException {
        var blocks = PemBlock.read(file);
        for (PemBlock block : blocks) {
            if (block.type().endsWith("PRIVATE KEY")) {
                return decode(block, password);
            }
        }
        PemBlock first = blocks.getFirst();
        throw first.failure("there is no private key in this file; it has a " + first.type(), null);
    }

    private static PrivateKey decode(PemBlock block, @Nullable Password password) throws TlsException {
        if (block.encrypted()) {
            throw block.failure(
                    "the key is encrypted in an old format of OpenSSL. Convert it to PKCS#8 with 'openssl pkcs8 -topk8 -in "
                            + LowLevel.describe(block.file()) + " -out key.pem'.",
                    null);
        }
        try {
            return switch (block.type()) {
                case "PRIVATE KEY" -> ofPkcs8(block.bytes());
                case "RSA PRIVATE KEY" -> ofPkcs8(Der.pkcs8OfRsa(block.bytes()));
                case "EC PRIVATE KEY" -> ofPkcs8(Der.pkcs8OfEc(block.bytes()));
                case "ENCRYPTED PRIVATE KEY" -> decrypt(block, password);
                default ->
                    throw block.failure(
                            "a " + block.type()
                                    + " is not supported. Convert it to PKCS#8 with 'openssl pkcs8 -topk8 -in "
                                    + LowLevel.describe(block.file()) + " -out key.pem'.",
                            null);
            };
        } catch (GeneralSecurityException | IllegalArgumentException | IOException wrong) {
            if (wrong instanceof TlsException told) {
                throw told;
            }
            throw block.failure("the private key cannot be decoded: " + LowLevel.describe(wrong.getMessage()), wrong);
        }
    }

    private static PrivateKey decrypt(PemBlock block, @Nullable Password password)
            throws GeneralSecurityException, IOException {
        if (password == null) {
            throw block.failure("the key is encrypted; give its password (TlsOptions.withIdentity).", null);
        }
        var encrypted = new EncryptedPrivateKeyInfo(block.bytes());
        var spec = new PBEKeySpec(password.characters());
        try {
            // For PBES2 the JDK has the name of the whole scheme only here.
            String scheme = encrypted.getAlgParameters() == null
                    ? encrypted.getAlgName()
                    : encrypted.getAlgParameters().toString();
            var key = SecretKeyFactory.getInstance(scheme).generateSecret(spec);
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(Cipher.DECRYPT_MODE, key, encrypted.getAlgParameters());
            return ofPkcs8(encrypted.getKeySpec(cipher).getEncoded());
        } catch (NoSuchAlgorithmException unknown) {
            throw block.failure(
                    "the key is encrypted with a scheme that this Java runtime lacks. Encrypt it with"
                            + " 'openssl pkcs8 -topk8 -v2 aes256'.",
                    unknown);
        } catch (InvalidKeyException | InvalidKeySpecException wrong) {
            throw block.failure("the key cannot be decrypted; is the password right?", wrong);
        } finally {
            spec.clearPassword();
        }
    }

    private static PrivateKey ofPkcs8(byte[] encoded) throws GeneralSecurityException, IOException {
        String algorithm = Der.algorithmOfPkcs8(encoded);
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (NoSuchAlgorithmException missing) {
            throw new TlsException(
                    Kind.UNSUPPORTED,
                    "this Java runtime has no keys of the kind " + algorithm
                            + ". If it was made with jlink, it may lack the module jdk.crypto.ec.",
                    missing);
        }
    }
}
