package io.gyre.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopChooser;
import io.gyre.loop.LoopGroup;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LoopPortal;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.spi.Failure;
import io.gyre.net.ServerGroup.Sharing;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServerGroupTest {
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final LoopGroup loops =
            LoopGroup.start(2, LoopOptions.defaults().withName("gyre").withFailureHandler(failures::add));

    @AfterEach
    void close() {
        loops.close();
        assertThat(failures).isEmpty();
    }

    /** Says on which loop it is served, at once and again for each byte. */
    private static void sayWhere(TcpStream stream) throws IOException {
        byte[] name = EventLoop.current().name().getBytes(US_ASCII);
        stream.write(name);
        while (stream.read(ByteBuffer.allocate(1)) > 0) {
            stream.write(name);
        }
    }

    private ServerGroup serve(Sharing sharing) throws IOException {
        return ServerGroup.serve(
                loops, sharing, ServerOptions.defaults(), TcpPair.loopback(), ServerGroupTest::sayWhere);
    }

    private static String readName(Socket client) throws IOException {
        return new String(client.getInputStream().readNBytes("gyre-1".length()), US_ASCII);
    }

    @ParameterizedTest
    @EnumSource
    void allLoopsServeAndEachConnectionStaysOnItsLoop(Sharing sharing) throws Exception {
        try (ServerGroup server = serve(sharing)) {
            Set<String> names = ConcurrentHashMap.newKeySet();
            for (int i = 0; i < 64; i++) {
                try (var client = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
                    String name = readName(client);
                    names.add(name);
                    client.getOutputStream().write(1);
                    assertThat(readName(client)).isEqualTo(name);
                }
            }

            assertThat(names).containsExactlyInAnyOrder("gyre-1", "gyre-2");
            assertThat(server.statistics().accepted()).isEqualTo(64);
        }
    }

    @Test
    void handingOverIsFair() throws Exception {
        try (ServerGroup server = serve(Sharing.HAND_OVER)) {
            var names = new ArrayList<String>();
            for (int i = 0; i < 10; i++) {
                try (var client = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
                    names.add(readName(client));
                }
            }

            Map<String, Long> counts =
                    names.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
            assertThat(counts).isEqualTo(Map.of("gyre-1", 5L, "gyre-2", 5L));
        }
    }

    private static String nameOf(ServerGroup server) throws IOException {
        try (var client =
                new Socket(server.address().getAddress(), server.address().getPort())) {
            return readName(client);
        }
    }

    @Test
    void chooserOfTheGroupDecidesWhereAConnectionIsHandedTo() throws Exception {
        LoopOptions options = LoopOptions.defaults().withName("gyre");
        try (LoopGroup last = LoopGroup.start(3, List::getLast, options);
                ServerGroup server = ServerGroup.serve(
                        last,
                        Sharing.HAND_OVER,
                        ServerOptions.defaults(),
                        TcpPair.loopback(),
                        ServerGroupTest::sayWhere)) {
            assertThat(nameOf(server)).isEqualTo("gyre-3");
            assertThat(nameOf(server)).isEqualTo("gyre-3");

            last.portals().getLast().close();

            assertThat(nameOf(server)).as("the chosen loop is closed").isEqualTo("gyre-1");
        }
    }

    @Test
    void connectionIsServedEvenIfTheChooserFails() throws Exception {
        var reported = new CopyOnWriteArrayList<Failure>();
        LoopOptions options = LoopOptions.defaults().withName("gyre").withFailureHandler(reported::add);
        LoopChooser broken = portals -> {
            throw new IllegalStateException("boom");
        };
        try (LoopGroup group = LoopGroup.start(2, broken, options);
                ServerGroup server = ServerGroup.serve(
                        group,
                        Sharing.HAND_OVER,
                        ServerOptions.defaults(),
                        TcpPair.loopback(),
                        ServerGroupTest::sayWhere)) {
            assertThat(nameOf(server)).isEqualTo("gyre-1");
        }

        assertThat(reported).singleElement().satisfies(failure -> {
            assertThat(failure.what()).contains("the chooser of LoopGroup");
            assertThat(failure.exception()).hasMessage("boom");
        });
    }

    @ParameterizedTest
    @EnumSource
    void drainEndsAllConnectionsAndIsDoneWhenTheyAre(Sharing sharing) throws Exception {
        ServerGroup server = serve(sharing);
        var clients = new ArrayList<Socket>();
        for (int i = 0; i < 8; i++) {
            var client =
                    new Socket(server.address().getAddress(), server.address().getPort());
            readName(client);
            clients.add(client);
        }

        assertThat(server.drain(PATIENCE)).isTrue();

        for (Socket client : clients) {
            try (client;
                    InputStream in = client.getInputStream()) {
                assertThat(in.read()).isNegative();
            }
        }
        assertThat(server.servers()).extracting(StreamServer::state).containsOnly(ServerState.CLOSED);
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void awaitClosedReturnsWhenAllHaveEnded(Sharing sharing) throws Exception {
        ServerGroup server = serve(sharing);
        var address = server.address();
        try (var client = new Socket(address.getAddress(), address.getPort());
                var threads = Executors.newSingleThreadExecutor()) {
            readName(client);
            Future<?> closed = threads.submit(server::awaitClosed);
            for (int i = 0; i < server.servers().size(); i++) {
                loops.portals().get(i).call(server.servers().get(i)::stopAccepting);
            }
            client.getOutputStream().write(1);
            readName(client); // is served still
            assertThat(closed).isNotDone();

            client.shutdownOutput();

            closed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(client.getInputStream().read()).isNegative();
        }
        assertThat(server.servers()).extracting(StreamServer::state).containsOnly(ServerState.CLOSED);
        server.awaitClosed(); // again, at once
        server.close();
    }

    @Test
    void awaitClosedInATaskCanBeCancelledAndTheServersGoOn() throws Exception {
        try (ServerGroup server = serve(Sharing.HAND_OVER)) {
            EventLoop.run(() -> {
                assertThat(Async.moveOnAfter(Duration.ofMillis(50), server::awaitClosed))
                        .isFalse();
            });

            try (var client =
                    new Socket(server.address().getAddress(), server.address().getPort())) {
                assertThat(readName(client)).startsWith("gyre-");
            }
        }
    }

    @Test
    void awaitClosedReturnsWhereTheLoopsHaveEnded() throws Exception {
        ServerGroup server = serve(Sharing.HAND_OVER);
        loops.close();

        server.awaitClosed();
    }

    @Test
    void streamOfOneLoopIsRefusedOnAnother() throws Exception {
        var streams = new CopyOnWriteArrayList<TcpStream>();
        try (ServerGroup server = ServerGroup.serve(loops, ServerOptions.defaults(), TcpPair.loopback(), stream -> {
                    streams.add(stream);
                    sayWhere(stream);
                });
                var client = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
            String other = readName(client).equals("gyre-1") ? "gyre-2" : "gyre-1";

            loops.portals().stream()
                    .filter(portal -> portal.loop().name().equals(other))
                    .forEach(portal -> {
                        assertThatExceptionOfType(WrongLoopException.class)
                                .isThrownBy(() ->
                                        portal.call(() -> streams.getFirst().write(new byte[1])))
                                .withMessageContaining("A stream belongs to the loop that created it");
                        assertThatExceptionOfType(WrongLoopException.class)
                                .isThrownBy(() -> portal.call(streams.getFirst()::close));
                    });
        }
    }

    @Test
    void addressThatIsTakenIsRefusedAndNothingIsLeft() throws Exception {
        try (ServerGroup first = serve(Sharing.HAND_OVER)) {
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> ServerGroup.serve(
                            loops,
                            Sharing.HAND_OVER,
                            ServerOptions.defaults(),
                            first.address(),
                            ServerGroupTest::sayWhere))
                    .withMessageContaining("cannot listen on");
        }
    }

    @Test
    void serversThatAreHandedConnectionsSayWhereTheseComeFrom() throws Exception {
        try (ServerGroup server = serve(Sharing.HAND_OVER)) {
            TcpServer second = server.servers().getLast();

            assertThat(second.address()).isEqualTo(server.address());
            assertThat(second).hasToString(server.servers().getFirst().toString());
        }
    }

    @Test
    void groupIsAskedFromATaskOfOneOfItsLoops() throws Exception {
        try (ServerGroup server = serve(Sharing.HAND_OVER)) {
            ServerStatistics statistics = loops.portals().getFirst().call(server::statistics);

            assertThat(statistics.active()).isZero();
        }
    }

    @Test
    void connectionsOfALoopThatIsClosedGoToTheOthers() throws Exception {
        try (ServerGroup server = serve(Sharing.HAND_OVER)) {
            loops.portals().getLast().close();

            for (int i = 0; i < 4; i++) {
                try (var client = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
                    assertThat(readName(client)).isEqualTo("gyre-1");
                }
            }
            assertThat(server.statistics().accepted()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closingClosesTheServersOfTheOtherLoopsWhenOneIsClosed(Sharing sharing) throws Exception {
        ServerGroup server = serve(sharing);
        loops.portals().getLast().close();

        server.close();

        assertThat(server.servers().getFirst().state()).isEqualTo(ServerState.CLOSED);
        assertThat(server.drain(PATIENCE)).isTrue();
        server.close();
    }

    @Test
    void cancellationEndsTheWaitForADrain() throws Exception {
        try (ServerGroup server = ServerGroup.serve(
                        loops, Sharing.HAND_OVER, ServerOptions.defaults(), TcpPair.loopback(), stream -> {
                            sayWhere(stream);
                            Async.sleep(Duration.ofDays(1));
                        });
                var client = new Socket(
                        server.address().getAddress(), server.address().getPort())) {
            readName(client);
            LoopPortal portal = loops.portals().getLast();

            boolean inTime =
                    portal.<Boolean, RuntimeException>call(() -> Async.moveOnAfter(Duration.ofMillis(50), () -> {
                        server.drain(Duration.ofDays(1));
                    }));

            assertThat(inTime).isFalse();
            assertThat(server.servers().getFirst().state()).isEqualTo(ServerState.DRAINING);
        }
    }
}
