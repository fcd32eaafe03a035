package io.gyre.net.tls;

import io.gyre.loop.LowLevel;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whom this end trusts. */
sealed interface TrustSource {
    /** The authorities of the Java runtime. */
    TrustSource SYSTEM = new OfRuntime();

    /** {@return a manager that trusts them as they are now} Blocks. */
    X509TrustManager read() throws IOException;

    /** The authorities of the Java runtime. */
    record OfRuntime() implements TrustSource {
        @Override
        public X509TrustManager read() throws IOException {
            return managerOf(null);
        }

        @Override
        public String toString() {
            return "the authorities of the Java runtime";
        }
    }

    /**
     * The authorities of a PEM file.
     *
     * @param path the file
     */
    record PemFile(Path path) implements TrustSource {
        @Override
        public X509TrustManager read() throws IOException {
            return managerOf(io.gyre.net.tls.Certificates.read(path));
        }

        @Override
        public String toString() {
            return LowLevel.describe(path);
        }
    }

    /**
     * Given authorities.
     *
     * @param certificates their certificates
     */
    record Certificates(List<X509Certificate> certificates) implements TrustSource {
        @Override
        public X509TrustManager read() throws IOException {
            return managerOf(certificates);
        }

        @Override
        public String toString() {
            return certificates.size() + " given authorities";
        }
    }

    /**
     * A manager of the user.
     *
     * @param manager the manager
     */
    record Manager(X509TrustManager manager) implements TrustSource {
        @Override
        public X509TrustManager read() {
            return manager;
        }

        @Override
        public String toString() {
            return LowLevel.describe(manager);
        }
    }

    private static X509TrustManager managerOf(@Nullable List<X509Certificate> authorities) throws IOException {
        try {
            KeyStore store = null;
            if (authorities != null) {
                store = KeyStore.getInstance(KeyStore.getDefaultType());
                store.load(null, null);
                for (int i = 0; i < authorities.size(); i++) {
                    store.setCertificateEntry("authority " + i, authorities.get(i));
                }
            }
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager trust) {
                    return trust;
                }
            }
            throw new TlsException(Kind.UNSUPPORTED, "this Java runtime has no trust manager for certificates", null);
        } catch (GeneralSecurityException unusable) {
            throw new TlsException(
                    Kind.UNSUPPORTED,
                    "the trusted authorities cannot be used: " + LowLevel.describe(unusable.getMessage()),
                    unusable);
        }
    }
}
