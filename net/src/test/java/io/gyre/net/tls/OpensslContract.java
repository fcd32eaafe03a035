package io.gyre.net.tls;

import io.gyre.net.testing.BufferedStreamContract;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;

/** Streams of which one end at least has OpenSSL's engine. */
abstract class OpensslContract extends BufferedStreamContract {
    @BeforeAll
    static void opensslIsThere() {
        OpensslEngines.require();
    }

    /** This engine ends both directions at once. */
    @Override
    protected Set<Trait> traits() {
        return EnumSet.complementOf(EnumSet.of(Trait.HALF_CLOSE));
    }
}
