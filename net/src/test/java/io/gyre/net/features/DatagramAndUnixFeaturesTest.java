package io.gyre.net.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.net.UdpPair.bytes;
import static io.gyre.net.UdpPair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest;
import io.gyre.net.Feature;
import io.gyre.net.Membership;
import io.gyre.net.Packet;
import io.gyre.net.ServerOptions;
import io.gyre.net.SocketOptions;
import io.gyre.net.TcpPair;
import io.gyre.net.UdpPair;
import io.gyre.net.UdpSocket;
import io.gyre.net.UnixServer;
import io.gyre.net.UnixStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

class DatagramAndUnixFeaturesTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final Path directory;
    private final List<String> log = new ArrayList<>();

    DatagramAndUnixFeaturesTest(@TempDir Path directory) {
        this.directory = directory;
    }

    // ---- UDP

    @LoopTest
    @Feature("UDP, bound or connected")
    void packetsAreExchangedWithAnybodyWithOnePeerOrWithAllOfANetwork() throws IOException {
        try (UdpPair pair = UdpPair.bound()) {
            pair.left().send(bytes("hello"), pair.right().local());
            Packet packet = pair.right().receive();
            assertThat(packet.sender()).isEqualTo(pair.left().local());
            pair.right().send(packet.bytes(), packet.sender());
            assertThat(text(pair.left().receive().bytes())).isEqualTo("hello");
        }
        try (UdpPair pair = UdpPair.connected();
                UdpSocket stranger = UdpSocket.bind(TcpPair.loopback())) {
            stranger.send(bytes("not from the peer"), pair.left().local());
            pair.right().send(bytes("from the peer"), pair.left().local());
            assertThat(text(pair.left().receive().bytes())).isEqualTo("from the peer");
            assertThat(pair.left().peer()).isEqualTo(pair.right().local());
        }

        SocketOptions shared = SocketOptions.of(StandardSocketOptions.SO_REUSEPORT, true);
        try (UdpSocket one = UdpSocket.bind(TcpPair.loopback(), shared)) {
            UdpSocket.bind(one.local(), shared).close();
            assertThatExceptionOfType(BindException.class).isThrownBy(() -> UdpSocket.bind(one.local()));
        }

        SocketOptions toAll = SocketOptions.of(StandardSocketOptions.SO_BROADCAST, true);
        try (UdpSocket receiver = UdpSocket.bind(new InetSocketAddress(0));
                UdpSocket sender = UdpSocket.bind(new InetSocketAddress(0), toAll)) {
            var all = new InetSocketAddress(
                    InetAddress.ofLiteral("127.255.255.255"), receiver.local().getPort());
            sender.send(bytes("to all"), all);
            assertThat(text(receiver.receive().bytes())).isEqualTo("to all");
            assertThatThrownBy(() -> receiver.send(bytes("not allowed"), all)).hasMessageContaining("SO_BROADCAST");
        }
    }

    @LoopTest
    @Feature("Send back-pressure of datagrams")
    void sendWaitsWhileTheSystemTakesNothingInsteadOfCollecting() throws IOException {
        try (UdpPair pair = UdpPair.reluctant(3)) {
            Task<?> sender = createTask(
                    () -> pair.left().send(bytes("hello"), pair.right().local()));
            yieldNow();
            assertThat(sender.waitsFor()).startsWith("writable ");
            assertThat(pair.left().statistics().packetsSent()).isZero();

            sender.await();

            assertThat(text(pair.right().receive().bytes())).isEqualTo("hello");
            assertThat(pair.left().statistics().packetsSent()).isEqualTo(1);
        }
    }

    private static NetworkInterface loopback() throws IOException {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(LOOPBACK);
        Assumptions.assumeTrue(loopback != null, "the interface of 127.0.0.1 is not visible");
        return loopback;
    }

    @LoopTest
    @Feature("Multicast")
    void memberOfAGroupReceivesWhatIsSentToItUntilItLeaves() throws IOException {
        SocketOptions options = SocketOptions.of(StandardSocketOptions.IP_MULTICAST_IF, loopback())
                .with(StandardSocketOptions.IP_MULTICAST_TTL, 0)
                .with(StandardSocketOptions.IP_MULTICAST_LOOP, true);
        try (UdpSocket receiver = UdpSocket.bind(new InetSocketAddress(0));
                UdpSocket sender = UdpSocket.bind(new InetSocketAddress(0), options)) {
            InetAddress address = InetAddress.ofLiteral("239.255.7.9");
            var group = new InetSocketAddress(address, receiver.local().getPort());
            try (Membership membership = receiver.join(address, loopback())) {
                sender.send(bytes("to the members"), group);
                assertThat(text(receiver.receive().bytes())).isEqualTo("to the members");
                assertThat(membership.isOpen()).isTrue();
            }

            sender.send(bytes("nobody is left"), group);
            sender.send(
                    bytes("marker"),
                    new InetSocketAddress(LOOPBACK, receiver.local().getPort()));
            assertThat(text(receiver.receive().bytes())).isEqualTo("marker");
            assertThat(sender.option(StandardSocketOptions.IP_MULTICAST_TTL)).isZero();
        }
    }

    @LoopTest
    @Feature("Datagram iteration")
    void packetsAreIteratedOverUntilTheSocketIsClosed() throws IOException {
        UdpPair pair = UdpPair.bound();
        Task<?> iteration = createTask(() -> {
            for (Packet packet : pair.right()) {
                log.add(text(packet.bytes()));
            }
        });
        pair.sendRight("one");
        pair.sendRight("two");
        while (log.size() < 2) {
            yieldNow();
        }

        pair.close();

        iteration.await();
        assertThat(log).containsExactly("one", "two");
    }

    // ---- Unix

    private static void upper(UnixStream stream) throws IOException {
        for (var line = stream.readLine(100); line.isPresent(); line = stream.readLine(100)) {
            stream.write(bytes(line.get().toUpperCase(Locale.ROOT) + "\n"));
        }
    }

    private static void assertServes(Path path) throws IOException {
        try (UnixStream stream = UnixStream.connect(path)) {
            stream.write(bytes("hello\n"));
            assertThat(stream.readLine(100)).contains("HELLO");
        }
    }

    @LoopTest(time = LoopTest.Time.AUTOJUMP_DESPITE_IO)
    @Feature("Unix domain sockets")
    void unixServerHasAFileWithAModeAndRemovesItUnlessItIsAnothers() throws IOException {
        Path path = directory.resolve("server.sock");
        Set<PosixFilePermission> group = PosixFilePermissions.fromString("rw-rw----");
        ServerOptions options = ServerOptions.defaults();
        try (UnixServer server = UnixServer.serve(options, path, group, DatagramAndUnixFeaturesTest::upper)) {
            assertServes(server.path());
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(group);
        }
        assertThat(path).doesNotExist();

        try (UnixServer server = UnixServer.serve(path, DatagramAndUnixFeaturesTest::upper)) {
            assertThat(Files.getPosixFilePermissions(server.path()))
                    .as("the owner's alone, by default")
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }

        UnixServer first = UnixServer.serve(path, DatagramAndUnixFeaturesTest::upper);
        Files.delete(path);
        try (UnixServer second = UnixServer.serve(path, DatagramAndUnixFeaturesTest::upper)) {
            first.close();
            awaitAllTasksParked();
            assertThat(second.path()).as("the file of another server").exists();
            assertServes(path);
        }
        assertThat(path).doesNotExist();
    }
}
