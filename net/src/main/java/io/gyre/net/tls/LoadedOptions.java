package io.gyre.net.tls;

import static io.gyre.loop.Async.offload;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Offloading;
import io.gyre.loop.OnCancel;
import io.gyre.net.tls.TlsException.Kind;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** What options have become once their files were read: the maker of engines. */
final class LoadedOptions {
    /*
     * Design.
     *
     * The context is made off the loop, and remembers the sessions; a reload makes another, and existing connections keep
     * theirs. Loops share it: only offloaded calls take the monitor.
     */
    private static final Offloading LOADING = Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT);

    private final TlsValues values;
    private final Identities identities = new Identities();
    private volatile @Nullable SSLContext context;

    LoadedOptions(TlsValues values) {
        this.values = values;
    }

    // ---- the files

    void reload() throws IOException {
        offload(LOADING, this::read);
    }

    /** Reads the files, if that has not happened yet. Suspends. */
    SSLContext load() throws IOException {
        SSLContext present = context;
        return present == null ? offload(LOADING, this::readOnce) : present;
    }

    private synchronized SSLContext readOnce() throws IOException {
        SSLContext present = context;
        return present == null ? read() : present;
    }

    private synchronized SSLContext read() throws IOException {
        var all = new ArrayList<Identity>();
        for (IdentitySource source : values.identities) {
            all.addAll(source.read());
        }
        X509TrustManager manager = values.trust.read();
        SSLContext made = make(manager); // also after a reload: a session of before would be resumed unchecked
        identities.replace(List.copyOf(all));
        context = made;
        return made;
    }

    private SSLContext make(X509TrustManager manager) throws IOException {
        X509TrustManager used =
                manager instanceof X509ExtendedTrustManager extended ? new ExplainingTrust(extended) : manager;
        try {
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(new KeyManager[] {identities}, new TrustManager[] {used}, null);
            made.getServerSessionContext().setSessionCacheSize(values.maxSessions);
            made.getClientSessionContext().setSessionCacheSize(values.maxSessions);
            int seconds = (int) Math.min(Integer.MAX_VALUE, values.sessionLifetime.toSeconds());
            made.getServerSessionContext().setSessionTimeout(seconds);
            made.getClientSessionContext().setSessionTimeout(seconds);
            initializeClasses(made);
            return made;
        } catch (GeneralSecurityException missing) {
            throw new TlsException(
                    Kind.UNSUPPORTED,
                    "this Java runtime cannot speak TLS: " + LowLevel.describe(missing.getMessage()),
                    missing);
        }
    }

    /** The first engine initializes many classes, which would keep the loop waiting. */
    private static void initializeClasses(SSLContext made) throws IOException {
        SSLEngine first = made.createSSLEngine();
        first.setUseClientMode(true);
        first.beginHandshake();
    }

    // ---- an engine

    SSLEngine engine(boolean client, @Nullable String host, int port) throws IOException {
        EngineFactory engines = values.engines;
        if (engines != null) {
            SSLEngine made = engines.create(client, host, port);
            if (made.getUseClientMode() != client) {
                engines.release(made);
                throw new IllegalArgumentException("the engine of " + LowLevel.describe(engines) + " is for a "
                        + (client ? "server, but this end is the client" : "client, but this end is the server"));
            }
            return made;
        }
        SSLContext made = load();
        SSLEngine engine = host == null
                ? made.createSSLEngine()
                : made.createSSLEngine(host, Math.max(port, 0)); // sessions need a port
        engine.setUseClientMode(client);
        engine.setSSLParameters(parameters(engine, client, host));
        return engine;
    }

    private SSLParameters parameters(SSLEngine engine, boolean client, @Nullable String host) throws TlsException {
        SSLParameters parameters = engine.getSSLParameters();
        require("protocols", values.protocols, engine.getSupportedProtocols());
        parameters.setProtocols(values.protocols.toArray(String[]::new));
        if (!values.cipherSuites.isEmpty()) {
            require("cipher suites", values.cipherSuites, engine.getSupportedCipherSuites());
            parameters.setCipherSuites(values.cipherSuites.toArray(String[]::new));
        }
        parameters.setUseCipherSuitesOrder(true);
        parameters.setApplicationProtocols(values.applicationProtocols.toArray(String[]::new));
        if (client) {
            if (values.verifiesHostNames) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            SNIHostName name = host == null ? null : HostNames.forServer(host);
            if (name != null) {
                parameters.setServerNames(List.of(name));
            }
        } else {
            switch (values.clientCertificates) {
                case NOT_ASKED -> {}
                case WANTED -> parameters.setWantClientAuth(true);
                case NEEDED -> parameters.setNeedClientAuth(true);
            }
        }
        return parameters;
    }

    private static void require(String what, List<String> wanted, String[] supported) throws TlsException {
        List<String> all = List.of(supported);
        if (!all.containsAll(wanted)) {
            var unknown = new ArrayList<>(wanted);
            unknown.removeAll(all);
            throw new TlsException(
                    Kind.UNSUPPORTED,
                    "this Java runtime does not know the " + what + " " + LowLevel.describe(unknown) + "; it knows "
                            + all,
                    null);
        }
    }
}
