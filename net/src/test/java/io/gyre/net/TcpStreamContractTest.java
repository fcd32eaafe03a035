package io.gyre.net;

import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;

final class TcpStreamContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<TcpStream> open() throws IOException {
        return TcpPair.connected();
    }
}
