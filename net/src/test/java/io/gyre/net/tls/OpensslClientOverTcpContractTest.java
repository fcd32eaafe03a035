package io.gyre.net.tls;

import io.gyre.net.TcpPair;
import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;

/** OpenSSL's engine at the client, the JDK's at the server, TLS 1.3. */
final class OpensslClientOverTcpContractTest extends BufferedStreamContract {
    @BeforeAll
    static void opensslIsThere() {
        OpensslEngines.require();
    }

    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                TcpPair.connected(), OpensslEngines.client("TLSv1.3").in(TlsPair.CLIENT), TlsPair.SERVER);
    }

    /** This engine ends both directions at once. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.complementOf(EnumSet.of(Trait.HALF_CLOSE));
    }
}
