package io.gyre.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.abort;

import io.gyre.loop.Async;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.ConnectFailedException.Kind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.List;

/** Why a connection could not be made, as a value. */
final class ConnectFailedExceptionTest {
    private static final InetAddress NOT_OURS = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");

    private static ConnectFailedException failure(InetSocketAddress address, ConnectOptions options) {
        return catchThrowableOfType(ConnectFailedException.class, () -> TcpStream.connect(address, options)
                .close());
    }

    /** A port that is taken and on which nobody listens. */
    private static SocketChannel deaf(InetAddress address) throws IOException {
        return SocketChannel.open().bind(new InetSocketAddress(address, 0));
    }

    @LoopTest(time = Time.REAL)
    void portOnWhichNobodyListensRefuses() throws Exception {
        try (SocketChannel deaf = deaf(InetAddress.getLoopbackAddress())) {
            var address = (InetSocketAddress) deaf.getLocalAddress();

            ConnectFailedException failure = failure(address, ConnectOptions.defaults());

            assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
            assertThat(Kind.of(failure)).isEqualTo(Kind.REFUSED);
            assertThat(failure.attempts()).singleElement().satisfies(attempt -> {
                assertThat(attempt.address()).isEqualTo(address);
                assertThat(attempt.kind()).isEqualTo(Kind.REFUSED);
            });
            assertThat(failure)
                    .hasMessageStartingWith(
                            "cannot connect to 127.0.0.1:" + address.getPort() + ": Connection refused");
        }
    }

    @LoopTest(time = Time.REAL)
    void addressAtThisEndThatIsNotOfThisMachineIsSaidToBeTheReason() throws Exception {
        try (var server = ServerSocketChannel.open().bind(TcpPair.loopback())) {
            var address = (InetSocketAddress) server.getLocalAddress();

            ConnectFailedException failure =
                    failure(address, ConnectOptions.defaults().withLocal(new InetSocketAddress(NOT_OURS, 0)));

            assertThat(failure.kind()).isEqualTo(Kind.LOCAL_ADDRESS);
            assertThat(failure).hasMessageContaining("cannot bind to 192.0.2.1:0");
        }
    }

    @LoopTest(time = Time.REAL)
    void addressAtThisEndThatIsTakenIsSaidToBeTheReason() throws Exception {
        try (var server = ServerSocketChannel.open().bind(TcpPair.loopback());
                var other = ServerSocketChannel.open().bind(TcpPair.loopback())) {
            var taken = (InetSocketAddress) other.getLocalAddress();

            ConnectFailedException failure = failure(
                    (InetSocketAddress) server.getLocalAddress(),
                    ConnectOptions.defaults().withLocal(taken));

            assertThat(failure.kind()).isEqualTo(Kind.LOCAL_ADDRESS);
            assertThat(failure).hasMessageContaining("cannot bind to 127.0.0.1:" + taken.getPort());
        }
    }

    @LoopTest
    void nameWithoutAnAddressIsAKindToo() {
        Dns.use(host -> List.of());

        assertThatThrownBy(() -> TcpStream.connect("no.such.test", 80))
                .isInstanceOfSatisfying(UnknownHostException.class, unknown -> assertThat(Kind.of(unknown))
                        .isEqualTo(Kind.NO_SUCH_NAME));
    }

    @LoopTest
    void serviceWithoutAPortIsAKindToo() {
        assertThatThrownBy(() -> TcpStream.connect("127.0.0.1", "no such service"))
                .isInstanceOfSatisfying(UnknownServiceException.class, unknown -> assertThat(Kind.of(unknown))
                        .isEqualTo(Kind.NO_SUCH_SERVICE));
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void silenceIsATimeOut() throws Exception {
        try (var blackHole = new BlackHole()) {
            ConnectFailedException failure =
                    failure(blackHole.address(), ConnectOptions.defaults().withTimeout(Duration.ofSeconds(5)));

            assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
            assertThat(failure.attempts()).singleElement().satisfies(attempt -> assertThat(attempt.kind())
                    .isEqualTo(Kind.TIMED_OUT));
            assertThat(failure)
                    .hasMessage("cannot connect to 127.0.0.1:"
                            + blackHole.address().getPort() + " within PT5S: no answer until then");
        }
    }

    /** A name server that does not answer leaves no time for any address. */
    @LoopTest
    void silenceOfTheResolverIsATimeOutToo() {
        Dns.use(host -> {
            Async.sleep(Duration.ofHours(1));
            return List.of(NOT_OURS);
        });

        assertThatThrownBy(() -> TcpStream.connect("slow.test", 80))
                .isInstanceOfSatisfying(ConnectFailedException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo(Kind.TIMED_OUT);
                    assertThat(failure.attempts()).isEmpty();
                })
                .hasMessageContaining("slow.test:80");
    }

    @LoopTest(time = Time.REAL)
    void addressOfANameIsNamedBesideIt() throws Exception {
        try (SocketChannel deaf = deaf(InetAddress.getLoopbackAddress())) {
            int port = ((InetSocketAddress) deaf.getLocalAddress()).getPort();
            Dns.use(host -> List.of(InetAddress.ofLiteral("127.0.0.1")));

            assertThatThrownBy(() -> TcpStream.connect("one.test", port))
                    .hasMessageStartingWith(
                            "cannot connect to one.test:" + port + ": 127.0.0.1:" + port + " (Connection refused");
        }
    }

    @LoopTest(time = Time.REAL)
    void ofSeveralAddressesTheLastSaysTheKindAndEachItsOwn() throws Exception {
        try (SocketChannel deaf = deaf(InetAddress.getLoopbackAddress())) {
            int port = ((InetSocketAddress) deaf.getLocalAddress()).getPort();
            Dns.use(host -> List.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("127.0.0.2")));

            assertThatThrownBy(() -> TcpStream.connect("two.test", port))
                    .isInstanceOfSatisfying(ConnectFailedException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
                        assertThat(failure.attempts()).hasSize(2).allSatisfy(attempt -> assertThat(attempt.kind())
                                .isEqualTo(Kind.REFUSED));
                    })
                    .hasMessageContaining("cannot connect to two.test:" + port)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("127.0.0.2:" + port);
        }
    }

    private static SocketChannel deafOrAbort() {
        try {
            return deaf(IPV6);
        } catch (IOException | UnsupportedAddressTypeException noIPv6) {
            return abort("this machine has no IPv6: " + noIPv6);
        }
    }

    @LoopTest(time = Time.REAL)
    void ipv6AddressIsInBrackets() throws Exception {
        try (SocketChannel deaf = deafOrAbort()) {
            int port = ((InetSocketAddress) deaf.getLocalAddress()).getPort();
            String text = "[0:0:0:0:0:0:0:1]:" + port;

            ConnectFailedException byAddress = failure(new InetSocketAddress(IPV6, port), ConnectOptions.defaults());
            assertThat(byAddress.kind()).isEqualTo(Kind.REFUSED);
            assertThat(byAddress).hasMessageStartingWith("cannot connect to " + text + ": Connection refused");
            assertThatThrownBy(() -> TcpStream.connect("::1", port))
                    .hasMessageStartingWith("cannot connect to [::1]:" + port + ": Connection refused");
            assertThatThrownBy(() -> TcpStream.connect("[::1]", port))
                    .hasMessageStartingWith("cannot connect to [::1]:" + port + ": Connection refused");
        }
    }

    @LoopTest
    void otherFailuresHaveAKindAsWell() {
        assertThat(Kind.of(new NoRouteToHostException("No route to host"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(Kind.of(new SocketException("Network is unreachable"))).isEqualTo(Kind.UNREACHABLE);
        assertThat(Kind.of(new ConnectException("Connection timed out"))).isEqualTo(Kind.TIMED_OUT);
        assertThat(Kind.of(new ConnectException())).isEqualTo(Kind.OTHER);
        assertThat(Kind.of(new IOException("the disk is full"))).isEqualTo(Kind.OTHER);
        assertThatThrownBy(() -> Async.timeout(Duration.ofSeconds(1), () -> Async.sleep(Duration.ofDays(1))))
                .isInstanceOfSatisfying(TimeoutException.class, late -> assertThat(Kind.of(late))
                        .isEqualTo(Kind.TIMED_OUT));
    }
}
