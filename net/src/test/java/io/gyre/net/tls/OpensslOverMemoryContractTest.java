package io.gyre.net.tls;

import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;

/** OpenSSL's engine at both ends, TLS 1.3. */
final class OpensslOverMemoryContractTest extends BufferedStreamContract {
    @BeforeAll
    static void opensslIsThere() {
        OpensslEngines.require();
    }

    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                MemoryStream.pair(),
                OpensslEngines.client("TLSv1.3").in(TlsPair.CLIENT),
                OpensslEngines.server(ClientAuth.NONE, "TLSv1.3").in(TlsPair.SERVER));
    }

    /** This engine ends both directions at once. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.complementOf(EnumSet.of(Trait.HALF_CLOSE));
    }
}
