package io.gyre.net;

import static io.gyre.net.UdpPair.bytes;
import static io.gyre.net.UdpPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.WrongLoopException;
import io.gyre.loop.testing.LoopTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Assumptions;

/** Groups on the loopback interface: what is sent there is received, or dropped, before the send returns. */
final class MulticastTest {
    private static final InetAddress GROUP = InetAddress.ofLiteral("239.255.7.7");
    private static final InetAddress OTHER_GROUP = InetAddress.ofLiteral("239.255.7.8");
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private static NetworkInterface loopback() throws SocketException {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(LOOPBACK);
        Assumptions.assumeTrue(loopback != null, "the interface of 127.0.0.1 is not visible");
        return loopback;
    }

    private static UdpSocket receiver() throws IOException {
        return UdpSocket.bind(new InetSocketAddress(0));
    }

    private static UdpSocket sender() throws IOException {
        return UdpSocket.bind(
                new InetSocketAddress(0),
                SocketOptions.of(StandardSocketOptions.IP_MULTICAST_IF, loopback())
                        .with(StandardSocketOptions.IP_MULTICAST_TTL, 0)
                        .with(StandardSocketOptions.IP_MULTICAST_LOOP, true));
    }

    private static InetSocketAddress at(InetAddress group, UdpSocket receiver) {
        return new InetSocketAddress(group, receiver.local().getPort());
    }

    @LoopTest
    void memberReceivesWhatIsSentToItsGroup() throws Exception {
        try (UdpSocket receiver = receiver();
                UdpSocket sender = sender();
                Membership membership = receiver.join(GROUP, loopback())) {
            sender.send(bytes("to another group"), at(OTHER_GROUP, receiver));
            sender.send(bytes("hello"), at(GROUP, receiver));

            assertThat(text(receiver.receive().bytes())).isEqualTo("hello");
            assertThat(membership.group()).isEqualTo(GROUP);
            assertThat(membership.networkInterface()).isEqualTo(loopback());
            assertThat(membership)
                    .hasToString("Membership[239.255.7.7 on " + loopback().getName() + "]");
        }
    }

    @LoopTest
    void whoHasLeftReceivesNothing() throws Exception {
        try (UdpSocket receiver = receiver();
                UdpSocket sender = sender()) {
            Membership membership = receiver.join(GROUP, loopback());
            assertThat(membership.isOpen()).isTrue();
            membership.close();
            membership.close();
            assertThat(membership.isOpen()).isFalse();

            sender.send(bytes("hello"), at(GROUP, receiver));

            assertThat(receiver.tryReceive()).isEmpty();
        }
    }

    @LoopTest
    void membershipInSingleSendersIsDeafToOthers() throws Exception {
        InetAddress other = InetAddress.ofLiteral("127.0.0.2");
        try (UdpSocket receiver = receiver();
                UdpSocket sender = sender()) {
            try (Membership membership = receiver.join(GROUP, loopback(), other)) {
                sender.send(bytes("unheard"), at(GROUP, receiver));
                assertThat(receiver.tryReceive()).isEmpty();
                assertThat(membership).asString().contains("sent by 127.0.0.2");
            }
            try (Membership membership = receiver.join(GROUP, loopback(), LOOPBACK)) {
                sender.send(bytes("heard"), at(GROUP, receiver));
                Packet packet = receiver.receive();
                assertThat(text(packet.bytes())).isEqualTo("heard");
                assertThat(packet.sender().getAddress()).isEqualTo(LOOPBACK);
                assertThat(membership.isOpen()).isTrue();
            }
        }
    }

    @LoopTest
    void joiningTwiceIsOneMembership() throws Exception {
        try (UdpSocket receiver = receiver()) {
            Membership first = receiver.join(GROUP, loopback());
            Membership second = receiver.join(GROUP, loopback());

            first.close();

            assertThat(second.isOpen()).isFalse();
        }
    }

    @LoopTest
    void closingTheSocketEndsItsMemberships() throws Exception {
        UdpSocket receiver = receiver();
        Membership membership = receiver.join(GROUP, loopback());

        receiver.close();

        assertThat(membership.isOpen()).isFalse();
        membership.close();
        assertThatThrownBy(() -> receiver.join(GROUP, loopback())).isInstanceOf(ClosedChannelException.class);
    }

    @LoopTest
    void refusalOfTheSystemNamesTheGroup() throws Exception {
        try (UdpSocket receiver = receiver()) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1 << 16; i++) { // Linux allows 20, if nobody has told it otherwise
                            receiver.join(
                                    InetAddress.getByAddress(new byte[] {(byte) 239, 1, (byte) (i >> 8), (byte) i}),
                                    loopback());
                        }
                    })
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("UdpSocket[")
                    .hasMessageContaining("cannot join 239.1.")
                    .hasMessageContaining("on " + loopback().getName());
        }
    }

    @LoopTest
    void misuseIsRefused() throws Exception {
        try (UdpSocket receiver = receiver()) {
            assertThatThrownBy(() -> receiver.join(LOOPBACK, loopback()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("multicast");
            receiver.join(GROUP, loopback());
            assertThatThrownBy(() -> receiver.join(GROUP, loopback(), LOOPBACK))
                    .isInstanceOf(IllegalStateException.class);
            EventLoop.run(() -> assertThatThrownBy(() -> receiver.join(OTHER_GROUP, loopback()))
                    .isInstanceOf(WrongLoopException.class));
        }
    }
}
