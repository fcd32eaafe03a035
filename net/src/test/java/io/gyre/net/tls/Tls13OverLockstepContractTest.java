package io.gyre.net.tls;

import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;

/** An end that closes while nobody reads cannot give notice of it, so these pairs allow an end without notice. */
final class Tls13OverLockstepContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                MemoryStream.lockstepPair(),
                TlsPair.CLIENT.withProtocols("TLSv1.3").withTruncationAllowed(true),
                TlsPair.SERVER.withProtocols("TLSv1.3").withTruncationAllowed(true));
    }
}
