package io.gyre.net.tls;

import io.gyre.loop.CancelledException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How to speak TLS: whom to trust, who this end is, what to offer, how long to wait. Start from {@link #defaults()}.
 *
 * {@snippet :
 * TlsOptions server = TlsOptions.defaults()
 *         .withIdentity(Path.of("fullchain.pem"), Path.of("privkey.pem"))
 *         .withApplicationProtocols("h2", "http/1.1");
 * TlsOptions client = TlsOptions.defaults().withTrust(Path.of("our-authority.pem"));
 * }
 *
 * <p>By default the authorities of the Java runtime are trusted, the name of a server is verified, TLS 1.3 and 1.2 are
 * offered, and a handshake takes 10 s at most.
 *
 * <p>Files are read off the loop, at the first connection, and again by {@link #reload}. Keep one object for all
 * connections of a kind: it remembers their sessions, which makes later handshakes short.
 *
 * <p>The secrets of a session can not be logged for Wireshark, as {@code SSLKEYLOGFILE} does elsewhere: the JDK does not give
 * them out. To see the plain bytes, use {@link TlsStream#setWireLog}. Another provider's engine
 * ({@link #withEngines}) may be able to.
 *
 * <p><b>Confinement:</b> immutable, except for the sessions that it remembers and the files that it has read; any thread.
 *
 * <p><b>Source:</b> Python {@code ssl.SSLContext}, Netty {@code SslContextBuilder}.
 */
public final class TlsOptions {
    /*
     * Design.
     *
     * `values` says what is wanted; `loaded` is what has become of it, in an object that each of these options has for
     * itself. A reload reads the files into `loaded`, for new connections.
     */
    private static final TlsOptions DEFAULTS = new TlsOptions(new TlsValues());

    private final TlsValues values;
    private final LoadedOptions loaded;

    private TlsOptions(TlsValues values) {
        this.values = values;
        this.loaded = new LoadedOptions(values);
    }

    private TlsOptions with(Consumer<TlsValues> change) {
        TlsValues changed = values.copy();
        change.accept(changed);
        return new TlsOptions(changed);
    }

    /** {@return the default options} */
    public static TlsOptions defaults() {
        return DEFAULTS;
    }

    // ---- whom to trust

    /**
     * {@return these options with the authorities in a PEM file, instead of those of the Java runtime}
     *
     * @param pemFile one certificate or more, up to 4 MiB; a server's own certificate is enough
     */
    public TlsOptions withTrust(Path pemFile) {
        Objects.requireNonNull(pemFile);
        return with(changed -> changed.trust = new TrustSource.PemFile(pemFile));
    }

    /**
     * {@return these options with given authorities, instead of those of the Java runtime}
     *
     * @param authorities their certificates, one or more
     */
    public TlsOptions withTrust(Collection<X509Certificate> authorities) {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("no certificate is given, so no peer could be trusted");
        }
        return with(changed -> changed.trust = new TrustSource.Certificates(List.copyOf(authorities)));
    }

    /**
     * {@return these options with a trust manager, which decides about each certificate of a peer}
     *
     * @param manager any; one that is not an {@link javax.net.ssl.X509ExtendedTrustManager} is helped with names by the JDK
     */
    public TlsOptions withTrust(X509TrustManager manager) {
        Objects.requireNonNull(manager);
        return with(changed -> changed.trust = new TrustSource.Manager(manager));
    }

    /**
     * {@return these options without the check that a server's certificate has the name that the client connects to}
     * Whoever has any certificate of a trusted authority can then play the server. To trust one server that has no
     * proper name, use {@link #withTrust} with its certificate, and this.
     */
    public TlsOptions withInsecureUnverifiedHostNames() {
        return with(changed -> changed.verifiesHostNames = false);
    }

    // ---- who this end is

    /**
     * {@return these options with one more certificate of this end, and its key} A server chooses by the name that the client
     * asks for (SNI); the first one is for all other names. A client shows the first that the server accepts.
     *
     * @param chainFile a PEM file with the certificate, followed by its signers
     * @param keyFile a PEM file with the key: PKCS#8 (BEGIN PRIVATE KEY), or the older formats of OpenSSL for RSA and EC keys
     */
    public TlsOptions withIdentity(Path chainFile, Path keyFile) {
        return withIdentity(
                new IdentitySource.PemFiles(Objects.requireNonNull(chainFile), Objects.requireNonNull(keyFile), null));
    }

    /**
     * {@return these options with one more certificate of this end, and its encrypted key}
     *
     * @param chainFile as {@link #withIdentity(Path, Path)}
     * @param keyFile a PEM file with the key as PKCS#8 (BEGIN ENCRYPTED PRIVATE KEY)
     * @param password decrypts the key; copied
     */
    public TlsOptions withIdentity(Path chainFile, Path keyFile, char[] password) {
        return withIdentity(new IdentitySource.PemFiles(
                Objects.requireNonNull(chainFile), Objects.requireNonNull(keyFile), new Password(password)));
    }

    /**
     * {@return these options with the certificates and keys of a key store}
     *
     * @param store has one key or more
     * @param password for the keys; copied
     */
    public TlsOptions withIdentity(KeyStore store, char[] password) {
        return withIdentity(new IdentitySource.Store(Objects.requireNonNull(store), new Password(password)));
    }

    private TlsOptions withIdentity(IdentitySource source) {
        return with(changed -> {
            var identities = new ArrayList<>(changed.identities);
            identities.add(source);
            changed.identities = List.copyOf(identities);
        });
    }

    /**
     * {@return these options with another rule for clients' certificates; a server does not ask for them by default}
     *
     * @param rule whether to ask
     */
    public TlsOptions withClientCertificates(ClientCertificates rule) {
        Objects.requireNonNull(rule);
        return with(changed -> changed.clientCertificates = rule);
    }

    // ---- what to offer

    /**
     * {@return these options with other versions of TLS}
     *
     * @param protocols such as {@code TLSv1.3}; by default TLSv1.3 and TLSv1.2
     */
    public TlsOptions withProtocols(String... protocols) {
        return with(changed -> changed.protocols = requireSome("protocol", protocols));
    }

    /**
     * {@return these options with other cipher suites, in order of preference}
     *
     * @param suites such as {@code TLS_AES_128_GCM_SHA256}; by default those that the Java runtime enables
     */
    public TlsOptions withCipherSuites(String... suites) {
        return with(changed -> changed.cipherSuites = requireSome("cipher suite", suites));
    }

    /**
     * {@return these options with application protocols to choose from (ALPN), in order of preference; none by default}
     *
     * @param protocols such as {@code h2}
     */
    public TlsOptions withApplicationProtocols(String... protocols) {
        for (String protocol : protocols) {
            if (protocol.isEmpty() || protocol.length() > 255) {
                throw new IllegalArgumentException(
                        "an application protocol has 1 to 255 characters, and not " + protocol.length());
            }
        }
        return with(changed -> changed.applicationProtocols = List.of(protocols));
    }

    private static List<String> requireSome(String what, String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("no " + what + " is given, so no connection could be made");
        }
        return List.of(names);
    }

    /**
     * {@return these options with other limits for remembered sessions}
     *
     * @param maxSessions how many a server remembers, 1 or more; 20,480 by default
     * @param lifetime how long a session can be resumed, 1 s or more; 24 h by default
     */
    public TlsOptions withSessions(int maxSessions, Duration lifetime) {
        if (maxSessions < 1 || lifetime.toSeconds() < 1) {
            throw new IllegalArgumentException(
                    maxSessions + " sessions for " + lifetime + "; there must be 1 or more, for 1 s or longer");
        }
        return with(changed -> {
            changed.maxSessions = maxSessions;
            changed.sessionLifetime = lifetime;
        });
    }

    /**
     * {@return these options with engines of another provider}
     *
     * @param engines makes the engine of each connection
     */
    public TlsOptions withEngines(EngineFactory engines) {
        Objects.requireNonNull(engines);
        return with(changed -> changed.engines = engines);
    }

    // ---- beginning and end

    /**
     * {@return these options with another time limit for a handshake}
     *
     * @param limit positive, or null for none; 10 s by default
     */
    public TlsOptions withHandshakeTimeout(@Nullable Duration limit) {
        if (limit != null && !limit.isPositive()) {
            throw new IllegalArgumentException("a time-out of " + limit + "; it must be positive, or null for none");
        }
        return with(changed -> changed.handshakeTimeout = limit);
    }

    /**
     * {@return these options with another moment of the handshake}
     *
     * @param lazy true: at the first read or write; false, the default: before the stream is returned
     */
    public TlsOptions withLazyHandshake(boolean lazy) {
        return with(changed -> changed.lazyHandshake = lazy);
    }

    /**
     * {@return these options with another time that {@link TlsStream#close} waits for the peer to end its output too}
     *
     * @param limit zero or more; 1 s by default
     */
    public TlsOptions withCloseTimeout(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("a time-out of " + limit + "; it must not be negative");
        }
        return with(changed -> changed.closeTimeout = limit);
    }

    /**
     * {@return these options with another opinion about an end without notice}
     *
     * @param allowed true: it is the end of the stream, because the protocol says itself where its messages end; false, the
     *     default: it is a {@link TruncatedStreamException}
     */
    public TlsOptions withTruncationAllowed(boolean allowed) {
        return with(changed -> changed.truncationAllowed = allowed);
    }

    // ---- the values

    /** {@return whether the name of a server is verified; true by default} */
    public boolean verifiesHostNames() {
        return values.verifiesHostNames;
    }

    /** {@return whether a server asks its clients for a certificate; it does not by default} */
    public ClientCertificates clientCertificates() {
        return values.clientCertificates;
    }

    /** {@return the versions of TLS; TLSv1.3 and TLSv1.2 by default} */
    public List<String> protocols() {
        return values.protocols;
    }

    /** {@return the cipher suites in order of preference; empty, the default, for those that the Java runtime enables} */
    public List<String> cipherSuites() {
        return values.cipherSuites;
    }

    /** {@return the application protocols to choose from, in order of preference; none by default} */
    public List<String> applicationProtocols() {
        return values.applicationProtocols;
    }

    /** {@return how many sessions are remembered; 20,480 by default} */
    public int maxSessions() {
        return values.maxSessions;
    }

    /** {@return how long a session can be resumed; 24 h by default} */
    public Duration sessionLifetime() {
        return values.sessionLifetime;
    }

    /** {@return what makes the engines; null, the default, for the JDK} */
    public @Nullable EngineFactory engines() {
        return values.engines;
    }

    /** {@return how long a handshake may take; 10 s by default, null for no limit} */
    public @Nullable Duration handshakeTimeout() {
        return values.handshakeTimeout;
    }

    /** {@return how long a close waits for the peer to end its output too; 1 s by default} */
    public Duration closeTimeout() {
        return values.closeTimeout;
    }

    /** {@return whether the handshake is left to the first read or write; false by default} */
    public boolean lazyHandshake() {
        return values.lazyHandshake;
    }

    /** {@return whether an end without notice is the end of the stream; false by default} */
    public boolean truncationAllowed() {
        return values.truncationAllowed;
    }

    // ---- reading the files

    /**
     * Reads all files again. New connections use what they have now; existing connections continue, and
     * sessions of before are not resumed: what is no longer trusted could come back with them. If a file cannot be used,
     * everything stays as it was.
     *
     * <p><b>Suspends:</b> until the files have been read, off the loop. <b>Cancellation:</b> everything stays as it was.
     *
     * @throws TlsException if a file, key or certificate cannot be used; its kind and message say why
     * @throws CancelledException if the task is cancelled
     * @throws IOException if a file cannot be read
     */
    public void reload() throws IOException {
        loaded.reload();
    }

    /** Reads the files, if that has not happened yet. Suspends. */
    void load() throws IOException {
        if (values.engines == null) {
            loaded.load();
        }
    }

    /** {@return a new engine} Suspends while the files are read. */
    SSLEngine engine(boolean client, @Nullable String host, int port) throws IOException {
        return loaded.engine(client, host, port);
    }

    /** Takes an engine back. */
    void release(SSLEngine engine) {
        if (values.engines != null) {
            values.engines.release(engine);
        }
    }

    /** {@return the values, for the rest of this package, which must not change them} */
    TlsValues values() {
        return values;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TlsOptions options && values.all().equals(options.values.all());
    }

    @Override
    public int hashCode() {
        return values.all().hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
