package io.gyre.net.tls;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ByteStream;
import io.gyre.net.Feature;
import io.gyre.net.Streams;
import io.gyre.net.TcpPair;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/** Bytes through TLS: many, at once, in the middle of a conversation, and over streams of other people. */
final class TlsTrafficTest {
    private static final int BULK_BYTES = 100 << 20;

    private static void end(StreamPair<? extends ByteStream> pair) {
        pair.left().abort();
        pair.right().abort();
    }

    /** Bytes that tell where they belong. */
    private static byte[] block(int number) {
        byte[] block = new byte[1 << 16];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) (number * 31 + i * 7 + (i >> 8));
        }
        return block;
    }

    private static long send(TlsStream stream) throws Exception {
        var sum = new CRC32();
        for (int i = 0; i < BULK_BYTES >> 16; i++) {
            byte[] block = block(i % 251);
            sum.update(block);
            stream.write(block);
        }
        stream.closeOutput();
        return sum.getValue();
    }

    private static long receive(TlsStream stream) throws Exception {
        var sum = new CRC32();
        ByteBuffer buffer = ByteBuffer.allocate(100_000);
        long total = 0;
        while (stream.read(buffer.clear()) >= 0) {
            total += buffer.position();
            sum.update(buffer.flip());
        }
        assertThat(total).isEqualTo(BULK_BYTES);
        return sum.getValue();
    }

    @LoopTest(time = LoopTest.Time.REAL, timeoutMillis = 60_000)
    void hundredMebibytesArriveBothWaysAtOnce() throws Exception {
        StreamPair<TlsStream> pair = TlsPair.over(TcpPair.connected());
        Task<Long> forth = createTask(() -> send(pair.left()));
        Task<Long> back = createTask(() -> send(pair.right()));
        Task<Long> here = createTask(() -> receive(pair.right()));
        Task<Long> there = createTask(() -> receive(pair.left()));

        assertThat(here.await()).isEqualTo(forth.await());
        assertThat(there.await()).isEqualTo(back.await());
        end(pair);
    }

    @LoopTest
    void twoEndsThatBothWriteFirstAreNotStuckWhenTheyRead() throws Exception {
        for (StreamPair<MemoryStream> below :
                List.of(MemoryStream.pair(), MemoryStream.pair(10), MemoryStream.lockstepPair())) {
            StreamPair<TlsStream> pair = TlsPair.over(below);
            byte[] much = block(1);
            Task<?> left = createTask(() -> pair.left().write(much));
            Task<?> right = createTask(() -> pair.right().write(much));
            awaitAllTasksParked();

            Task<byte[]> there = createTask(() -> pair.right().readExactly(much.length));
            assertThat(pair.left().readExactly(much.length)).isEqualTo(much);
            assertThat(there.await()).isEqualTo(much);
            left.await();
            right.await();
            end(pair);
        }
    }

    @LoopTest
    @Feature("TLS in the middle of a conversation (STARTTLS)")
    void streamIsSecuredInTheMiddleOfAConversation() throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        Task<TlsStream> server = createTask(() -> {
            assertThat(below.right().readLine(100)).contains("STARTTLS");
            below.right().writeBuffered("go on\r\n".getBytes(UTF_8)); // still to be sent when TLS begins
            return TlsStream.server(below.right(), TlsPair.SERVER);
        });
        below.left().write("STARTTLS\r\n".getBytes(UTF_8));
        assertThat(below.left().readLine(100)).contains("go on");
        TlsStream client = TlsStream.client(below.left(), "localhost", TlsPair.CLIENT);
        client.write("secret\n".getBytes(UTF_8));

        assertThat(server.await().readLine(100)).contains("secret");
        client.abort();
    }

    @LoopTest
    void whatIsLeftOfThePlainConversationIsSentWithinTheLimitOfTheHandshake(VirtualClock clock) throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair(10);
        below.left().writeBuffered("this is more than the peer takes".getBytes(UTF_8));
        TlsOptions options = TlsPair.CLIENT.withHandshakeTimeout(Duration.ofSeconds(3));

        assertThatThrownBy(() -> TlsStream.client(below.left(), "localhost", options))
                .isInstanceOfSatisfying(
                        TlsException.class, late -> assertThat(late.kind()).isEqualTo(TlsException.Kind.TIMED_OUT));

        assertThat(clock.elapsed()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(8)); // close flushes, too
        assertThat(below.left().isOpen()).isFalse();
    }

    /** An engine that answers each record with a long one, such as a peer may make it do by key updates. */
    private static final class Talkative extends EngineShell {
        private static final int ANSWER_BYTES = 30_000;
        private boolean established;

        Talkative(SSLEngine inner) {
            super(inner);
        }

        @Override
        public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int first, int count)
                throws SSLException {
            SSLEngineResult result = super.unwrap(source, targets, first, count);
            return established && result.bytesConsumed() > 0
                    ? new SSLEngineResult(
                            result.getStatus(),
                            HandshakeStatus.NEED_WRAP,
                            result.bytesConsumed(),
                            result.bytesProduced())
                    : result;
        }

        @Override
        public SSLEngineResult wrap(ByteBuffer[] sources, int first, int count, ByteBuffer target) throws SSLException {
            if (established && !sources[first].hasRemaining()) {
                target.put(new byte[ANSWER_BYTES]);
                return new SSLEngineResult(SSLEngineResult.Status.OK, HandshakeStatus.NOT_HANDSHAKING, 0, ANSWER_BYTES);
            }
            return super.wrap(sources, first, count, target);
        }
    }

    @LoopTest
    void answersThatThePeerDoesNotTakeAreBounded() throws Exception {
        var engines = new ArrayList<Talkative>();
        TlsOptions client = TlsPair.CLIENT.withEngines((isClient, host, port) -> {
            engines.add(new Talkative(TlsPair.CLIENT.engine(isClient, host, port)));
            return engines.getFirst();
        });
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair(), client, TlsPair.SERVER);
        engines.getFirst().established = true;
        int records = 12;
        for (int i = 0; i < records; i++) { // more than 256 KiB of answers and the 64 KiB of the stream
            pair.right().write(new byte[1]);
        }

        assertThat(pair.left().readExactly(records))
                .as("what a reader gets all the same")
                .hasSize(records);
        assertThatThrownBy(() -> pair.left().write(new byte[1]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("takes no answers");
        end(pair);
    }

    /** The client does not wait for the answer, so its first message of TLS comes together with its last plain line. */
    @LoopTest
    void bytesThatWereReadAheadBelongToTls() throws Exception {
        StreamPair<MemoryStream> below = MemoryStream.pair();
        below.left().write("STARTTLS\r\n".getBytes(UTF_8));
        Task<TlsStream> client = createTask(() -> TlsStream.client(below.left(), "localhost", TlsPair.CLIENT));
        while (below.left().statistics().bytesSent() < 20) {
            yieldNow(); // until the first message is there
        }

        assertThat(below.right().readLine(100)).contains("STARTTLS");
        assertThat(below.right().statistics().bytesAhead()).isPositive();
        TlsStream server = TlsStream.server(below.right(), TlsPair.SERVER);

        client.await().write("secret\n".getBytes(UTF_8));
        assertThat(server.readLine(100)).contains("secret");
        client.await().abort();
    }

    @LoopTest
    void tlsWorksOverStreamsThatAreNotOurs() throws Exception {
        StreamPair<MemoryStream> forth = MemoryStream.pair();
        StreamPair<MemoryStream> back = MemoryStream.pair();
        StreamPair<TlsStream> pair = TlsPair.over(new StreamPair<>(
                Streams.staple(back.right(), forth.left()), Streams.staple(forth.right(), back.left())));
        Task<?> writer = createTask(() -> {
            for (int i = 0; i < 20; i++) {
                pair.left().write(block(i));
            }
            pair.left().closeOutput();
        });

        for (int i = 0; i < 20; i++) {
            assertThat(pair.right().readExactly(1 << 16)).isEqualTo(block(i));
        }
        assertThat(pair.right().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        writer.await();
        end(pair);
    }

    @LoopTest
    void tlsWorksOverTls() throws Exception {
        StreamPair<TlsStream> outer = TlsPair.over(MemoryStream.pair());
        StreamPair<TlsStream> inner = TlsPair.over(outer);
        Task<?> writer = createTask(() -> {
            inner.left().write(block(3));
            inner.left().close();
        });

        assertThat(inner.right().readAll(1 << 20)).isEqualTo(block(3));
        inner.right().close();
        writer.await();
    }

    @LoopTest
    @Feature("Engines of other TLS providers")
    void enginesOfOthersAreUsedAsTheyAre() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {TrustSource.SYSTEM.read()}, null);
        TlsOptions client = TlsPair.CLIENT.withEngines((isClient, host, port) -> {
            assertThat(host).isEqualTo("localhost");
            SSLEngine engine = context.createSSLEngine(host, 1);
            engine.setUseClientMode(isClient);
            return engine;
        });

        Refusal.of(client, TlsPair.SERVER).requireClient(TlsException.Kind.UNKNOWN_AUTHORITY);
        assertThat(client.toString()).contains("engines=");
    }

    @LoopTest
    void engineOfTheWrongSideIsRefused() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, null);
        TlsOptions client = TlsPair.CLIENT.withEngines((isClient, host, port) -> {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(!isClient);
            return engine;
        });

        assertThatThrownBy(() -> TlsStream.client(MemoryStream.pair().left(), "localhost", client))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this end is the client");
    }

    @LoopTest
    void wireLogAndCountsAreThoseOfPlainBytesAboveAndOfEncryptedBelow() throws Exception {
        StreamPair<TlsStream> pair = TlsPair.over(MemoryStream.pair());
        long before = pair.left().below().statistics().bytesSent();

        pair.left().write("hello".getBytes(UTF_8));

        assertThat(pair.left().statistics().bytesSent()).isEqualTo(5);
        assertThat(pair.left().below().statistics().bytesSent() - before).isGreaterThan(20);
        assertThat(pair.right().readExactly(5)).asString(UTF_8).isEqualTo("hello");
        end(pair);
    }
}
