package io.gyre.net.features;

import static io.gyre.net.Talk.assertEchoes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.loop.testing.LoopTesting;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.BlackHole;
import io.gyre.net.ConnectFailedException;
import io.gyre.net.ConnectFailedException.Attempt;
import io.gyre.net.ConnectOptions;
import io.gyre.net.Dns;
import io.gyre.net.Feature;
import io.gyre.net.SocketOptions;
import io.gyre.net.Talk;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.testing.StreamPair;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;

class ConnectFeaturesTest {
    private static final String HOST = "server.test";

    private static InetAddress ip(String numeric) {
        return InetAddress.ofLiteral(numeric);
    }

    /** Has a name resolve to addresses, and no other. */
    private static void name(InetAddress... addresses) {
        Dns.use(host -> {
            if (host.equals(HOST)) {
                return List.of(addresses);
            }
            throw new UnknownHostException("cannot resolve '" + host + "'");
        });
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Connect by name")
    void connectTakesANameOrAnAddress() throws IOException {
        name(ip("127.0.0.1"));
        try (TcpServer server = TcpServer.serve(new InetSocketAddress(ip("127.0.0.1"), 0), Talk::echo)) {
            int port = server.address().getPort();
            for (String host : List.of(HOST, "127.0.0.1")) {
                try (TcpStream stream = TcpStream.connect(host, port)) {
                    assertEchoes(stream);
                }
            }
            try (TcpStream stream = TcpStream.connect(server.address())) {
                assertEchoes(stream);
            }
            assertThatExceptionOfType(UnknownHostException.class)
                    .isThrownBy(() -> TcpStream.connect("nobody.test", port))
                    .withMessageContaining("nobody.test");
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Address family")
    void namesAreResolvedAndConnectedToInTheFamilyThatIsAskedFor() throws IOException {
        name(ip("::1"), ip("127.0.0.1"), ip("127.0.0.2"));
        assertThat(Dns.resolve(HOST, StandardProtocolFamily.INET)).containsExactly(ip("127.0.0.1"), ip("127.0.0.2"));
        assertThat(Dns.resolve(HOST, StandardProtocolFamily.INET6)).containsExactly(ip("::1"));

        ConnectOptions four = ConnectOptions.defaults().withFamily(StandardProtocolFamily.INET);
        try (SocketChannel refusing = SocketChannel.open().bind(new InetSocketAddress(0))) {
            int port = ((InetSocketAddress) refusing.getLocalAddress()).getPort();

            var failure = catchThrowableOfType(ConnectFailedException.class, () -> TcpStream.connect(HOST, port, four));

            assertThat(failure.attempts())
                    .extracting(Attempt::address)
                    .extracting(InetSocketAddress::getAddress)
                    .containsExactly(ip("127.0.0.1"), ip("127.0.0.2"));
        }
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> TcpStream.connect("::1", 80, four))
                .withMessageContaining("no IPv4 address");
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Happy Eyeballs (RFC 8305)")
    void addressesAreTriedStaggeredAndTheFamiliesInTurnByDefault(VirtualClock clock) throws IOException {
        name(ip("127.0.0.2"), ip("127.0.0.3"));
        try (ServerSocketChannel answering =
                ServerSocketChannel.open().bind(new InetSocketAddress(ip("127.0.0.3"), 0))) {
            int port = ((InetSocketAddress) answering.getLocalAddress()).getPort();
            try (var silent = new BlackHole(new InetSocketAddress(ip("127.0.0.2"), port));
                    TcpStream stream = TcpStream.connect(HOST, port)) {
                assertThat(stream.peer()).isEqualTo(answering.getLocalAddress()).isNotEqualTo(silent.address());
                assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(250));
            }
        }

        name(ip("127.0.0.2"), ip("127.0.0.3"), ip("::1"));
        try (SocketChannel refusing = SocketChannel.open().bind(new InetSocketAddress(0))) {
            int port = ((InetSocketAddress) refusing.getLocalAddress()).getPort();

            var failure = catchThrowableOfType(ConnectFailedException.class, () -> TcpStream.connect(HOST, port));

            assertThat(failure.attempts())
                    .extracting(Attempt::address)
                    .extracting(InetSocketAddress::getAddress)
                    .containsExactly(ip("127.0.0.2"), ip("::1"), ip("127.0.0.3"));
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Socket options and the local address")
    void socketHasTheAddressAndTheOptionsThatAreAskedForAndSendsSmallWritesAtOnce() throws IOException {
        ConnectOptions options = ConnectOptions.defaults()
                .withLocal(new InetSocketAddress(ip("127.0.0.9"), 0))
                .withSocket(SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true)
                        .with(StandardSocketOptions.SO_LINGER, 0));
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), Talk::echo)) {
            try (TcpStream stream = TcpStream.connect(server.address())) {
                assertEchoes(stream);
                assertThat(stream.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
                assertThat(server.connections().getFirst().option(StandardSocketOptions.TCP_NODELAY))
                        .isTrue();
            }
            LoopTesting.awaitAllTasksParked();
            try (TcpStream stream = TcpStream.connect(server.address(), options)) {
                assertEchoes(stream);
                assertThat(server.connections())
                        .extracting(each -> each.peer().getAddress())
                        .contains(ip("127.0.0.9"));
                assertThat(stream.option(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
                assertThat(stream.option(StandardSocketOptions.SO_LINGER)).isZero();
                assertThat(stream.option(StandardSocketOptions.TCP_NODELAY))
                        .as("what is asked for replaces what is there by default")
                        .isFalse();
                stream.setOption(StandardSocketOptions.TCP_NODELAY, true);
                assertThat(stream.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
            }
        }
    }

    @LoopTest
    @Feature("Typed attributes of a stream")
    void streamKnowsItsEndsAndItsOptionsByType() throws IOException {
        StreamPair<TcpStream> pair = TcpPair.connected();
        try (TcpStream left = pair.left();
                TcpStream right = pair.right()) {
            InetSocketAddress peer = left.peer();
            int bufferBytes = left.option(StandardSocketOptions.SO_RCVBUF);

            assertThat(peer).isEqualTo(right.local());
            assertThat(right.peer()).isEqualTo(left.local());
            assertThat(bufferBytes).isPositive();
            assertThat(left).hasToString("TcpStream[127.0.0.1:" + peer.getPort() + "]");
        }
    }
}
