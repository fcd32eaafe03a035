package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where certificates of this end and their keys come from. */
sealed interface IdentitySource {
    /** {@return what is there now} Blocks. */
    List<Identity> read() throws IOException;

    /**
     * Two PEM files.
     *
     * @param chain the file of the certificates
     * @param key the file of the key
     * @param password for the key
     */
    record PemFiles(Path chain, Path key, @Nullable Password password) implements IdentitySource {
        @Override
        public List<Identity> read() throws IOException {
            return List.of(
                    Identity.of(LowLevel.describe(key), Certificates.read(chain), PrivateKeys.read(key, password)));
        }
    }

    /**
     * A key store.
     *
     * @param store the store
     * @param password for its keys
     */
    record Store(KeyStore store, Password password) implements IdentitySource {
        @Override
        public List<Identity> read() throws IOException {
            var identities = new ArrayList<Identity>();
            try {
                for (String alias : Collections.list(store.aliases())) {
                    if (store.getKey(alias, password.characters()) instanceof PrivateKey key) {
                        var chain = new ArrayList<X509Certificate>();
                        for (Certificate each : store.getCertificateChain(alias)) {
                            chain.add((X509Certificate) each);
                        }
                        identities.add(Identity.of("the key store entry " + LowLevel.describe(alias), chain, key));
                    }
                }
            } catch (GeneralSecurityException unusable) {
                throw failure(LowLevel.describe(unusable.getMessage()), unusable);
            }
            if (identities.isEmpty()) {
                throw failure("it has no private key", null);
            }
            return identities;
        }

        private static TlsException failure(String reason, @Nullable Throwable cause) {
            return new TlsException(Kind.UNREADABLE_FILE, "cannot use the key store: " + reason, cause);
        }
    }
}
