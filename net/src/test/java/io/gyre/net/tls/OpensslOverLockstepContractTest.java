package io.gyre.net.tls;

import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import io.netty.handler.ssl.ClientAuth;
import java.io.IOException;

/** An end that closes while nobody reads cannot give notice of it, so these pairs allow an end without notice. */
final class OpensslOverLockstepContractTest extends OpensslContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                MemoryStream.lockstepPair(),
                OpensslEngines.client("TLSv1.3").in(TlsPair.CLIENT).withTruncationAllowed(true),
                OpensslEngines.server(ClientAuth.NONE, "TLSv1.3")
                        .in(TlsPair.SERVER)
                        .withTruncationAllowed(true));
    }
}
