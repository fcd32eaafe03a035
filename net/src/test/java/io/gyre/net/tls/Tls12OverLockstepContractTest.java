package io.gyre.net.tls;

import io.gyre.net.testing.BufferedStreamContract;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** An end that closes while nobody reads cannot give notice of it, so these pairs allow an end without notice. */
final class Tls12OverLockstepContractTest extends BufferedStreamContract {
    @Override
    protected StreamPair<TlsStream> open() throws IOException {
        return TlsPair.over(
                MemoryStream.lockstepPair(),
                TlsPair.CLIENT.withProtocols("TLSv1.2").withTruncationAllowed(true),
                TlsPair.SERVER.withProtocols("TLSv1.2").withTruncationAllowed(true));
    }

    /** In TLS 1.2 the peer of an end that has ended its output ends its own. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.complementOf(EnumSet.of(Trait.HALF_CLOSE));
    }
}
