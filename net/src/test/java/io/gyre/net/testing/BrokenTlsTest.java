package io.gyre.net.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.net.testing.BrokenStream.Fault;
import io.gyre.net.tls.TlsPair;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suite finds mistakes of a stream over TLS, too. */
@Timeout(120)
final class BrokenTlsTest {
    /** Holds, unless this class says otherwise. */
    static final class Suite extends ByteStreamContract {
        @Override
        protected StreamPair<BrokenStream> open() throws IOException {
            return BrokenPair.of(TlsPair.over(MemoryStream.pair()));
        }
    }

    private static List<String> rulesBrokenBy(Fault mistake) {
        return BrokenPair.rulesBrokenBy(mistake, Suite.class);
    }

    @Test
    void readThatLosesBytesWhenItIsCancelledIsFound() {
        assertThat(rulesBrokenBy(Fault.LOSES_THE_BYTES_OF_A_CANCELLED_READ))
                .contains("readThatIsCancelledAtAnyMomentLosesNothingAndRepeatsNothing");
    }

    @Test
    void writeThatClaimsTooMuchWhenItIsCancelledIsFound() {
        assertThat(rulesBrokenBy(Fault.CLAIMS_TO_HAVE_SENT_IT_ALL)).contains("writeInACancelledTaskSendsNothing");
    }

    @Test
    void abortThatThePeerDoesNotNoticeIsFound() {
        assertThat(rulesBrokenBy(Fault.ABORTS_LIKE_A_CLOSE)).contains("abortIsNoticedByThePeer");
    }
}
