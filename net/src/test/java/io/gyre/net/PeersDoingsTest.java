package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What peers do is no failure of the handler, and fills no log. */
@Timeout(120)
class PeersDoingsTest {
    private static final int CLIENTS = 1000;
    private static final int AT_A_TIME = 50;
    private static final int MAX_LINE = 100;
    private static final Duration MOMENT = Duration.ofMillis(1);

    private static final byte[] LONG_LINE = new byte[MAX_LINE + 2];

    /** What a peer does, and how the handler meets it. */
    @SuppressWarnings("ImmutableEnumChecker") // its lambdas capture nothing
    enum Doing {
        RESETS_WHILE_READ(stream -> stream.readExactly(1000), stream -> {
            stream.write(new byte[10]);
            stream.abort();
        }),
        RESETS_WHILE_WRITTEN(PeersDoingsTest::writeForEver, stream -> {
            stream.readExactly(100);
            stream.abort();
        }),
        RESETS_WHILE_BUFFERED(
                stream -> {
                    while (true) {
                        stream.readExactly(1);
                        stream.writeBuffered(new byte[10_000]);
                    }
                },
                stream -> {
                    stream.write(new byte[100]);
                    stream.readExactly(1);
                    stream.abort();
                }),
        ENDS_IN_A_MESSAGE(stream -> stream.readExactly(1000), stream -> {
            stream.write(new byte[10]);
            stream.closeOutput();
            awaitEnd(stream);
        }),
        IS_IDLE(
                stream -> {
                    stream.setIdleTimeout(MOMENT);
                    stream.readLine(MAX_LINE);
                },
                PeersDoingsTest::awaitEnd),
        IS_TOO_SLOW_FOR_A_READ(
                stream -> {
                    stream.setReadTimeout(MOMENT);
                    stream.readExactly(1000);
                },
                PeersDoingsTest::awaitEnd),
        IS_TOO_SLOW_FOR_A_WRITE(
                stream -> {
                    stream.setWriteTimeout(MOMENT);
                    writeForEver(stream);
                },
                PeersDoingsTest::awaitResetWithoutReading),
        IS_TOO_SLOW_FOR_A_TIME_OUT_OF_THE_HANDLER(
                stream -> Async.timeout(MOMENT, () -> stream.readLine(MAX_LINE)), PeersDoingsTest::awaitEnd),
        SENDS_A_LONG_LINE(stream -> stream.readLine(MAX_LINE), stream -> {
            stream.write(LONG_LINE);
            awaitEnd(stream);
        }),
        RESETS_AND_IS_WRAPPED(
                stream -> {
                    try {
                        stream.readExactly(1000);
                    } catch (IOException wrapped) {
                        throw new UncheckedIOException("the protocol has failed", wrapped);
                    }
                },
                TcpStream::abort),
        RESETS_TASKS_OF_A_GROUP(
                stream -> TaskGroup.run(group -> {
                    group.createTask("reads", () -> stream.readExactly(1000));
                    group.createTask("writes", () -> writeForEver(stream));
                }),
                stream -> {
                    stream.readExactly(1);
                    stream.abort();
                });

        final StreamHandler<TcpStream> server;
        final StreamHandler<TcpStream> peer;

        Doing(StreamHandler<TcpStream> server, StreamHandler<TcpStream> peer) {
            this.server = server;
            this.peer = peer;
        }
    }

    private static void writeForEver(TcpStream stream) throws IOException {
        while (true) {
            stream.write(new byte[10_000]);
        }
    }

    /** The server resets what it has not read. */
    private static void awaitEnd(TcpStream stream) {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        try {
            while (stream.read(buffer.clear()) >= 0) {
                // until the server has had enough
            }
        } catch (IOException reset) {
            // is an end, too
        }
    }

    private static void awaitResetWithoutReading(TcpStream stream) {
        try {
            stream.setOption(StandardSocketOptions.SO_SNDBUF, 20_000);
            writeForEver(stream); // is held back, and waits: the clock of a busy loop stands still
        } catch (IOException reset) {
            // the server has had enough
        }
    }

    /** All that is logged by this library. */
    private static final class Log extends Handler implements AutoCloseable {
        private final Logger logger = Logger.getLogger("io.gyre");
        private final List<LogRecord> records = new CopyOnWriteArrayList<>();

        Log() {
            logger.setLevel(Level.FINE);
            logger.setUseParentHandlers(false);
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
            logger.setUseParentHandlers(true);
            logger.setLevel(null);
        }

        void assertNoMoreThanALineForEach(int connections) {
            assertThat(records).hasSizeLessThanOrEqualTo(connections);
            assertThat(records).allSatisfy(logged -> {
                assertThat(logged.getLevel().intValue()).isLessThanOrEqualTo(Level.FINE.intValue());
                assertThat(logged.getThrown()).isNull();
                assertThat(logged.getMessage()).doesNotContain("\n");
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void thousandPeersFillNoLogAndLeaveNothingBehind(Doing doing) throws Exception {
        ServerStatistics seen = meet(new Random(1), List.of(doing));

        assertThat(seen.broken()).isEqualTo(CLIENTS);
        assertThat(seen.timedOut()).isEqualTo(doing.name().startsWith("IS_") ? CLIENTS : 0);
        assertThat(seen.tooLarge()).isEqualTo(doing == Doing.SENDS_A_LONG_LINE ? CLIENTS : 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void thousandPeersOfAllKindsAtOnceLeaveNothingBehind(long seed) throws Exception {
        assertThat(meet(new Random(seed), List.of(Doing.values())).broken()).isEqualTo(CLIENTS);
    }

    private static ServerStatistics meet(Random random, List<Doing> doings) throws Exception {
        var failures = new ArrayList<Failure>();
        var chosen = new ArrayList<Doing>();
        for (int i = 0; i < CLIENTS; i++) {
            chosen.add(doings.get(random.nextInt(doings.size())));
        }
        try (var log = new Log()) {
            ServerStatistics seen = EventLoop.run(
                    LoopOptions.defaults()
                            .withSlowStep(Duration.ZERO)
                            .withFailureHandler(failures::add)
                            .withTicker(VirtualClock.autojumpDespiteIo()), // no time-out strikes before its task waits
                    () -> meetAll(chosen));

            assertThat(failures).isEmpty();
            assertThat(seen.failed()).isZero();
            assertThat(seen.active()).isZero();
            log.assertNoMoreThanALineForEach(CLIENTS);
            return seen;
        }
    }

    private static ServerStatistics meetAll(List<Doing> chosen) throws IOException {
        ServerOptions options =
                ServerOptions.defaults().withConnection(SocketOptions.of(StandardSocketOptions.SO_SNDBUF, 20_000));
        EventLoop loop = EventLoop.current();
        try (TcpServer server = TcpServer.serve(options, List.of(TcpPair.loopback()), PeersDoingsTest::serve)) {
            yieldNow(); // the acceptor waits
            int tasks = loop.tasks().size();
            int channels = loop.statistics().channels();
            for (int i = 0; i < chosen.size(); i += AT_A_TIME) {
                var clients = new ArrayList<Task<?>>();
                for (Doing doing : chosen.subList(i, i + AT_A_TIME)) {
                    clients.add(createTask(() -> misbehave(server.address(), doing)));
                }
                clients.forEach(Task::await);
            }
            while (server.statistics().active() > 0 || server.statistics().accepted() < chosen.size()) {
                sleep(MOMENT);
            }
            yieldNow();
            assertThat(loop.tasks()).hasSize(tasks);
            assertThat(loop.statistics().channels()).isEqualTo(channels);
            assertThat(loop.statistics().timers()).isZero();
            return server.statistics();
        }
    }

    /** The first byte says how. */
    private static void serve(TcpStream stream) throws Exception {
        Doing.values()[stream.readExactly(1)[0]].server.handle(stream);
    }

    private static void misbehave(InetSocketAddress address, Doing doing) throws Exception {
        try (TcpStream stream = TcpStream.connect(address)) {
            stream.write(new byte[] {(byte) List.of(Doing.values()).indexOf(doing)});
            doing.peer.handle(stream);
        }
    }
}
