package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.net.UdpPair.bytes;
import static io.gyre.net.UdpPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.BusyException;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Random;

final class UdpSendTest {
    private static final int OFTEN = 1_000_000;

    private static final InetSocketAddress UNRESOLVED = InetSocketAddress.createUnresolved("some-host", 1);

    // ---- packets

    @LoopTest
    void sentBufferIsEmpty() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            for (ByteBuffer buffer : List.of(ByteBuffer.allocate(10), ByteBuffer.allocateDirect(10))) {
                buffer.put(bytes(">hello")).flip().position(1);

                pair.left().send(buffer, pair.right().local());

                assertThat(buffer.hasRemaining()).isFalse();
                assertThat(buffer.limit()).isEqualTo(6);
                assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
            }
        }
    }

    @LoopTest
    void bufferThatIsReadOnlyIsSent() throws Exception {
        try (UdpPair pair = UdpPair.connected()) {
            pair.left().send(bytes("hello").asReadOnlyBuffer());

            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void socketOfIPv4SaysWhatReachesAnIPv6Address() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            var overIPv6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);

            assertThatThrownBy(() -> pair.left().send(bytes("hello"), overIPv6))
                    .isInstanceOf(SocketException.class)
                    .hasMessage("cannot send from " + pair.left()
                            + " to [0:0:0:0:0:0:0:1]:9: an IPv4 socket cannot reach an"
                            + " IPv6 address. Bind it to an IPv6 address, such as [::]:0");
        }
    }

    @LoopTest
    void largestPacketArrivesWhole() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            var largest = new byte[65_507];
            new Random(1).nextBytes(largest);
            ByteBuffer direct = ByteBuffer.allocateDirect(65_527);

            pair.left().send(ByteBuffer.wrap(largest), pair.right().local());
            pair.left().send(ByteBuffer.wrap(largest), pair.right().local());

            assertThat(pair.right().receive().bytes().array()).isEqualTo(largest);
            pair.right().receive(direct);
            assertThat(direct.flip()).isEqualTo(ByteBuffer.wrap(largest));
        }
    }

    @LoopTest
    void packetThatUdpCannotCarryIsRefused() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            ByteBuffer tooLarge = ByteBuffer.allocate(65_508);

            assertThatThrownBy(() -> pair.left().send(tooLarge, pair.right().local()))
                    .isInstanceOfSatisfying(PacketTooLargeException.class, refused -> {
                        assertThat(refused.size()).isEqualTo(65_508);
                        assertThat(refused.limit()).isEqualTo(65_507);
                    })
                    .hasMessageContaining(Addresses.text(pair.right().local()))
                    .hasMessageContaining("Divide it");
            assertThat(tooLarge.remaining()).isEqualTo(65_508);
            var ipv6 = new InetSocketAddress(InetAddress.ofLiteral("::1"), 9);
            assertThatThrownBy(() -> pair.left().send(ByteBuffer.allocate(65_528), ipv6))
                    .isInstanceOfSatisfying(PacketTooLargeException.class, refused -> assertThat(refused.limit())
                            .isEqualTo(65_527));
            assertThat(pair.left().statistics().packetsSent()).isZero();
        }
    }

    @LoopTest
    void emptyPacketIsOne() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.left().send(bytes(""), pair.right().local());

            assertThat(pair.right().receive().bytes().hasRemaining()).isFalse();
            assertThat(pair.left().statistics().packetsSent()).isEqualTo(1);
        }
    }

    /** The JDK would do nothing, and say nothing. */
    @LoopTest
    void emptyPacketToAPeerIsRefused() throws Exception {
        try (UdpPair pair = UdpPair.connected()) {
            assertThatThrownBy(() -> pair.left().send(bytes("")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("use bind");
        }
    }

    @LoopTest
    void refusedPacketIsToldToTheNextSend() throws Exception {
        InetSocketAddress nobody = UdpPair.nobody();
        try (UdpSocket socket = UdpSocket.connect(nobody)) {
            ByteBuffer second = bytes("second");
            socket.send(bytes("first"));

            assertThatThrownBy(() -> socket.send(second))
                    .isInstanceOf(PortUnreachableException.class)
                    .hasMessageContaining(Addresses.text(nobody))
                    .hasMessageContaining("no socket receives");
            assertThat(second.remaining()).isEqualTo(6);
            socket.send(second);
            assertThat(socket.statistics().packetsSent()).isEqualTo(2);
        }
    }

    // ---- back-pressure

    @LoopTest
    void sendWaitsWhileTheSystemTakesNothing() throws Exception {
        ReluctantPort port = ReluctantPort.bound(3);
        try (UdpPair pair = new UdpPair(new UdpSocket(port), UdpSocket.bind(TcpPair.loopback()))) {
            Task<?> sender = createTask(() -> pair.sendRight("hello"));
            yieldNow();
            assertThat(sender.waitsFor())
                    .contains("writable")
                    .contains("" + pair.left().local().getPort());

            sender.await();

            assertThat(port.attempts).isEqualTo(4);
            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
            assertThat(pair.left().statistics().packetsSent()).isEqualTo(1);
        }
    }

    @LoopTest
    void sendThatIsCancelledWhileItWaitsHasSentNothing() throws Exception {
        try (UdpPair pair =
                new UdpPair(new UdpSocket(ReluctantPort.bound(OFTEN)), UdpSocket.bind(TcpPair.loopback()))) {
            ByteBuffer buffer = bytes("hello");
            Task<?> sender =
                    createTask(() -> pair.left().send(buffer, pair.right().local()));
            yieldNow();
            assertThat(sender.waitsFor()).contains("writable");

            sender.cancel("test");

            assertThatThrownBy(sender::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(buffer.remaining()).isEqualTo(5);
            assertThat(pair.right().tryReceive()).isEmpty();
        }
    }

    @LoopTest
    void sendThatIsCancelledBeforeItBeginsSendsNothing() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            Task<?> task = createTask(() -> {
                currentTask().cancel("test");
                pair.sendRight("hello");
            });

            assertThatThrownBy(task::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(pair.right().tryReceive()).isEmpty();
        }
    }

    @LoopTest
    void sendThatIsCancelledWhenTheSystemIsReadyCompletes() throws Exception {
        try (UdpPair pair = new UdpPair(new UdpSocket(ReluctantPort.bound(1)), UdpSocket.bind(TcpPair.loopback()))) {
            Task<?> sender = createTask(() -> {
                pair.sendRight("hello");
                yieldNow();
            });
            yieldNow();
            yieldNow(); // behind this the poll has made the sender ready, and it has not run
            assertThat(sender.waitsFor()).isNull();
            sender.cancel("test");

            assertThatThrownBy(sender::await).hasCauseInstanceOf(CancelledException.class);
            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
        }
    }

    @LoopTest
    void closeWakesTheSender() throws Exception {
        UdpSocket socket = new UdpSocket(ReluctantPort.bound(OFTEN));
        Task<?> sender = createTask(() -> socket.send(bytes("hello"), socket.local()));
        yieldNow();

        socket.close();

        assertThatThrownBy(sender::await).hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    // ---- misuse

    @LoopTest
    void twoSendersAreNamed() throws Exception {
        try (UdpSocket socket = new UdpSocket(ReluctantPort.bound(OFTEN))) {
            Task<?> first = createTask("first", () -> socket.send(bytes("hello"), socket.local()));
            yieldNow();

            assertThatThrownBy(() -> socket.send(bytes("x"), socket.local()))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("'first'")
                    .hasMessageContaining("'main'")
                    .hasMessageContaining("sending side of UdpSocket[");
            first.cancelAndJoin("test");
        }
    }

    @LoopTest
    void oneTaskReceivesWhileAnotherSends() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            Task<Packet> receiver = createTask(() -> pair.left().receive());
            yieldNow();

            pair.left().send(bytes("to itself"), pair.left().local());

            assertThat(text(receiver.await().bytes())).isEqualTo("to itself");
        }
    }

    @LoopTest
    void targetMustSuitTheSocket() throws Exception {
        try (UdpPair pair = UdpPair.connected()) {
            InetSocketAddress right = pair.right().local();
            assertThatThrownBy(() -> pair.right().send(bytes("x")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is not connected; use send(buffer, target)");
            assertThatThrownBy(() -> pair.left().send(bytes("x"), right))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is connected; use send(buffer)");
            assertThatThrownBy(() -> pair.right().send(bytes("x"), UNRESOLVED))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("some-host is not resolved; use Dns.resolve");
        }
    }

    @LoopTest
    void refusalOfTheSystemNamesThePacket() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            var noPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

            assertThatThrownBy(() -> pair.left().send(bytes("hello"), noPort))
                    .hasMessageContaining("cannot send 5 bytes from UdpSocket[127.0.0.1:")
                    .hasMessageContaining("to 127.0.0.1:0");
        }
    }

    @LoopTest
    void taskOfAnotherLoopIsRefused() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            EventLoop.run(
                    () -> assertThatThrownBy(() -> pair.sendRight("hello")).isInstanceOf(WrongLoopException.class));

            assertThat(pair.right().tryReceive()).isEmpty();
        }
    }

    @LoopTest
    void closedSocketSendsNothing() throws Exception {
        try (UdpPair pair = UdpPair.bound()) {
            pair.left().close();

            assertThatThrownBy(() -> pair.sendRight("hello")).isInstanceOf(ClosedChannelException.class);
        }
    }
}
