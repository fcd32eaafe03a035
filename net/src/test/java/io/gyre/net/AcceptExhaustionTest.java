package io.gyre.net;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that has no descriptor left, in a process whose limit is low. */
final class AcceptExhaustionTest {
    @Test
    @Timeout(60)
    void serverPausesAcceptingAndRecoversWhenConnectionsEnd() throws Exception {
        exhaustAndRecover();
    }

    /** The pause ends because a socket is closed, and not because time passes. */
    @Test
    @Timeout(60)
    void serverWhoseClockStandsStillRecoversAsSoonAsConnectionsEnd() throws Exception {
        exhaustAndRecover("its clock stands still");
    }

    private static void exhaustAndRecover(String... arguments) throws Exception {
        try (ExhaustedProcess process = ExhaustedProcess.start(arguments)) {
            process.recover();
        }
    }
}
