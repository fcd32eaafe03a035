package io.gyre.net.tls;

import io.gyre.net.TcpPair;
import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.StreamPair;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;

/** OpenSSL's engine at the server, the JDK's at the client, TLS 1.2. */
final class OpensslServerOverTcpContractTest extends BufferedStreamContract {
    @BeforeAll
    static void opensslIsThere() {
        OpensslEngines.require();
    }

    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                TcpPair.connected(),
                TlsPair.CLIENT,
                OpensslEngines.server(ClientAuth.NONE, "TLSv1.2").in(TlsPair.SERVER));
    }

    /** This engine ends both directions at once. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.complementOf(EnumSet.of(Trait.HALF_CLOSE));
    }
}
