package io.gyre.net.tls;

import io.gyre.net.TcpPair;
import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

final class Tls12OverTcpContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(TcpPair.connected(), "TLSv1.2");
    }

    /** In TLS 1.2 the peer of an end that has ended its output ends its own. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.complementOf(EnumSet.of(Trait.HALF_CLOSE));
    }
}
