package io.gyre.net.tls;

import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;

/** OpenSSL's engine at both ends, TLS 1.3. */
final class OpensslOverMemoryContractTest extends OpensslContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                MemoryStream.pair(),
                OpensslEngines.client("TLSv1.3").in(TlsPair.CLIENT),
                OpensslEngines.server(ClientAuth.NONE, "TLSv1.3").in(TlsPair.SERVER));
    }
}
