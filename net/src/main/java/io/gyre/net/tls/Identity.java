package io.gyre.net.tls;

import io.gyre.net.tls.TlsException.Kind;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate of this end, its signers and its key.
 *
 * @param origin where it comes from, for messages
 * @param chain the certificate, followed by its signers
 * @param key the key of the certificate
 */
record Identity(String origin, List<X509Certificate> chain, PrivateKey key) {
    /** {@return an identity whose key fits its certificate} */
    static Identity of(String origin, List<X509Certificate> chain, PrivateKey key) throws TlsException {
        X509Certificate certificate = chain.getFirst();
        if (!fits(key, certificate.getPublicKey())) {
            throw new TlsException(
                    Kind.KEY_MISMATCH,
                    "the private key of " + origin + " does not belong to the certificate of "
                            + Certificates.subject(certificate)
                            + ". The certificate of this end must be the first in its"
                            + " file, before those of its signers.",
                    null);
        }
        return new Identity(origin, List.copyOf(chain), key);
    }

    private static boolean fits(PrivateKey key, PublicKey publicKey) throws TlsException {
        if (!key.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case "DSA" -> "SHA256withDSA";
                    case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
                    default -> null;
                };
        if (algorithm == null) {
            return true; // it shows in the first handshake
        }
        byte[] message = new byte[32];
        new SecureRandom().nextBytes(message);
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(message);
            byte[] signature = signing.sign();
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(publicKey);
            verifying.update(message);
            return verifying.verify(signature);
        } catch (GeneralSecurityException different) {
            return false; // such as keys of different curves
        }
    }

    /** {@return whether the key is of a kind that an engine asks for, such as RSA} */
    boolean isOfType(String keyType) {
        String algorithm = chain.getFirst().getPublicKey().getAlgorithm();
        return algorithm.equals(keyType) || (keyType.startsWith("EC_") && algorithm.equals("EC"));
    }
}
