package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.ByteStream;
import io.gyre.net.WireLog;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** Whether a session is resumed is told from the bytes of the server, in whatever pieces they come. */
final class ServerFlightTest {
    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    /** Keeps what the server sends. */
    private static final class Recorder implements WireLog {
        private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

        @Override
        public void sent(ByteStream stream, ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            sent.writeBytes(copy);
        }

        @Override
        public void received(ByteStream stream, ByteBuffer bytes) {}
    }

    /** {@return the bytes of the server in one conversation, after which the client has its tickets} */
    private static byte[] recorded(TlsOptions client, TlsOptions server) throws IOException {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        var recorder = new Recorder();
        below.right().setWireLog(recorder);
        StreamPair<TlsStream> pair = TlsPair.over(below, client, server);
        Task<?> writer = createTask(() -> pair.right().write(new byte[1]));
        pair.left().readExactly(1);
        writer.await();
        pair.left().abort();
        pair.right().abort();
        return recorder.sent.toByteArray();
    }

    private static boolean resumes(byte[] bytes, int pieces) {
        var flight = new ServerFlight();
        for (int i = 0; i < bytes.length; i += pieces) {
            flight.see(ByteBuffer.wrap(bytes, i, Math.min(pieces, bytes.length - i)));
        }
        return flight.resumes();
    }

    private static void require(byte[] bytes, boolean resumed) {
        for (int pieces : new int[] {1, 2, 7, 100, bytes.length}) {
            assertThat(resumes(bytes, pieces))
                    .as("in pieces of %d bytes", pieces)
                    .isEqualTo(resumed);
            assertThat(resumes(inSmallRecords(bytes), pieces))
                    .as("in small records and pieces of %d bytes", pieces)
                    .isEqualTo(resumed);
        }
    }

    /** {@return the same messages, each byte in a record of its own} */
    private static byte[] inSmallRecords(byte[] bytes) {
        var small = new ByteArrayOutputStream();
        ByteBuffer records = ByteBuffer.wrap(bytes);
        while (records.hasRemaining()) {
            byte type = records.get();
            records.getShort();
            for (int left = records.getShort() & 0xffff; left > 0; left--) {
                small.writeBytes(new byte[] {type, 3, 3, 0, 1, records.get()});
            }
        }
        return small.toByteArray();
    }

    @LoopTest
    void bothVersionsTellWhetherASessionIsResumed() throws Exception {
        for (String version : VERSIONS) {
            TlsOptions client = TlsPair.CLIENT.withProtocols(version);
            TlsOptions server = Certified.server().withProtocols(version);

            require(recorded(client, server), false);
            require(recorded(client, server), true);
        }
    }

    @LoopTest
    void sessionIsToldBehindARetryOfTheServer() throws Exception {
        TlsOptions server = Certified.server();
        TlsOptions picky = server.withEngines((client, host, port) -> {
            SSLEngine engine = server.engine(client, host, port);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setNamedGroups(new String[] {"secp521r1"}); // no client sends a key for it unasked
            engine.setSSLParameters(parameters);
            return engine;
        });
        byte[] first = recorded(TlsPair.CLIENT, picky);
        assertThat(ByteBuffer.wrap(first).getLong(11))
                .as("random of the first hello")
                .isEqualTo(0xCF21AD74E59A6111L);

        require(first, false);
        require(recorded(TlsPair.CLIENT, picky), true);
    }

    @Test
    void bytesThatMakeNoSenseDoNotResume() {
        for (int length = 0; length < 60; length++) {
            byte[] hello = new byte[9 + length];
            ByteBuffer.wrap(hello).put((byte) 22).putShort((short) 0x0303).putShort((short) (4 + length));
            ByteBuffer.wrap(hello).putInt(5, 2 << 24 | length);
            for (int i = 9; i < hello.length; i++) {
                hello[i] = (byte) 0xff;
            }
            require(hello, false);
        }
        require(new byte[500_000], false);
    }
}
