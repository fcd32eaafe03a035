package io.gyre.net.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.net.Feature;
import io.gyre.net.testing.BrokenStream.Fault;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suite finds mistakes, and only where there are some. */
@Timeout(120)
final class BrokenStreamTest {
    /** Holds, unless this class says otherwise. */
    static final class Suite extends ByteStreamContract {
        @Override
        protected StreamPair<BrokenStream> open() {
            return BrokenPair.of(MemoryStream.pair());
        }
    }

    private static List<String> rulesBrokenBy(Fault mistake) {
        return BrokenPair.rulesBrokenBy(mistake, Suite.class);
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
