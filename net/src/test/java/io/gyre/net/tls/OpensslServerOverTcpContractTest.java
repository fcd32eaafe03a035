package io.gyre.net.tls;

import io.gyre.net.TcpPair;
import io.gyre.net.testing.StreamPair;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;

/** OpenSSL's engine at the server, the JDK's at the client, TLS 1.2. */
final class OpensslServerOverTcpContractTest extends OpensslContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                TcpPair.connected(),
                TlsPair.CLIENT,
                OpensslEngines.server(ClientAuth.NONE, "TLSv1.2").in(TlsPair.SERVER));
    }
}
