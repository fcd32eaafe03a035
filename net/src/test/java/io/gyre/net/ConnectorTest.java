package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;

/** Connecting to whoever answers first; what is silent is a socket whose backlog is full. */
final class ConnectorTest {
    private static final ConnectOptions OPTIONS =
            ConnectOptions.defaults().withAttemptDelay(Duration.ofMillis(250)).withTimeout(Duration.ofSeconds(30));

    private static ServerSocketChannel listening() throws IOException {
        return ServerSocketChannel.open().bind(TcpPair.loopback());
    }

    private static InetSocketAddress addressOf(ServerSocketChannel server) throws IOException {
        return (InetSocketAddress) server.getLocalAddress();
    }

    private static InetSocketAddress refusing() throws IOException {
        try (ServerSocketChannel closed = listening()) {
            return addressOf(closed);
        }
    }

    private static Connector.Target name(String text) {
        return new Connector.Target(text, false);
    }

    private static SocketChannel connect(InetSocketAddress... addresses) throws IOException {
        return Connector.connect(name("the target"), OPTIONS, () -> List.of(addresses));
    }

    private static void assertConnectedTo(ServerSocketChannel server, SocketChannel channel) throws IOException {
        assertThat(channel.getRemoteAddress()).isEqualTo(server.getLocalAddress());
        channel.close();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void firstAddressThatConnectsIsTakenAndTheOthersAreLeftAlone(VirtualClock clock) throws Exception {
        try (ServerSocketChannel first = listening();
                ServerSocketChannel second = listening()) {
            second.configureBlocking(false);

            assertConnectedTo(first, connect(addressOf(first), addressOf(second)));

            assertThat(second.accept()).isNull();
            assertThat(clock.elapsed()).isZero();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void addressBehindOneThatRefusesIsTriedAtOnce(VirtualClock clock) throws Exception {
        try (ServerSocketChannel server = listening()) {
            assertConnectedTo(server, connect(refusing(), refusing(), addressOf(server)));

            assertThat(clock.elapsed()).isZero();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void addressBehindOneThatIsSilentIsTriedAfterADelay(VirtualClock clock) throws Exception {
        try (var silent = new BlackHole();
                ServerSocketChannel server = listening()) {
            assertConnectedTo(server, connect(silent.address(), silent.address(), addressOf(server)));

            assertThat(clock.elapsed()).isEqualTo(OPTIONS.attemptDelay().multipliedBy(2));
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void withoutADelayAllAreTriedAtOnce(VirtualClock clock) throws Exception {
        try (var silent = new BlackHole();
                ServerSocketChannel server = listening()) {
            ConnectOptions atOnce = OPTIONS.withAttemptDelay(Duration.ZERO);

            SocketChannel channel =
                    Connector.connect(name("it"), atOnce, () -> List.of(silent.address(), addressOf(server)));

            assertConnectedTo(server, channel);
            assertThat(clock.elapsed()).isZero();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void failureTellsOfEachAddressInTheOrderOfTheAttempts() throws Exception {
        InetSocketAddress first = refusing();
        InetSocketAddress second = refusing();

        var failure = catchThrowableOfType(ConnectFailedException.class, () -> connect(first, second));

        assertThat(failure)
                .hasMessageContaining("cannot connect to the target: 127.0.0.1:" + first.getPort())
                .hasMessageContaining("127.0.0.1:" + second.getPort() + " (Connection refused");
        assertThat(failure.attempts())
                .extracting(ConnectFailedException.Attempt::address)
                .containsExactly(first, second);
        assertThat(failure.getCause()).isInstanceOf(ConnectException.class);
        assertThat(failure.getSuppressed()).hasSize(1);
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void failureInTimeTellsWhoWasSilent(VirtualClock clock) throws Exception {
        try (var silent = new BlackHole()) {
            InetSocketAddress refusing = refusing();

            var failure = catchThrowableOfType(ConnectFailedException.class, () -> connect(refusing, silent.address()));

            assertThat(clock.elapsed()).isEqualTo(OPTIONS.timeout());
            assertThat(failure)
                    .hasMessageContaining("cannot connect to the target within PT30S")
                    .hasMessageContaining(refusing.getPort() + " (Connection refused")
                    .hasMessageContaining(silent.address().getPort() + " (no answer until then)");
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void singleAddressThatIsSilentFailsInTime(VirtualClock clock) throws Exception {
        try (var silent = new BlackHole()) {
            assertThatThrownBy(() -> TcpStream.connect(silent.address(), OPTIONS))
                    .isInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("no answer");

            assertThat(clock.elapsed()).isEqualTo(OPTIONS.timeout());
            awaitAllTasksParked();
            assertThat(EventLoop.current().statistics().channels()).isZero();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void timeoutOfNothingTriesNothing() throws Exception {
        var failure = catchThrowableOfType(
                ConnectFailedException.class, () -> TcpStream.connect(refusing(), OPTIONS.withTimeout(Duration.ZERO)));

        assertThat(failure).hasMessageEndingWith("within PT0S").hasCauseInstanceOf(TimeoutException.class);
        assertThat(failure.attempts()).isEmpty();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void sourceThatFailsIsPassedOn() {
        assertThatThrownBy(() -> Connector.connect(name("nobody"), OPTIONS, () -> {
                    throw new UnknownHostException("nobody");
                }))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("nobody");
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void losersAreClosed() throws Exception {
        try (var silent = new BlackHole();
                ServerSocketChannel first = listening();
                ServerSocketChannel second = listening()) {
            connect(addressOf(first)).close();
            awaitAllTasksParked();
            long before = Descriptors.open();

            SocketChannel winner = Connector.connect(
                    name("it"),
                    OPTIONS.withAttemptDelay(Duration.ZERO),
                    () -> List.of(silent.address(), silent.address(), addressOf(first), addressOf(second)));
            awaitAllTasksParked();

            assertThat(Descriptors.open()).isEqualTo(before + 1);
            winner.close();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void cancellationClosesAllThatIsOpen() throws Exception {
        try (var silent = new BlackHole()) {
            long before = Descriptors.open();
            Task<?> connecting = createTask(() -> Connector.connect(
                    name("it"),
                    OPTIONS.withAttemptDelay(Duration.ZERO),
                    () -> List.of(silent.address(), silent.address())));
            awaitAllTasksParked();
            assertThat(Descriptors.open()).isEqualTo(before + 2);

            connecting.cancel("test");

            assertThatThrownBy(connecting::await).hasCauseInstanceOf(CancelledException.class);
            awaitAllTasksParked();
            assertThat(Descriptors.open()).isEqualTo(before);
            assertThat(EventLoop.current().statistics().timers()).isZero();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void cancellationIsNoFailureToConnect() throws Exception {
        try (var silent = new BlackHole()) {
            InetSocketAddress refusing = refusing();
            Task<?> connecting = createTask(() -> connect(refusing, silent.address()));
            awaitAllTasksParked();

            connecting.cancel("test");

            assertThatThrownBy(connecting::await).hasCauseInstanceOf(CancelledException.class);
        }
    }

    // ---- options

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void addressAtThisEndIsUsed() throws Exception {
        try (ServerSocketChannel server = listening();
                TcpStream stream = TcpStream.connect(
                        addressOf(server),
                        OPTIONS.withLocal(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.9"), 0)))) {
            assertThat(stream.local().getAddress().getHostAddress()).isEqualTo("127.0.0.9");
            try (SocketChannel accepted = server.accept()) {
                assertThat(accepted.getRemoteAddress()).isEqualTo(stream.local());
            }
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void addressOfAnotherMachineAtThisEndIsRefused() throws Exception {
        try (ServerSocketChannel server = listening()) {
            assertThatThrownBy(() -> TcpStream.connect(
                            addressOf(server),
                            OPTIONS.withLocal(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0))))
                    .isInstanceOf(ConnectFailedException.class)
                    .hasCauseInstanceOf(BindException.class);
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectionToItselfIsNone() throws Exception {
        InetSocketAddress own = refusing();

        assertThatThrownBy(() -> TcpStream.connect(own, OPTIONS.withLocal(own)))
                .isInstanceOf(ConnectFailedException.class)
                .hasMessageContaining("connected to itself");
        awaitAllTasksParked();
        assertThat(EventLoop.current().statistics().channels()).isZero();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void optionsOfTheSocketAreSetBeforeItConnects() throws Exception {
        try (ServerSocketChannel server = listening();
                TcpStream stream = TcpStream.connect(
                        addressOf(server),
                        OPTIONS.withSocket(SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true)))) {
            assertThat(stream.option(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(stream.option(StandardSocketOptions.TCP_NODELAY)).isFalse();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void optionThatIsRefusedIsNamed() throws Exception {
        try (ServerSocketChannel server = listening()) {
            SocketOptions bad = SocketOptions.of(StandardSocketOptions.SO_RCVBUF, -1);

            assertThatThrownBy(() -> TcpStream.connect(addressOf(server), OPTIONS.withSocket(bad)))
                    .isInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("cannot set SO_RCVBUF to -1");
        }
    }
}
