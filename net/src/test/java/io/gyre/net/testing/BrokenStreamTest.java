package io.gyre.net.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.TimerHandle;
import io.gyre.net.Feature;
import io.gyre.net.testing.BrokenStream.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;

/** The suite finds mistakes, and only where there are some. */
@Timeout(120)
final class BrokenStreamTest {
    private static Fault fault = Fault.NONE;

    /** Holds, unless this class says otherwise. */
    static final class Suite extends ByteStreamContract {
        @Override
        protected StreamPair<BrokenStream> open() {
            StreamPair<MemoryStream> pair = MemoryStream.pair();
            // A rule that waits for what never comes fails soon: on this clock a day passes as soon as nobody can run.
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
            assertThat(results).hasSizeGreaterThan(90);
            return results.entrySet().stream()
                    .filter(rule -> rule.getValue().getStatus() != Status.SUCCESSFUL)
                    .map(Map.Entry::getKey)
                    .toList();
        } finally {
            fault = Fault.NONE;
        }
    }

    @Test
    void streamWithoutAFaultPasses() {
        assertThat(rulesBrokenBy(Fault.NONE)).isEmpty();
    }

    @Test
    @Feature("Contract test suite for streams")
    void readThatLosesBytesWhenItIsCancelledIsFound() {
        assertThat(rulesBrokenBy(Fault.LOSES_THE_BYTES_OF_A_CANCELLED_READ))
                .contains(
                        "readThatIsCancelledAtAnyMomentLosesNothingAndRepeatsNothing",
                        "callsOfAllKindsThatAreCancelledAtRandomMoveEveryByteOnce")
                .hasSizeLessThan(5);
    }

    @Test
    void writeThatClaimsTooMuchWhenItIsCancelledIsFound() {
        assertThat(rulesBrokenBy(Fault.CLAIMS_TO_HAVE_SENT_IT_ALL))
                .contains(
                        "writeInACancelledTaskSendsNothing",
                        "writeThatIsCancelledWhileItWaitsSaysHowMuchIsOnItsWay",
                        "writeThatIsCancelledAtAnyMomentSaysHowMuchIsOnItsWay");
    }

    @Test
    void shortPositionIsFound() {
        assertThat(rulesBrokenBy(Fault.LEAVES_A_SHORT_POSITION)).contains("writeTakesBuffersOfAllKindsAsTheyAre");
    }

    @Test
    void lineThatComesTwiceIsFound() {
        assertThat(rulesBrokenBy(Fault.REPEATS_A_LINE))
                .contains("readLineAcceptsBothLineEndsAndALastLineWithoutOne", "readsOfAllKindsTakeTurns");
    }

    @Test
    void abortThatThePeerDoesNotNoticeIsFound() {
        assertThat(rulesBrokenBy(Fault.ABORTS_LIKE_A_CLOSE)).contains("abortIsNoticedByThePeer");
    }

    @Test
    void timeoutThatIsNotKeptIsFound() {
        assertThat(rulesBrokenBy(Fault.IGNORES_THE_READ_TIMEOUT))
                .contains("readTimeoutStrikesWhenThePeerIsSilent", "readTimeoutLosesNothing");
    }

    @Test
    void taskThatIsLeftBehindBreaksEveryRule() {
        assertThat(rulesBrokenBy(Fault.LEAVES_A_TASK)).hasSizeGreaterThan(90);
    }
}
