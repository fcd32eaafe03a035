package io.gyre.net.tls;

import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;

final class Tls13OverMemoryContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(MemoryStream.pair(), "TLSv1.3");
    }
}
