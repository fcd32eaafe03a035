package io.gyre.net;

import static io.gyre.net.Talk.assertEchoes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.testing.LoopTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A log that cannot be written: its disk is full, or its own classes cannot be loaded without a descriptor. */
@Isolated // the log is everybody's
class BadLogTest {
    private static final Logger LOG = Logger.getLogger("io.gyre.net");
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Level before = LOG.getLevel();
    private final Failing failing = new Failing();

    private static final class Failing extends Handler {
        private int asked;

        @Override
        public void publish(LogRecord entry) {
            asked++;
            throw new AssertionError("the disk is full");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void breakTheLog() {
        LOG.setLevel(Level.ALL);
        LOG.addHandler(failing);
    }

    @AfterEach
    void mendTheLog() {
        LOG.removeHandler(failing);
        LOG.setLevel(before);
    }

    @LoopTest
    void serverGoesOnThoughItCannotLogThePeersThatReset() throws Exception {
        try (TcpServer server = TcpServer.serve(ANY, Talk::echo)) {
            TcpStream resets = TcpStream.connect(server.address());
            assertEchoes(resets);
            resets.abort();

            try (TcpStream next = TcpStream.connect(server.address())) {
                assertEchoes(next);
            }
        }
        assertThat(failing.asked).isPositive();
    }

    @Test
    void warningThatCannotBeLoggedFailsNobody() {
        NetLog.warn(() -> "the disk is nearly full");

        assertThat(failing.asked).isOne();
    }

    @Test
    void wireLogThatThrowsLosesNoBytesAndIsReportedOnce() throws Exception {
        var failures = TcpPair.runLoopForFailures(() -> {
            try (TcpServer server = TcpServer.serve(ANY, Talk::echo);
                    TcpStream client = TcpStream.connect(server.address())) {
                client.setWireLog(WireLog.hexDump(System.getLogger("io.gyre.net"), System.Logger.Level.INFO));
                client.writeBuffered(ByteBuffer.wrap(Talk.bytes("first\n")));
                client.flush();
                client.setWireLog(WireLog.hexDump(System.getLogger("io.gyre.net"), System.Logger.Level.INFO));

                assertThat(client.readLine(100, UTF_8)).contains("first");
                client.write(Talk.bytes("second\n"));
                assertThat(client.readLine(100, UTF_8)).contains("second");
            }
        });

        assertThat(failing.asked)
                .as("each log was removed at its first failure")
                .isEqualTo(2);
        assertThat(failures).hasSize(2).allSatisfy(failure -> assertThat(failure.what())
                .startsWith("the wire log of TcpStream[")
                .contains("was removed"));
    }
}
