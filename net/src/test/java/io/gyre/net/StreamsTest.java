package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.testing.MemoryStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two connections: what the client says goes to the server by one in the middle. */
final class StreamsTest {
    private final byte[] much = new byte[300_000];

    // ---- copy

    @LoopTest
    void copyMovesEverythingUpToTheEndAndEndsNeither() throws Exception {
        StreamPair<MemoryStream> source = MemoryStream.pair();
        StreamPair<MemoryStream> target = MemoryStream.pair();
        Task<Long> copy = createTask(() -> Streams.copy(source.right(), target.left()));
        Task<?> sender = createTask(() -> {
            source.left().write(much);
            source.left().closeOutput();
        });

        assertThat(target.right().readExactly(much.length)).isEqualTo(much);

        sender.await();
        assertThat(copy.await()).isEqualTo(much.length);
        target.left().write(bytes("more"));
        assertThat(target.right().readExactly(4)).isEqualTo(bytes("more"));
        assertThat(source.right().isOpen()).isTrue();
    }

    @LoopTest
    void copyOfNothingIsNothing() throws Exception {
        StreamPair<MemoryStream> source = MemoryStream.pair();
        source.left().close();

        assertThat(Streams.copy(source.right(), MemoryStream.pair().left())).isZero();
    }

    @LoopTest
    void copyFailsWhenOneOfThemBreaks() throws Exception {
        StreamPair<MemoryStream> source = MemoryStream.pair();
        StreamPair<MemoryStream> target = MemoryStream.pair();
        source.left().write(bytes("abc"));
        target.right().close();

        assertThatThrownBy(() -> Streams.copy(source.right(), target.left()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("broken pipe");
    }

    // ---- relay

    @LoopTest
    void relayPassesOnBothWaysAndEachEndByItself() throws Exception {
        StreamPair<MemoryStream> client = MemoryStream.pair();
        StreamPair<MemoryStream> server = MemoryStream.pair();
        Task<Streams.Relayed> relay = createTask(() -> Streams.relay(client.right(), server.left()));

        client.left().write(bytes("request"));
        client.left().closeOutput();
        assertThat(server.right().readAll(100)).isEqualTo(bytes("request"));
        Task<?> answer = createTask(() -> {
            server.right().write(much);
            server.right().closeOutput();
        });
        assertThat(client.left().readAll(much.length)).isEqualTo(much);

        answer.await();
        assertThat(relay.await()).isEqualTo(new Streams.Relayed(7, much.length));
        assertThat(client.right().isOpen()).isTrue();
        assertThat(server.left().isOpen()).isTrue();
    }

    @LoopTest
    void relayEndsBothDirectionsWhenOneBreaks() throws Exception {
        for (boolean clientBreaks : new boolean[] {true, false}) {
            StreamPair<MemoryStream> client = MemoryStream.pair();
            StreamPair<MemoryStream> server = MemoryStream.pair();
            Task<?> relay = createTask(() -> Streams.relay(client.right(), server.left()));
            awaitAllTasksParked();

            (clientBreaks ? client.left() : server.right()).abort();

            assertThatThrownBy(relay::await)
                    .cause()
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
            assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
        }
    }

    @LoopTest
    void relayPassesOnWhatIsNoFailureOfAStream() throws Exception {
        StreamPair<MemoryStream> client = MemoryStream.pair();
        StreamPair<MemoryStream> server = MemoryStream.pair();
        server.left().setReadTimeout(Duration.ofSeconds(1));

        assertThatThrownBy(() -> Streams.relay(client.right(), server.left()))
                .isInstanceOf(TaskGroupException.class)
                .hasCauseInstanceOf(TimeoutException.class);
    }

    @LoopTest
    void relayThatIsCancelledEndsBothDirections() throws Exception {
        StreamPair<MemoryStream> client = MemoryStream.pair();
        StreamPair<MemoryStream> server = MemoryStream.pair();
        Task<?> relay = createTask(() -> Streams.relay(client.right(), server.left()));
        awaitAllTasksParked();

        relay.cancel("test");

        assertThatThrownBy(relay::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
        client.left().write(bytes("abc"));
        assertThat(client.right().readExactly(3)).isEqualTo(bytes("abc"));
    }

    // ---- staple

    @LoopTest
    void stapleOfThingsThatAreNoStreamsIsClosedByTheirClose() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        StreamHalves halves = pair.left().split();
        ByteStream staple = Streams.staple(halves.reader(), halves.writer());
        assertThat(staple)
                .hasToString("a stream that reads from the reader of " + pair.left() + " and writes to the writer of "
                        + pair.left());

        staple.closeOutput();

        assertThat(pair.right().readAll(0)).isEmpty();
        assertThat(staple.isOpen()).isTrue();
        pair.right().write(bytes("abc"));
        assertThat(staple.readExactly(3)).isEqualTo(bytes("abc"));
        staple.close();
        assertThat(staple.isOpen()).isFalse();
        assertThat(pair.left().isOpen()).isFalse();
        assertThatThrownBy(staple::closeOutput).isInstanceOf(ClosedChannelException.class);
    }

    @LoopTest
    void stapleClosesTheReaderWhenTheWriterFailsTo() throws Exception {
        StreamPair<MemoryStream> in = MemoryStream.pair();
        StreamPair<MemoryStream> out = MemoryStream.pair(1);
        ByteStream staple = Streams.staple(in.left(), out.left());
        staple.writeBuffered(bytes("abc"));
        awaitAllTasksParked();
        out.right().abort();
        awaitAllTasksParked();

        assertThatThrownBy(staple::close).isInstanceOf(IOException.class);

        assertThat(in.left().isOpen()).isFalse();
        assertThat(out.left().isOpen()).isFalse();
    }

    @LoopTest
    void abortOfAStapleDoesNotWaitForAWriterThatCanOnlyBeClosed() throws Exception {
        StreamPair<MemoryStream> pair = MemoryStream.pair(1);
        StreamHalves halves = pair.left().split();
        ByteStream staple = Streams.staple(halves.reader(), halves.writer());
        staple.writeBuffered(bytes("abc"));

        staple.abort();

        assertThat(staple.isOpen()).isFalse();
        ByteBuffer received = ByteBuffer.allocate(3);
        pair.right().readExactly(received);
        assertThat(pair.right().readAll(0)).isEmpty();
        assertThat(pair.left().isOpen()).isFalse();
    }

    /** The server answers before it has read everything, and then resets what comes. */
    @LoopTest
    void relayBringsTheAnswerOfAServerThatTakesNoMore() throws Exception {
        byte[] answer = new byte[50_000];
        var options = ServerOptions.defaults();
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                    stream.readExactly(100);
                    stream.write(answer);
                });
                TcpServer proxy = TcpServer.serve(options, List.of(TcpPair.loopback()), client -> {
                    try (TcpStream upstream = TcpStream.connect(server.address())) {
                        Streams.relay(client, upstream);
                    }
                })) {
            for (int round = 0; round < 50; round++) {
                try (TcpStream client = TcpStream.connect(proxy.address())) {
                    Task<?> sender = createTask(() -> {
                        try {
                            client.write(new byte[2_000_000]);
                        } catch (IOException nobodyTakesIt) {
                            // as it should be
                        }
                    });
                    assertThat(client.readExactly(answer.length)).isEqualTo(answer);
                    sender.await();
                }
            }
            assertThat(proxy.statistics().failed()).isZero();
        }
    }

    /** A reader that is no stream of this library. */
    @LoopTest
    void copyReadsWhateverIsAReader() throws Exception {
        StreamPair<MemoryStream> source = MemoryStream.pair();
        StreamPair<MemoryStream> target = MemoryStream.pair();
        Task<Long> copy = createTask(() -> Streams.copy(
                source.right().split().reader(), target.left().split().writer()));
        Task<?> sender = createTask(() -> {
            source.left().write(much);
            source.left().closeOutput();
        });

        assertThat(target.right().readExactly(much.length)).isEqualTo(much);

        sender.await();
        assertThat(copy.await()).isEqualTo(much.length);
    }

    @LoopTest
    void copyHoldsNoBufferWhileItWaits() throws Exception {
        BufferPool pool = BufferPool.OF_LOOP.get();
        pool.giveBack(pool.take());
        int free = pool.free();
        var pairs = new ArrayList<StreamPair<MemoryStream>>();
        var copies = new ArrayList<Task<?>>();
        for (int i = 0; i < 100; i++) {
            StreamPair<MemoryStream> pair = MemoryStream.pair();
            pairs.add(pair);
            copies.add(createTask(() -> Streams.copy(pair.right(), pair.right())));
        }
        awaitAllTasksParked();

        assertThat(pool.free()).isEqualTo(free);

        for (StreamPair<MemoryStream> pair : pairs) {
            pair.left().write(bytes("x"));
            assertThat(pair.left().readExactly(1)).isEqualTo(bytes("x"));
            pair.left().close();
        }
        copies.forEach(Task::await);
        assertThat(pool.free()).isEqualTo(free);
    }

    // ---- staple

    @LoopTest
    void stapledStreamsCountAndLogWhatEachDirectionMoves() throws Exception {
        StreamPair<MemoryStream> in = MemoryStream.pair();
        StreamPair<MemoryStream> out = MemoryStream.pair();
        ByteStream stapled = Streams.staple(in.right(), out.left());
        var log = new ArrayList<String>();
        stapled.setWireLog(new WireLog() {
            @Override
            public void received(ByteStream stream, ByteBuffer bytes) {
                log.add("received " + bytes.remaining());
            }

            @Override
            public void sent(ByteStream stream, ByteBuffer bytes) {
                log.add("sent " + bytes.remaining());
            }
        });
        in.left().write(bytes("abc"));
        stapled.readExactly(2);
        stapled.write(bytes("de"));

        assertThat(log).containsExactly("received 2", "sent 2");
        assertThat(stapled.statistics()).isEqualTo(new StreamStatistics(2, 2, 0, 0));
    }

    @LoopTest
    void whatIsStapledOfOtherThingsSaysWhoCounts() {
        StreamPair<MemoryStream> pair = MemoryStream.pair();
        StreamHalves halves = pair.left().split();
        ByteStream stapled = Streams.staple(halves.reader(), halves.writer());

        assertThatThrownBy(stapled::statistics).hasMessageContaining("Ask its underlying streams");
        assertThatThrownBy(() -> stapled.setWireLog(null)).hasMessageContaining("wire log");
        assertThatThrownBy(() -> stapled.setIdleTimeout(Duration.ofSeconds(1))).hasMessageContaining("idle time-out");
    }
}
