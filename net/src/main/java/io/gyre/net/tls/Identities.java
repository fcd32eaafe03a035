package io.gyre.net.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The certificates of this end, of which an engine gets the one that its peer asks for. */
final class Identities extends X509ExtendedKeyManager {
    /*
     * Design.
     *
     * An engine asks for the name of an identity first and for its parts afterwards, from threads of its own. A reload
     * may come in between, so names are never used again, and those of the last reload stay valid.
     */
    private record Generation(Map<String, Identity> byName, List<String> names) {}

    private volatile Generation present = new Generation(Map.of(), List.of());
    private volatile Generation last = present;
    private int count;

    /** Replaces all of them. Called by one thread at a time. */
    void replace(List<Identity> identities) {
        count++;
        var byName = new HashMap<String, Identity>();
        var names = new String[identities.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = count + "-" + i;
            byName.put(names[i], identities.get(i));
        }
        last = present;
        present = new Generation(Map.copyOf(byName), List.of(names));
    }

    private @Nullable Identity named(@Nullable String name) {
        if (name == null) {
            return null;
        }
        Identity identity = present.byName.get(name);
        return identity == null ? last.byName.get(name) : identity;
    }

    // ---- a server

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        Generation now = present;
        String host = engine == null ? null : requestedName(engine);
        List<String> candidates = host == null
                ? List.of()
                : now.names.stream()
                        .filter(name -> Certificates.isFor(
                                host, identity(now, name).chain().getFirst()))
                        .toList();
        if (candidates.isEmpty()) {
            candidates = now.names;
        }
        return candidates.stream()
                .filter(name -> identity(now, name).isOfType(keyType))
                .findFirst()
                .orElse(null);
    }

    /** {@return the name that a client asks for} */
    static @Nullable String requestedName(SSLEngine engine) {
        if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            return nameOf(session);
        }
        return null;
    }

    static @Nullable String nameOf(ExtendedSSLSession session) {
        for (SNIServerName name : session.getRequestedServerNames()) {
            if (name instanceof SNIHostName host) {
                return host.getAsciiName();
            }
        }
        return null;
    }

    private static Identity identity(Generation generation, String name) {
        Identity identity = generation.byName.get(name);
        if (identity == null) {
            throw new IllegalStateException("no identity " + name);
        }
        return identity;
    }

    // ---- a client

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        Generation now = present;
        for (String keyType : keyTypes) {
            for (String name : now.names) {
                Identity identity = identity(now, name);
                if (identity.isOfType(keyType) && isSignedByOneOf(issuers, identity)) {
                    return name;
                }
            }
        }
        return null;
    }

    private static boolean isSignedByOneOf(Principal @Nullable [] issuers, Identity identity) {
        if (issuers == null || issuers.length == 0) {
            return true;
        }
        return identity.chain().stream()
                .anyMatch(certificate -> Stream.of(issuers).anyMatch(certificate.getIssuerX500Principal()::equals));
    }

    // ---- the parts

    @Override
    public X509Certificate @Nullable [] getCertificateChain(@Nullable String alias) {
        Identity identity = named(alias);
        return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(@Nullable String alias) {
        Identity identity = named(alias);
        return identity == null ? null : identity.key();
    }

    // ---- for sockets, which are not used

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineClientAlias(keyTypes, issuers, null);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }
}
