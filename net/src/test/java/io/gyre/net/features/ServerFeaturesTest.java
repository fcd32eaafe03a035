package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.Talk.assertEchoes;
import static io.gyre.net.Talk.echo;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.LoopTest.Time;
import io.gyre.loop.testing.VirtualClock;
import io.gyre.net.ConnectFailedException;
import io.gyre.net.ConnectOptions;
import io.gyre.net.ExhaustedProcess;
import io.gyre.net.Feature;
import io.gyre.net.ServerGroup;
import io.gyre.net.ServerGroup.Sharing;
import io.gyre.net.ServerOptions;
import io.gyre.net.ServerOptions.Overload;
import io.gyre.net.ServerState;
import io.gyre.net.Talk;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.testing.Backlog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ServerFeaturesTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final List<String> log = new ArrayList<>();

    private static InetSocketAddress any(String host) {
        return new InetSocketAddress(InetAddress.ofLiteral(host), 0);
    }

    private static TcpServer serve(ServerOptions options, InetSocketAddress... addresses) throws IOException {
        return TcpServer.serve(options, List.of(addresses), Talk::echo);
    }

    private static void assertServes(InetSocketAddress address) throws IOException {
        try (TcpStream stream = TcpStream.connect(address)) {
            assertEchoes(stream);
        }
    }

    /** The reset may come before the client knows that it is connected. */
    private static void assertShed(TcpServer server) {
        assertThatThrownBy(() -> assertServes(server.address()))
                .isInstanceOf(IOException.class)
                .hasMessageMatching(".*(reset|[Bb]roken pipe).*");
    }

    // ---- serving

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Task per connection")
    void eachConnectionIsServedInATaskOfItsOwn() throws IOException {
        Set<Task<?>> tasks = new HashSet<>();
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                    tasks.add(currentTask());
                    echo(stream);
                });
                TcpStream first = TcpStream.connect(server.address());
                TcpStream second = TcpStream.connect(server.address())) {
            assertEchoes(second);
            assertEchoes(first);
            assertEchoes(second);

            assertThat(tasks)
                    .extracting(Task::name)
                    .containsExactlyInAnyOrder(
                            "connection from 127.0.0.1:" + first.local().getPort(),
                            "connection from 127.0.0.1:" + second.local().getPort());
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Listener options: several addresses, ephemeral ports, backlog")
    void serverListensWhereAndHowItIsTold() throws Exception {
        try (TcpServer server = serve(ServerOptions.defaults(), any("127.0.0.1"), any("127.0.0.2"), any("::1"))) {
            assertThat(server.addresses()).hasSize(3);
            for (InetSocketAddress address : server.addresses()) {
                assertThat(address.getPort()).isPositive();
                assertServes(address);
            }
        }

        ServerOptions shared = ServerOptions.defaults().withReusePort(true);
        try (TcpServer one = serve(shared, any("127.0.0.1"));
                TcpServer two = serve(shared, one.address())) {
            assertThat(two.address()).isEqualTo(one.address());
            assertServes(one.address());
        }

        assertServerThatHasEndedConnectionsCanBeStartedAgain();
        assertBacklogIsLimited();
    }

    /** The system remembers a connection that the server has closed first, and its port with it. */
    private static void assertServerThatHasEndedConnectionsCanBeStartedAgain() throws IOException {
        InetSocketAddress address;
        try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {});
                TcpStream client = TcpStream.connect(server.address())) {
            assertThat(client.readAll(1)).isEmpty();
            address = server.address();
        }
        yieldNow(); // the system has the listening socket back when the loop has polled
        try (TcpServer again = serve(ServerOptions.defaults(), address)) {
            assertServes(again.address());
        }
    }

    private static void assertBacklogIsLimited() throws IOException {
        ServerOptions narrow = ServerOptions.defaults().withBacklog(1).withMaxConnections(1, Overload.PAUSE);
        var waiting = new ArrayList<SocketChannel>();
        try (TcpServer server = serve(narrow, any("127.0.0.1"));
                TcpStream served = TcpStream.connect(server.address())) {
            assertEchoes(served);
            Backlog.fill(server.address(), waiting);

            assertThatExceptionOfType(ConnectFailedException.class)
                    .isThrownBy(() -> assertServes(server.address()))
                    .withMessageContaining("no answer");
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Server lifecycle")
    void serverIsAwaitedAskedAndEndedWithAndWithoutItsConnections() throws IOException {
        TcpServer server = serve(ServerOptions.defaults(), any("127.0.0.1"));
        Task<?> forEver = createTask(server::awaitClosed);
        assertThat(server.state()).isEqualTo(ServerState.SERVING);
        assertThat(server.addresses()).containsExactly(server.address());

        try (TcpStream client = TcpStream.connect(server.address())) {
            assertEchoes(client);
            assertThat(server.connections()).extracting(TcpStream::peer).containsExactly(client.local());
            server.closeConnections();
            assertThat(client.readAll(1)).as("an orderly end").isEmpty();
        }
        try (TcpStream client = TcpStream.connect(server.address())) {
            assertEchoes(client);
            server.abortConnections();
            assertThatThrownBy(() -> client.readExactly(1)).hasMessageContaining("reset");
        }
        assertServes(server.address());
        assertThat(server.state()).isEqualTo(ServerState.SERVING);
        assertThat(forEver.isDone()).isFalse();

        server.close();

        assertThat(server.state()).isEqualTo(ServerState.CLOSED);
        forEver.await();
        yieldNow();
        assertThatExceptionOfType(ConnectFailedException.class).isThrownBy(() -> assertServes(server.address()));
    }

    // ---- handlers

    @Test
    @Feature("Isolation of failing handlers of a server")
    void handlerThatFailsIsReportedAndCostsItsConnectionAlone() throws Exception {
        List<Failure> failures = TcpPair.runLoopForFailures(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
                        if (stream.peek(1)[0] == 'x') {
                            throw new IllegalArgumentException("no x here");
                        }
                        echo(stream);
                    });
                    TcpStream good = TcpStream.connect(server.address());
                    TcpStream bad = TcpStream.connect(server.address())) {
                log.add("127.0.0.1:" + bad.local().getPort());
                assertEchoes(good);
                bad.write("x".getBytes(US_ASCII));
                assertThatThrownBy(() -> bad.readExactly(1)).isInstanceOf(IOException.class);
                assertEchoes(good);
                assertThat(server.statistics().failed()).isEqualTo(1);
            }
        });

        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.message()).contains(log.getFirst()).contains("the connection was closed");
            assertThat(failure.exception()).hasMessage("no x here");
        });
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Structured servers: a server owns its handlers")
    void closeCancelsTheHandlersAndAwaitsThem(EventLoop loop) throws IOException {
        TcpServer server = TcpServer.serve(TcpPair.loopback(), stream -> {
            try {
                stream.readExactly(1);
            } catch (CancelledException cancelled) {
                shield(MINUTE, () -> sleep(Duration.ofSeconds(2)));
                log.add("handler has cleaned up");
                throw cancelled;
            }
        });
        try (TcpStream client = TcpStream.connect(server.address())) {
            awaitAllTasksParked();
            assertThat(server.statistics().active()).isEqualTo(1);

            server.close();

            assertThat(log).containsExactly("handler has cleaned up");
            assertThat(loop.statistics().tasks()).as("tasks that are left").isEqualTo(1);
            assertThat(client.readAll(1)).isEmpty();
        }
    }

    // ---- accepting

    @Test
    @Timeout(60)
    @Feature("Accept back-off when descriptors run out")
    void burstIsAcceptedInBatchesAndWithoutDescriptorsAcceptingPauses() throws Exception {
        EventLoop.run(() -> {
            try (TcpServer server = serve(ServerOptions.defaults(), any("127.0.0.1"))) {
                List<SocketChannel> clients = new ArrayList<>();
                for (int i = 0; i < 150; i++) {
                    clients.add(SocketChannel.open(server.address())); // blocks: the loop sees none of them yet
                }
                long ticks = EventLoop.current().statistics().ticks();
                while (server.statistics().accepted() < 150) {
                    yieldNow();
                }
                assertThat(EventLoop.current().statistics().ticks() - ticks).isLessThan(30);
                for (SocketChannel client : clients) {
                    client.close();
                }
            }
        });

        try (ExhaustedProcess exhausted = ExhaustedProcess.start("its clock stands still")) {
            assertThat(exhausted.ask().pauses()).isPositive();
            exhausted.recover();
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Connection limits, also for each peer")
    void connectionsAreLimitedInAllAndForEachPeer() throws IOException {
        ServerOptions one = ServerOptions.defaults().withMaxConnections(1, Overload.PAUSE);
        try (TcpServer server = serve(one, any("127.0.0.1"))) {
            TcpStream first = TcpStream.connect(server.address());
            assertEchoes(first);
            try (TcpStream second = TcpStream.connect(server.address())) {
                second.write(new byte[] {8});
                awaitAllTasksParked();
                assertThat(server.statistics().accepted())
                        .as("the second waits")
                        .isEqualTo(1);
                first.close();
                assertThat(second.readExactly(1)).containsExactly(8);
            }
        }
        try (TcpServer server = serve(one.withMaxConnections(1, Overload.SHED), any("127.0.0.1"));
                TcpStream first = TcpStream.connect(server.address())) {
            assertEchoes(first);
            assertShed(server);
            assertThat(server.statistics().shed()).isEqualTo(1);
        }
        ServerOptions onePerPeer = ServerOptions.defaults().withMaxConnectionsPerPeer(1);
        ConnectOptions fromElsewhere = ConnectOptions.defaults().withLocal(any("127.0.0.9"));
        try (TcpServer server = serve(onePerPeer, any("127.0.0.1"));
                TcpStream first = TcpStream.connect(server.address());
                TcpStream elsewhere = TcpStream.connect(server.address(), fromElsewhere)) {
            assertEchoes(first);
            assertShed(server);
            assertEchoes(elsewhere);
        }
    }

    @LoopTest(time = Time.AUTOJUMP_DESPITE_IO)
    @Feature("Graceful drain")
    void drainLetsConnectionsEndAndCancelsThoseThatDoNotInTime(VirtualClock clock) throws IOException {
        TcpServer polite = TcpServer.serve(TcpPair.loopback(), stream -> {
            log.add(new String(stream.readAll(100), US_ASCII));
            stream.write("bye".getBytes(US_ASCII));
        });
        try (TcpStream client = TcpStream.connect(polite.address())) {
            client.write("half a requ".getBytes(US_ASCII));
            awaitAllTasksParked();
            assertThat(polite.drain(MINUTE)).isTrue();
            assertThat(log).containsExactly("half a requ");
            assertThat(client.readAll(100)).asString(US_ASCII).isEqualTo("bye");
            assertThat(clock.elapsed()).isZero();
        }

        TcpServer stubborn = TcpServer.serve(TcpPair.loopback(), stream -> sleep(Duration.ofDays(1)));
        try (TcpStream client = TcpStream.connect(stubborn.address())) {
            awaitAllTasksParked();
            assertThat(stubborn.drain(MINUTE)).isFalse();
            assertThat(clock.elapsed()).isEqualTo(MINUTE);
            assertThat(stubborn.state()).isEqualTo(ServerState.CLOSED);
            assertThat(client.readAll(1)).isEmpty();
        }
    }

    // ---- several loops

    /** Says on which loop it is served. */
    private static void sayWhere(TcpStream stream) throws IOException {
        stream.write(EventLoop.current().name().getBytes(US_ASCII));
    }

    private static List<String> placesOf(int count, Sharing sharing) throws IOException {
        var places = new ArrayList<String>();
        try (LoopGroup loops = LoopGroup.start(2, LoopOptions.defaults().withName("gyre"));
                ServerGroup server = ServerGroup.serve(
                        loops, sharing, ServerOptions.defaults(), TcpPair.loopback(), ServerFeaturesTest::sayWhere)) {
            for (int i = 0; i < count; i++) {
                try (Socket client = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
                    places.add(new String(client.getInputStream().readAllBytes(), US_ASCII));
                }
            }
            assertThat(server.statistics().accepted()).isEqualTo(count);
        }
        return places;
    }

    @Test
    @Feature("Multi-loop servers: SO_REUSEPORT")
    void systemSharesConnectionsOutAmongLoopsThatListenAtOnePort() throws IOException {
        assertThat(placesOf(64, Sharing.REUSE_PORT)).contains("gyre-1", "gyre-2");
    }

    @Test
    @Feature("Multi-loop servers: acceptor hand-over")
    void oneLoopAcceptsAndHandsConnectionsToAllInTurn() throws IOException {
        assertThat(placesOf(6, Sharing.HAND_OVER))
                .containsOnly("gyre-1", "gyre-2")
                .satisfies(places -> {
                    for (int i = 1; i < places.size(); i++) {
                        assertThat(places.get(i)).isNotEqualTo(places.get(i - 1));
                    }
                });
    }
}
