package io.gyre.net.testing;

/** Two ends in memory that take nothing before the other reads. */
final class LockstepMemoryStreamContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<MemoryStream> open() {
        return MemoryStream.lockstepPair();
    }
}
