package io.gyre.net.tls;

import io.gyre.net.TcpPair;
import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;

final class Tls13OverTcpContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(TcpPair.connected(), "TLSv1.3");
    }
}
