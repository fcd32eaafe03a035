package io.gyre.net;

import io.gyre.net.testing.ByteStreamContract;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;

/** Each direction is a connection of its own. */
final class StapledStreamContractTest extends ByteStreamContract {
    @Override
    protected StreamPair<ByteStream> open() {
        StreamPair<MemoryStream> forth = MemoryStream.pair();
        StreamPair<MemoryStream> back = MemoryStream.pair();
        return new StreamPair<>(Streams.staple(back.left(), forth.left()), Streams.staple(forth.right(), back.right()));
    }
}
