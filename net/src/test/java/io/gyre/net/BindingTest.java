package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.LoopGroup;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** An address means what it says, and is free when its socket is closed. */
class BindingTest {
    private static final InetAddress ALL4 = InetAddress.ofLiteral("0.0.0.0");
    private static final InetAddress ALL6 = InetAddress.ofLiteral("::");

    /** A port that is free in both families at this moment. */
    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    private static TcpServer serve(InetAddress... addresses) throws IOException {
        int port = freePort();
        return TcpServer.serve(
                ServerOptions.defaults(),
                List.of(addresses).stream()
                        .map(address -> new InetSocketAddress(address, port))
                        .toList(),
                BindingTest::tellFamily);
    }

    private static void tellFamily(TcpStream stream) throws IOException {
        String local = stream.local().getAddress().getHostAddress();
        stream.write((local.contains(":") ? "6" : "4").getBytes(US_ASCII));
    }

    private static String familyOfConnection(String host, TcpServer server) throws IOException {
        try (TcpStream stream = TcpStream.connect(host, server.address().getPort())) {
            return new String(stream.readAll(10), US_ASCII);
        }
    }

    @LoopTest
    void allAddressesOfIPv4AreNoneOfIPv6() throws Exception {
        try (TcpServer server = serve(ALL4)) {
            assertThat(familyOfConnection("127.0.0.1", server)).isEqualTo("4");
            assertThatThrownBy(() -> familyOfConnection("::1", server)).isInstanceOf(ConnectFailedException.class);
        }
    }

    @LoopTest
    @Feature("IPv6-only sockets")
    void allAddressesOfBothFamiliesCanBeHadBesideEachOtherInWhateverOrder() throws Exception {
        for (InetAddress[] order : new InetAddress[][] {{ALL4, ALL6}, {ALL6, ALL4}}) {
            try (TcpServer server = serve(order)) {
                assertThat(server.addresses())
                        .extracting(InetSocketAddress::getAddress)
                        .containsExactly(order);
                assertThat(familyOfConnection("127.0.0.1", server)).isEqualTo("4");
                assertThat(familyOfConnection("::1", server)).isEqualTo("6");
            }
        }
    }

    @LoopTest
    void allAddressesOfIPv6CanBeHadByAnotherServer() throws Exception {
        try (TcpServer four = serve(ALL4);
                TcpServer six = TcpServer.serve(
                        new InetSocketAddress(ALL6, four.address().getPort()), BindingTest::tellFamily)) {
            assertThat(familyOfConnection("127.0.0.1", six)).isEqualTo("4");
            assertThat(familyOfConnection("::1", six)).isEqualTo("6");
            assertThat(four.statistics().accepted()).isEqualTo(1);
        }
    }

    @LoopTest
    void allAddressesOfAFamilyAreTakenOnce() throws Exception {
        for (InetAddress all : List.of(ALL4, ALL6)) {
            try (TcpServer server = serve(all)) {
                assertThatThrownBy(() -> TcpServer.serve(
                                new InetSocketAddress(all, server.address().getPort()), stream -> {}))
                        .isInstanceOf(BindException.class);
            }
        }
        try (TcpServer both = serve(ALL4, ALL6)) {
            for (InetAddress all : List.of(ALL4, ALL6)) {
                assertThatThrownBy(() -> TcpServer.serve(
                                new InetSocketAddress(all, both.address().getPort()), stream -> {}))
                        .isInstanceOf(BindException.class);
            }
        }
    }

    @LoopTest
    void datagramsOfTheFamiliesHaveSocketsOfTheirOwn() throws Exception {
        try (UdpSocket four = UdpSocket.bind(new InetSocketAddress(ALL4, 0))) {
            int port = four.local().getPort();
            try (UdpSocket six = UdpSocket.bind(new InetSocketAddress(ALL6, port));
                    UdpSocket to4 = UdpSocket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
                    UdpSocket to6 = UdpSocket.connect(new InetSocketAddress(InetAddress.ofLiteral("::1"), port))) {
                to4.send(ByteBuffer.wrap(new byte[] {4}));
                to6.send(ByteBuffer.wrap(new byte[] {6}));

                assertThat(four.receive().bytes().get()).isEqualTo((byte) 4);
                assertThat(six.receive().bytes().get()).isEqualTo((byte) 6);
            }
            assertThatThrownBy(() -> UdpSocket.bind(new InetSocketAddress(ALL4, port)))
                    .isInstanceOf(BindException.class);
        }
    }

    @LoopTest
    void connectedSocketForDatagramsHasTheAddressThatIsAskedFor() throws Exception {
        try (UdpSocket peer = UdpSocket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            var local = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.9"), 0);
            try (UdpSocket socket = UdpSocket.connect(peer.local(), local, SocketOptions.none())) {
                socket.send(ByteBuffer.wrap(new byte[1]));

                assertThat(socket.local().getAddress()).isEqualTo(local.getAddress());
                assertThat(peer.receive().sender()).isEqualTo(socket.local());
            }
        }
    }

    @LoopTest
    void namesAreLookedUpInOneFamily() throws Exception {
        Dns.use(host -> List.of(ALL6, ALL4));

        assertThat(Dns.resolve("both.example", StandardProtocolFamily.INET)).containsExactly(ALL4);
        assertThat(Dns.resolve("both.example", StandardProtocolFamily.INET6)).containsExactly(ALL6);
        assertThatThrownBy(() -> Dns.resolve("both.example", StandardProtocolFamily.UNIX))
                .isInstanceOf(IllegalArgumentException.class);
        Dns.use(host -> List.of(ALL6));
        assertThatThrownBy(() -> Dns.resolve("six.example", StandardProtocolFamily.INET))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("IPv4");
    }

    @LoopTest
    void addressIsFreeWhenTheServerAcceptsNoMore() throws Exception {
        TcpServer server = serve(ALL4);
        for (int end = 0; end < 3; end++) {
            awaitAllTasksParked(); // it waits for connections
            switch (end) {
                case 0 -> server.stopAccepting();
                case 1 -> server.abort();
                default -> server.close();
            }
            server = TcpServer.serve(server.address(), stream -> {});
        }
        server.close();
    }

    @LoopTest
    void addressIsFreeWhenASocketForDatagramsIsClosed() throws Exception {
        UdpSocket socket = UdpSocket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
        Task<Packet> receiver = createTask(() -> socket.receive());
        awaitAllTasksParked();
        socket.close();
        assertThatThrownBy(receiver::await).hasCauseInstanceOf(AsynchronousCloseException.class);
        UdpSocket.bind(socket.local()).close();
    }

    @LoopTest
    void localAddressIsKnownWhenTheStreamIsClosed() throws Exception {
        try (TcpServer server = serve(ALL4)) {
            TcpStream closed = TcpStream.connect("127.0.0.1", server.address().getPort());
            InetSocketAddress local = closed.local();
            closed.close();
            assertThat(closed.local()).isEqualTo(local);
            TcpStream aborted = TcpStream.connect("127.0.0.1", server.address().getPort());
            local = aborted.local();
            aborted.abort();
            assertThat(aborted.local()).isEqualTo(local);
        }
    }

    @Test
    void secondStartOfAGroupIsRefusedUnlessThePortIsShared() throws Exception {
        try (LoopGroup loops = LoopGroup.start(2);
                ServerGroup first = ServerGroup.serve(
                        loops,
                        ServerOptions.defaults(),
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                        stream -> {})) {
            assertThatThrownBy(() -> ServerGroup.serve(loops, ServerOptions.defaults(), first.address(), stream -> {}))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("Address already in use");
            ServerOptions shared = ServerOptions.defaults().withReusePort(true);
            ServerGroup.serve(loops, shared, first.address(), stream -> {}).close();
        }
    }

    @Test
    void groupThatIsClosedIsAwaited() throws Exception {
        try (LoopGroup loops = LoopGroup.start(2);
                ServerGroup servers = ServerGroup.serve(
                        loops,
                        ServerOptions.defaults(),
                        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0),
                        stream -> {})) {
            CompletableFuture<?> awaited = CompletableFuture.runAsync(servers::awaitClosed);
            assertThat(servers.drain(Duration.ofSeconds(10))).isTrue();
            awaited.join();
        }
    }
}
