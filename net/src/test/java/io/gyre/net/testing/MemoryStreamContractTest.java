package io.gyre.net.testing;

/** Two ends in memory with the room that they have by default. */
final class MemoryStreamContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<MemoryStream> open() {
        return MemoryStream.pair();
    }
}
