package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.UdpPair.bytes;
import static io.gyre.net.UdpPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

final class UdpSocketTest {
    private static final InetSocketAddress UNRESOLVED = InetSocketAddress.createUnresolved("some-host", 1);

    private static final int PACKETS = 10_000;

    // ---- opening

    @LoopTest
    void socketKnowsItsAddresses() throws Exception {
        try (UdpPair pair = UdpPair.connected()) {
            String left = "127.0.0.1:" + pair.left().local().getPort();
            String right = "127.0.0.1:" + pair.right().local().getPort();

            assertThat(pair.left().peer()).isEqualTo(pair.right().local());
            assertThat(pair.right().peer()).isNull();
            assertThat(pair.left()).hasToString("UdpSocket[" + left + " to " + right + "]");
            assertThat(pair.right()).hasToString("UdpSocket[" + right + "]");
        }
    }

    @LoopTest
    void takenPortIsNamed() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            InetSocketAddress taken = pair.left().local();

            assertThatThrownBy(() -> UdpSocket.bind(taken))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("cannot bind to " + Addresses.text(taken))
                    .hasMessageContaining("in use");
        }
    }

    @LoopTest
    void peerThatCannotBeReachedIsNamed() {
        var noPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

        assertThatThrownBy(() -> UdpSocket.connect(noPort))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("cannot connect to 127.0.0.1:0");
    }

    @LoopTest
    void addressThatIsNotResolvedIsNamed() {
        assertThatThrownBy(() -> UdpSocket.bind(UNRESOLVED))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("some-host is not resolved; use Dns.resolve");
        assertThatThrownBy(() -> UdpSocket.connect(UNRESOLVED)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void socketIsMadeOnALoop() {
        assertThatThrownBy(() -> UdpSocket.bind(TcpPair.loopback()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is not a task of an event loop");
    }

    // ---- options

    @LoopTest
    void optionsAreSetBeforeTheSocketIsBound() throws Exception {
        SocketOptions reusePort = SocketOptions.of(StandardSocketOptions.SO_REUSEPORT, true);

        try (UdpSocket first = UdpSocket.bind(TcpPair.loopback(), reusePort);
                UdpSocket second = UdpSocket.bind(first.local(), reusePort)) {
            assertThat(second.local()).isEqualTo(first.local());
            assertThat(second.option(StandardSocketOptions.SO_REUSEPORT)).isTrue();
        }
    }

    @LoopTest
    void optionsMayBeSetLater() throws Exception {
        try (UdpSocket socket = UdpSocket.bind(TcpPair.loopback())) {
            socket.setOption(StandardSocketOptions.SO_BROADCAST, true);
            socket.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 7);

            assertThat(socket.option(StandardSocketOptions.SO_BROADCAST)).isTrue();
            assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(7);
        }
    }

    @LoopTest
    void optionThatIsNoneOfUdpIsNamed() {
        SocketOptions options = SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true);

        assertThatThrownBy(() -> UdpSocket.bind(TcpPair.loopback(), options))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("TCP_NODELAY");
        assertThatThrownBy(() -> UdpSocket.connect(UdpPair.nobody(), options)).isInstanceOf(SocketException.class);
    }

    @LoopTest
    void broadcastNeedsItsOption() throws Exception {
        try (UdpSocket receiver = UdpSocket.bind(new InetSocketAddress(0));
                UdpSocket sender = UdpSocket.bind(new InetSocketAddress(0))) {
            var all = new InetSocketAddress(
                    InetAddress.ofLiteral("127.255.255.255"), receiver.local().getPort());
            assertThatThrownBy(() -> sender.send(bytes("hello"), all))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining(Addresses.text(all))
                    .hasMessageContaining("needs SO_BROADCAST");

            sender.setOption(StandardSocketOptions.SO_BROADCAST, true);
            sender.send(bytes("hello"), all);

            assertThat(text(receiver.receive().bytes())).isEqualTo("hello");
        }
    }

    // ---- many

    @LoopTest
    void statisticsCountBothDirections() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.sendRight("hello");
            pair.sendRight("");
            pair.right().receive(ByteBuffer.allocate(100));
            pair.right().receive(ByteBuffer.allocateDirect(100_000).position(10));

            assertThat(pair.left().statistics()).isEqualTo(new UdpStatistics(0, 0, 2, 5));
            assertThat(pair.right().statistics()).isEqualTo(new UdpStatistics(2, 5, 0, 0));
        }
    }

    /** So few are on their way at a time that the system has room for all of them, and then it drops none. */
    @LoopTest
    void packetsInLockStepAllArriveInOrder() throws Exception {
        int window = 50;
        try (UdpPair pair = UdpPair.connected()) {
            Task<?> echo = createTask(() -> {
                for (Packet packet : pair.right()) {
                    pair.right().send(packet.bytes(), packet.sender());
                }
            });
            ByteBuffer buffer = ByteBuffer.allocateDirect(4);
            for (int sent = 0; sent < PACKETS; sent += window) {
                for (int i = sent; i < sent + window; i++) {
                    pair.left().send(buffer.clear().putInt(i).flip());
                }
                for (int i = sent; i < sent + window; i++) {
                    pair.left().receive(buffer.clear());
                    assertThat(buffer.flip().getInt()).isEqualTo(i);
                }
            }

            assertThat(pair.right().statistics()).isEqualTo(new UdpStatistics(PACKETS, 40_000, PACKETS, 40_000));
            pair.right().close();
            echo.await();
        }
    }

    /** Nobody holds the sender back, so the system may drop packets; but it delivers whole ones, and each once. */
    @LoopTest
    void floodCostsPacketsAndNothingElse() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            var seen = new BitSet(PACKETS);
            Task<?> receiver = createTask(() -> {
                for (Packet packet : pair.right()) {
                    int number = packet.bytes().getInt();
                    assertThat(packet.bytes().remaining()).isEqualTo(number % 1000);
                    assertThat(seen.get(number)).as("packet %d is new", number).isFalse();
                    seen.set(number);
                }
            });
            for (int i = 0; i < PACKETS; i++) {
                pair.left()
                        .send(
                                ByteBuffer.allocate(4 + i % 1000).putInt(0, i),
                                pair.right().local());
            }
            awaitAllTasksParked(); // the receiver has taken what there was

            pair.right().close();
            receiver.await();
            assertThat(pair.left().statistics().packetsSent()).isEqualTo(PACKETS);
            assertThat(seen.cardinality())
                    .isEqualTo((int) pair.right().statistics().packetsReceived());
            assertThat(seen.cardinality()).isGreaterThan(100);
        }
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }
}
