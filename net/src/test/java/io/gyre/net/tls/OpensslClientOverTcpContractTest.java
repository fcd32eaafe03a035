package io.gyre.net.tls;

import io.gyre.net.TcpPair;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;

/** OpenSSL's engine at the client, the JDK's at the server, TLS 1.3. */
final class OpensslClientOverTcpContractTest extends OpensslContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                TcpPair.connected(), OpensslEngines.client("TLSv1.3").in(TlsPair.CLIENT), TlsPair.SERVER);
    }
}
