package io.gyre.net.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.TimerHandle;
import io.gyre.net.testing.BrokenStream.Fault;
import io.gyre.net.tls.TlsPair;
import io.gyre.net.tls.TlsStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;

/** The suite finds mistakes of a stream over TLS, too. */
@Timeout(120)
final class BrokenTlsTest {
    private static Fault fault = Fault.NONE;

    /** Holds, unless this class says otherwise. */
    static final class Suite extends ByteStreamContract {
        @Override
        protected StreamPair<BrokenStream> open() throws IOException {
            StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair());
            TimerHandle patience = EventLoop.current().callLater(Duration.ofDays(1), () -> {
                pair.left().abort();
                pair.right().abort();
            });
            return new StreamPair<>(
                    new BrokenStream(pair.left(), fault, patience), new BrokenStream(pair.right(), fault, patience));
        }
    }

    private static List<String> rulesBrokenBy(Fault mistake) {
        fault = mistake;
        try {
            Map<String, TestExecutionResult> results = LaunchedSuite.of(Suite.class);
            return results.entrySet().stream()
                    .filter(rule -> rule.getValue().getStatus() != Status.SUCCESSFUL)
                    .map(Map.Entry::getKey)
                    .toList();
        } finally {
            fault = Fault.NONE;
        }
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
