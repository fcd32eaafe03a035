package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.assertEchoes;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.os.Signals;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The way down: stop accepting, drain, close; or the short cut. */
final class TcpServerEndTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<String> seen = new ArrayList<>();

    private void readLines(ByteStream stream) throws IOException {
        for (Optional<String> line = stream.readLine(100); line.isPresent(); line = stream.readLine(100)) {
            seen.add(line.get());
        }
        stream.write("bye".getBytes(US_ASCII));
    }

    private static TcpStream connectedTo(TcpServer server) throws IOException {
        TcpStream client = TcpStream.connect(server.address());
        awaitAllTasksParked();
        return client;
    }

    private static void assertNothingIsLeft() {
        awaitAllTasksParked();
        assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
        assertThat(EventLoop.current().statistics().channels()).isZero();
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }

    // ---- states

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serverGoesDownStateByState() throws Exception {
        TcpServer server =
                TcpServer.serve(TcpPair.loopback(), stream -> shield(MINUTE, () -> sleep(Duration.ofSeconds(20))));
        TcpStream client = connectedTo(server);
        assertThat(server.state()).isEqualTo(ServerState.SERVING);

        server.stopAccepting();
        assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        Task<Boolean> draining = createTask(() -> server.drain(Duration.ofSeconds(1)));
        awaitAllTasksParked();
        assertThat(server.state()).isEqualTo(ServerState.DRAINING);
        sleep(Duration.ofSeconds(2));
        assertThat(server.state()).isEqualTo(ServerState.CLOSING);
        server.stopAccepting();
        assertThat(server.state()).isEqualTo(ServerState.CLOSING);

        assertThat(draining.await()).isFalse();
        assertThat(server.state()).isEqualTo(ServerState.CLOSED);
        assertThat(server.drain(MINUTE)).isTrue();
        client.close();
        assertNothingIsLeft();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serverThatNobodyUsesIsClosedAtOnce() throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo);

        server.stopAccepting();
        server.awaitClosed();

        assertThat(server.state()).isEqualTo(ServerState.CLOSED);
        assertNothingIsLeft();
    }

    // ---- stopAccepting

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serverThatStopsAcceptingServesOn() throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo);
        TcpStream client = connectedTo(server);

        server.stopAccepting();
        server.stopAccepting();
        awaitAllTasksParked(); // the system takes connections until the loop has polled

        assertThatThrownBy(() -> TcpStream.connect(server.address())).hasMessageContaining("refused");
        assertEchoes(client);
        assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        client.close();
        server.awaitClosed();
        assertNothingIsLeft();
    }

    // ---- drain

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void drainDeliversWhatHasArrivedAndThenTheEnd(VirtualClock clock) throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
            sleep(Duration.ofSeconds(5)); // busy, while all arrives
            readLines(stream);
        });
        TcpStream client = connectedTo(server);
        client.write("one\ntwo\nthr".getBytes(US_ASCII));

        assertThat(server.drain(MINUTE)).isTrue();

        assertThat(seen).containsExactly("one", "two", "thr");
        assertThat(client.readAll(100)).isEqualTo("bye".getBytes(US_ASCII));
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(5));
        assertThat(server.state()).isEqualTo(ServerState.CLOSED);
        client.close();
        assertNothingIsLeft();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void drainEndsAReadThatWaits() throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), this::readLines);
        TcpStream client = connectedTo(server);
        client.write("one\n".getBytes(US_ASCII));
        awaitAllTasksParked();

        assertThat(server.drain(MINUTE)).isTrue();

        assertThat(seen).containsExactly("one");
        assertThat(client.readAll(100)).isEqualTo("bye".getBytes(US_ASCII));
        client.close();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void messageThatDrainCutsOffIsCountedLikeThatOfAPeerThatHasGone() throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> stream.readExactly(10));
        TcpStream client = connectedTo(server);
        client.write(new byte[3]);
        awaitAllTasksParked();

        assertThat(server.drain(MINUTE)).isTrue();

        assertThat(server.statistics().broken()).isEqualTo(1);
        assertThat(server.statistics().failed()).isZero();
        client.close();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void whatHasNotEndedInTimeIsCancelled(VirtualClock clock) throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
            try {
                sleep(Duration.ofHours(1));
            } catch (CancelledException cancelled) {
                seen.add("cancelled after " + clock.elapsed());
                throw cancelled;
            }
        });
        TcpStream client = connectedTo(server);

        assertThat(server.drain(MINUTE)).isFalse();

        assertThat(seen).containsExactly("cancelled after PT1M");
        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        client.close();
        assertNothingIsLeft();
    }

    // ---- close and abort

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void closeOfACancelledTaskDoesNotWaitForEver(VirtualClock clock) throws Exception {
        TcpServer server = TcpServer.serve(
                TcpPair.loopback(), stream -> shield(Duration.ofHours(1), () -> sleep(Duration.ofMinutes(30))));
        TcpStream client = connectedTo(server);
        Task<?> closing = createTask(server::close);
        awaitAllTasksParked();

        closing.cancel("test");

        assertThatThrownBy(closing::await).hasCauseInstanceOf(CancelledException.class);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(10));
        assertThat(server.state()).isEqualTo(ServerState.CLOSING);
        server.awaitClosed();
        client.close();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void abortResetsTheConnectionsAndDoesNotWait() throws Exception {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo);
        TcpStream client = connectedTo(server);
        assertEchoes(client);

        server.abort();

        assertThat(server.state()).isEqualTo(ServerState.CLOSING);
        assertThatThrownBy(() -> client.readExactly(1)).hasMessageContaining("reset");
        server.awaitClosed();
        assertThat(server.statistics().failed()).isZero();
        client.close();
        assertNothingIsLeft();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void endIsNotForOtherLoops() throws Exception {
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
            EventLoop.run(() -> {
                assertThatThrownBy(server::close)
                        .isInstanceOf(WrongLoopException.class)
                        .hasMessageContaining("loop.call");
                assertThatThrownBy(server::stopAccepting).isInstanceOf(WrongLoopException.class);
                assertThatThrownBy(server::abort).isInstanceOf(WrongLoopException.class);
                assertThatThrownBy(() -> server.drain(MINUTE)).isInstanceOf(WrongLoopException.class);
            });

            assertThat(server.state()).isEqualTo(ServerState.SERVING);
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void handlerThatClosesItsServerDoesNotWaitForItself(VirtualClock clock) throws Exception {
        LoopFuture<TcpServer> served = EventLoop.current().createFuture();
        TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
            served.await().close();
            seen.add("goes on");
            stream.read(ByteBuffer.allocate(1));
            seen.add("is not cancelled");
        });
        served.setResult(server);
        TcpStream client = connectedTo(server);

        server.awaitClosed();

        assertThat(seen).containsExactly("goes on");
        assertThat(clock.elapsed()).isZero();
        client.close();
        assertNothingIsLeft();
    }

    @LoopTest
    void drainWithoutALimitIsRefusedBeforeAnythingIsDone() throws IOException {
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
            assertThatNullPointerException().isThrownBy(() -> drain(server));

            try (TcpStream client = TcpStream.connect(server.address())) {
                assertEchoes(client);
            }
        }
    }

    @SuppressWarnings("NullAway") // null is the subject
    private static void drain(TcpServer server) {
        Duration none = null;
        server.drain(none);
    }

    @LoopTest
    @SuppressWarnings("NullAway") // null is the subject
    void drainOnASignalNeedsALimitToo() throws IOException {
        Duration none = null;
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
            assertThatNullPointerException().isThrownBy(() -> Signals.drainOn(server, none, "WINCH"));
        }
    }
}
