package io.gyre.net;

import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.assertEchoes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.net.ServerOptions.Overload;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a server listens, and how many connections it takes. */
final class TcpServerLimitsTest {
    private static final InetSocketAddress FIRST = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    private static final InetSocketAddress SECOND = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), 0);

    private static TcpServer serve(ServerOptions options, InetSocketAddress... addresses) throws IOException {
        return TcpServer.serve(options, List.of(addresses), Talk::echo);
    }

    /** The reset may come before the client knows that it is connected. */
    private static void assertShed(TcpServer server) {
        assertThatThrownBy(() -> {
                    try (TcpStream stream = TcpStream.connect(server.address())) {
                        stream.readExactly(1);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("reset");
    }

    // ---- addresses

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serverListensOnSeveralAddresses() throws Exception {
        try (TcpServer server = serve(ServerOptions.defaults(), FIRST, SECOND)) {
            assertThat(server.addresses()).hasSize(2);
            assertThat(server.address()).isEqualTo(server.addresses().getFirst());
            for (InetSocketAddress address : server.addresses()) {
                try (TcpStream stream = TcpStream.connect(address)) {
                    assertEchoes(stream);
                }
            }
            assertThat(server)
                    .hasToString(
                            "TcpServer[127.0.0.1:" + server.addresses().get(0).getPort() + ", 127.0.0.2:"
                                    + server.addresses().get(1).getPort() + "]");
        }
        awaitAllTasksParked();
        assertThat(EventLoop.current().statistics().channels()).isZero();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serverListensOnAllAddressesOrOnNone() throws Exception {
        try (var taken = new ServerSocket()) {
            taken.bind(SECOND);
            InetSocketAddress bad = (InetSocketAddress) taken.getLocalSocketAddress();
            InetSocketAddress good;
            try (var free = new ServerSocket()) {
                free.bind(FIRST);
                good = (InetSocketAddress) free.getLocalSocketAddress();
            }

            assertThatThrownBy(() -> serve(ServerOptions.defaults(), good, bad))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("127.0.0.2:" + bad.getPort());

            awaitAllTasksParked();
            assertThat(EventLoop.current().statistics().tasks()).isEqualTo(1);
            assertThat(EventLoop.current().statistics().channels()).isZero();
            serve(ServerOptions.defaults(), good).close();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void addressesThatAreNoneAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> serve(ServerOptions.defaults()));
        assertThatThrownBy(() -> serve(ServerOptions.defaults(), InetSocketAddress.createUnresolved("nowhere", 0)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("cannot listen on nowhere");
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serversShareAPortThatIsSaidToBeShared() throws Exception {
        ServerOptions shared = ServerOptions.defaults().withReusePort(true);
        try (TcpServer one = serve(shared, FIRST);
                TcpServer two = serve(shared, one.address());
                TcpStream stream = TcpStream.connect(one.address())) {
            assertEchoes(stream);
            assertThat(one.statistics().accepted() + two.statistics().accepted())
                    .isEqualTo(1);
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void socketThatListensAlreadyIsServed() throws Exception {
        ServerSocketChannel listening = ServerSocketChannel.open().bind(FIRST);
        try (TcpServer server = TcpServer.serve(ServerOptions.defaults(), listening, Talk::echo);
                TcpStream stream = TcpStream.connect(server.address())) {
            assertEchoes(stream);
        }
        assertThat(listening.isOpen()).isFalse();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void socketThatDoesNotListenIsRefused() throws Exception {
        try (ServerSocketChannel idle = ServerSocketChannel.open()) {
            assertThatThrownBy(() -> TcpServer.serve(ServerOptions.defaults(), idle, Talk::echo))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("bind it first");
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectionsHaveTheOptionsOfTheServer() throws Exception {
        SocketOptions options = SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true);
        try (TcpServer server = serve(ServerOptions.defaults().withConnection(options), FIRST);
                TcpStream stream = TcpStream.connect(server.address())) {
            assertEchoes(stream);

            TcpStream accepted = server.connections().getFirst();

            assertThat(accepted.option(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(accepted.option(StandardSocketOptions.TCP_NODELAY)).isFalse();
        }
    }

    // ---- limits

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectionsBeyondTheLimitWaitUntilOneHasEnded() throws Exception {
        ServerOptions one = ServerOptions.defaults().withMaxConnections(1, Overload.PAUSE);
        try (TcpServer server = serve(one, FIRST)) {
            TcpStream first = TcpStream.connect(server.address());
            TcpStream second = TcpStream.connect(server.address());
            assertEchoes(first);
            second.write(new byte[] {8});
            awaitAllTasksParked();
            assertThat(server.statistics().accepted()).isEqualTo(1);
            assertThat(server.statistics().active()).isEqualTo(1);

            first.close();

            assertThat(second.readExactly(1)).containsExactly(8);
            assertThat(server.statistics().accepted()).isEqualTo(2);
            assertThat(server.statistics().shed()).isZero();
            second.close();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void serverThatIsFullCanBeClosed() throws Exception {
        ServerOptions one = ServerOptions.defaults().withMaxConnections(1, Overload.PAUSE);
        TcpServer server = serve(one, FIRST);
        TcpStream first = TcpStream.connect(server.address());
        assertEchoes(first);

        server.close();

        assertThat(server.state()).isEqualTo(ServerState.CLOSED);
        first.close();
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void connectionsBeyondTheLimitAreShedIfThatIsSaid() throws Exception {
        ServerOptions one = ServerOptions.defaults().withMaxConnections(1, Overload.SHED);
        try (TcpServer server = serve(one, FIRST)) {
            TcpStream first = TcpStream.connect(server.address());
            assertEchoes(first);
            for (int i = 0; i < 3; i++) {
                assertShed(server);
            }
            assertThat(server.statistics()).isEqualTo(new ServerStatistics(4, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0));

            first.close();
            awaitAllTasksParked();

            try (TcpStream next = TcpStream.connect(server.address())) {
                assertEchoes(next);
            }
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    void peerMayHaveSoManyConnectionsAndOthersAsManyOfTheirOwn() throws Exception {
        ServerOptions two = ServerOptions.defaults().withMaxConnectionsPerPeer(2);
        ConnectOptions elsewhere =
                ConnectOptions.defaults().withLocal(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.9"), 0));
        try (TcpServer server = serve(two, FIRST);
                TcpStream second = TcpStream.connect(server.address());
                TcpStream other = TcpStream.connect(server.address(), elsewhere)) {
            TcpStream first = TcpStream.connect(server.address());
            assertEchoes(first);
            assertEchoes(second);
            assertShed(server);
            assertEchoes(other);

            first.close();
            awaitAllTasksParked();

            try (TcpStream again = TcpStream.connect(server.address())) {
                assertEchoes(again);
            }
            assertThat(server.statistics().shed()).isEqualTo(1);
        }
    }

    @Test
    void optionsAreChangedOneByOneAndChecked() {
        SocketOptions none = SocketOptions.none();
        ServerOptions changed = ServerOptions.defaults()
                .withBacklog(1)
                .withReusePort(true)
                .withMaxConnections(2, Overload.SHED)
                .withMaxConnectionsPerPeer(3)
                .withConnection(none);

        assertThat(changed.backlog()).isEqualTo(1);
        assertThat(changed.reusePort()).isTrue();
        assertThat(changed.maxConnections()).isEqualTo(2);
        assertThat(changed.maxConnectionsPerPeer()).isEqualTo(3);
        assertThat(changed.overload()).isEqualTo(Overload.SHED);
        assertThat(changed.connection()).isEqualTo(none);
        assertThat(changed).isEqualTo(changed.withBacklog(7).withBacklog(1)).isNotEqualTo(changed.withBacklog(7));
        assertThat(changed.withConnectionOption(StandardSocketOptions.SO_RCVBUF, 4_096)
                        .connection())
                .isEqualTo(SocketOptions.of(StandardSocketOptions.SO_RCVBUF, 4_096));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> changed.withBacklog(0))
                .withMessageContaining("backlog is 0");
        assertThatIllegalArgumentException().isThrownBy(() -> changed.withMaxConnections(0, Overload.SHED));
        assertThatIllegalArgumentException().isThrownBy(() -> changed.withMaxConnectionsPerPeer(-1));
    }

    @LoopTest
    void optionOfTheConnectionsThatCannotBeSetIsRefusedAtOnce() throws Exception {
        ServerOptions options =
                ServerOptions.defaults().withConnection(SocketOptions.of(StandardSocketOptions.SO_RCVBUF, -1));

        assertThatThrownBy(() -> serve(options, FIRST))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("cannot set SO_RCVBUF to -1");
        try (var listening = ServerSocketChannel.open()) {
            listening.bind(FIRST);
            assertThatThrownBy(() -> TcpServer.serve(options, listening, Talk::echo))
                    .isInstanceOf(SocketException.class);
        }
    }

    @LoopTest
    void oneAddressMayHaveOptions() throws Exception {
        ServerOptions one = ServerOptions.defaults().withMaxConnections(1, Overload.SHED);

        try (TcpServer server = TcpServer.serve(one, FIRST, Talk::echo);
                TcpStream first = TcpStream.connect(server.address())) {
            assertEchoes(first);
            assertShed(server);
        }
    }

    // ---- gate

    private static void connectFrom(String address, TcpServer server) throws IOException {
        ConnectOptions from =
                ConnectOptions.defaults().withLocal(new InetSocketAddress(InetAddress.ofLiteral(address), 0));
        try (TcpStream stream = TcpStream.connect(server.address(), from)) {
            assertEchoes(stream);
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Connection gate (accept filter)")
    void gateRefusesPeersByTheirAddress() throws Exception {
        var asked = new ArrayList<SocketAddress>();
        ServerOptions options = ServerOptions.defaults().withGate(peer -> {
            asked.add(peer);
            return ((InetSocketAddress) peer).getAddress().getHostAddress().equals("127.0.0.1");
        });
        try (TcpServer server = serve(options, FIRST)) {
            connectFrom("127.0.0.1", server);
            assertThatThrownBy(() -> connectFrom("127.0.0.2", server))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");

            assertThat(asked).hasSize(2);
            assertThat(server.statistics().accepted()).isEqualTo(2);
            assertThat(server.statistics().refused()).isEqualTo(1);
            assertThat(server.statistics().shed()).isZero();
        }
    }

    @Test
    void gateThatThrowsRefusesAndIsReported() throws IOException {
        var failures = new ArrayList<Failure>();
        ServerOptions options = ServerOptions.defaults().withGate(_ -> {
            throw new IllegalStateException("no idea");
        });

        EventLoop.run(LoopOptions.defaults().withFailureHandler(failures::add), () -> {
            try (TcpServer server = serve(options, FIRST)) {
                assertThatThrownBy(() -> connectFrom("127.0.0.1", server)).isInstanceOf(IOException.class);

                assertThat(server.statistics().refused()).isEqualTo(1);
            }
        });

        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.message()).contains("the gate of TcpServer[127.0.0.1:", " failed for 127.0.0.1:");
            assertThat(failure.exception()).hasMessage("no idea");
        });
    }
}
