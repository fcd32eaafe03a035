package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.BusyException;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ByteReader;
import io.gyre.net.ByteStream;
import io.gyre.net.ByteWriter;
import io.gyre.net.Feature;
import io.gyre.net.IncompleteReadException;
import io.gyre.net.LimitExceededException;
import io.gyre.net.StreamHalves;
import io.gyre.net.StreamStatistics;
import io.gyre.net.Streams;
import io.gyre.net.Streams.Relayed;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpStream;
import io.gyre.net.WireLog;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

class StreamExtrasFeaturesTest {
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);

    // ---- P1 of 1.12

    @LoopTest
    @Feature("Peek")
    void whatIsLookedAtIsReadAllTheSame() throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        pair.left().write(bytes("GET /"));

        assertThat(pair.right().peek(3)).isEqualTo(bytes("GET"));
        assertThat(pair.right().peek(4)).isEqualTo(bytes("GET "));
        assertThat(pair.right().readExactly(5)).isEqualTo(bytes("GET /"));
    }

    @LoopTest
    @Feature("Flush consolidation")
    void smallBufferedWritesOfOneStepAreOneSystemCallAndAreNotLostByClose() throws IOException {
        StreamPair<TcpStream> tcp = TcpPair.connected();
        TcpStream left = tcp.left();
        try (TcpStream right = tcp.right()) {
            Task<byte[]> reading = createTask(() -> right.readExactly(100));
            awaitAllTasksParked();
            long before = ProcFiles.writes();
            for (int i = 0; i < 100; i++) {
                left.writeBuffered(bytes("x"));
            }
            assertThat(ProcFiles.writes() - before)
                    .as("system calls in this step")
                    .isZero();

            assertThat(reading.await()).hasSize(100); // nobody has flushed
            assertThat(ProcFiles.writes() - before).as("system calls").isEqualTo(1);

            left.writeBuffered(bytes("last"));
            left.close();
            assertThat(right.readAll(100)).isEqualTo(bytes("last"));
        }
    }

    @LoopTest
    @Feature("Split and staple")
    void streamIsSplitIntoHalvesForTwoTasksAndTwoHalvesMakeAStream() throws IOException {
        StreamPair<TcpStream> tcp = TcpPair.connected();
        StreamHalves halves = tcp.left().split();
        Task<?> writing = createTask(() -> {
            try (ByteWriter writer = halves.writer()) {
                writer.write(bytes("question"));
            }
        });
        assertThat(tcp.right().readAll(100)).isEqualTo(bytes("question"));
        tcp.right().write(bytes("answer"));
        tcp.right().close();
        writing.await();
        assertThat(tcp.left().isOpen()).as("the reader is still open").isTrue();
        try (ByteReader reader = halves.reader()) {
            assertThat(reader.readAll(100)).isEqualTo(bytes("answer"));
        }
        assertThat(tcp.left().isOpen()).isFalse();

        StreamPair<MemoryStream> in = MemoryStream.pair();
        StreamPair<MemoryStream> out = MemoryStream.pair();
        ByteStream stapled = Streams.staple(in.right(), out.left());
        in.left().write(bytes("in"));
        stapled.write(bytes("out"));
        assertThat(stapled.readExactly(2)).isEqualTo(bytes("in"));
        assertThat(out.right().readExactly(3)).isEqualTo(bytes("out"));
        stapled.close();
        assertThat(in.right().isOpen() || out.left().isOpen()).isFalse();
    }

    @LoopTest
    @Feature("Copy and relay (pipe)")
    void relayPassesBytesAndEndsOnInBothDirections() throws IOException {
        StreamPair<MemoryStream> client = MemoryStream.pair();
        StreamPair<MemoryStream> server = MemoryStream.pair();
        Task<Relayed> proxy = createTask(() -> Streams.relay(client.right(), server.left()));

        client.left().write(bytes("question"));
        client.left().closeOutput();
        assertThat(server.right().readAll(100)).isEqualTo(bytes("question"));
        server.right().write(bytes("answer"));
        server.right().closeOutput();
        assertThat(client.left().readAll(100)).isEqualTo(bytes("answer"));
        assertThat(proxy.await()).isEqualTo(new Relayed(8, 6));

        StreamPair<MemoryStream> from = MemoryStream.pair();
        StreamPair<MemoryStream> to = MemoryStream.pair();
        from.left().write(bytes("copied"));
        from.left().close();
        assertThat(Streams.copy(from.right(), to.left())).isEqualTo(6);
        assertThat(to.right().readExactly(6)).isEqualTo(bytes("copied"));
    }

    @LoopTest
    @Feature("Read, write and idle time-outs")
    void connectionLimitsHowLongItsCallsWait(VirtualClock clock) throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair(1);
        MemoryStream stream = pair.left();
        stream.setReadTimeout(ONE_SECOND);
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> stream.readExactly(1));
        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
        stream.setReadTimeout(null);

        stream.setWriteTimeout(ONE_SECOND.multipliedBy(2));
        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> stream.write(bytes("ab")));
        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND.multipliedBy(3));
        stream.setWriteTimeout(null);

        stream.setIdleTimeout(ONE_SECOND);
        Task<?> peer = createTask(() -> {
            for (int i = 0; i < 4; i++) {
                sleep(Duration.ofMillis(900));
                pair.right().write(bytes("x"));
            }
        });
        stream.readExactly(4); // 3.6 s, and never idle for one
        peer.await();
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> stream.readExactly(1))
                .withMessageContaining("no byte has moved for PT1S");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(7600));
    }

    @LoopTest
    @Feature("Connection statistics")
    void streamCountsItsBytes() throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair(10);
        pair.left().write(bytes("12345"));
        pair.right().peek(5);
        pair.right().readExactly(2);
        pair.right().writeBuffered(bytes("123"));

        assertThat(pair.left().statistics()).isEqualTo(new StreamStatistics(0, 5, 0, 0));
        assertThat(pair.right().statistics()).isEqualTo(new StreamStatistics(5, 0, 3, 3));
        pair.right().flush();
        assertThat(pair.right().statistics()).isEqualTo(new StreamStatistics(5, 3, 3, 0));
    }

    /** Keeps what is logged. */
    private record KeptLog(List<String> messages) implements System.Logger {
        @Override
        public String getName() {
            return "wire";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level at, @Nullable ResourceBundle bundle, @Nullable String text, @Nullable Throwable thrown) {
            messages.add(at + " " + text);
        }

        @Override
        public void log(Level at, @Nullable ResourceBundle bundle, @Nullable String format, Object @Nullable ... args) {
            messages.add(at + " " + format);
        }
    }

    @LoopTest
    @Feature("Wire logging")
    void bytesThatComeAndGoAreLoggedInHexadecimal() throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        var log = new KeptLog(new ArrayList<>());
        pair.left().setWireLog(WireLog.hexDump(log, System.Logger.Level.DEBUG));

        pair.left().write(bytes("ping\n"));
        pair.right().write(bytes("ok"));
        pair.left().readExactly(2);

        assertThat(log.messages).hasSize(2);
        assertThat(log.messages.getFirst())
                .startsWith("DEBUG " + pair.left() + " sent 5 bytes")
                .containsPattern("70 69 6e 67 0a +ping\\.");
        assertThat(log.messages.getLast()).contains("received 2 bytes").containsPattern("6f 6b +ok");
    }

    // ---- 1.20

    @LoopTest
    @Feature("Typed errors of streams")
    void eachWayToFailHasItsType() throws IOException {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        MemoryStream stream = pair.left();
        Task<byte[]> reader = createTask("first", () -> stream.readExactly(2));
        awaitAllTasksParked();
        assertThatExceptionOfType(BusyException.class)
                .isThrownBy(() -> stream.readExactly(1))
                .withMessageContaining("'first'");
        pair.right().write(bytes("ab"));
        reader.await();

        pair.right().write(bytes("three"));
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> stream.readUntil(2, bytes(";")))
                .withMessageContaining("2");
        pair.right().closeOutput();
        assertThatExceptionOfType(IncompleteReadException.class).isThrownBy(() -> stream.readUntil(9, bytes(";")));
        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> stream.readExactly(6));
        pair.right().abort();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> stream.write(bytes("x")))
                .withMessageContaining("reset");
        stream.close();
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> stream.write(bytes("x")));
    }
}
