package io.gyre.net.testing;

/** Two ends in memory that take 100 bytes: hardly a write goes in one piece. */
final class SmallMemoryStreamContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<MemoryStream> open() {
        return MemoryStream.pair(100);
    }
}
