package io.gyre.net.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.net.ByteStream;
import io.gyre.net.Feature;
import io.gyre.net.ServerOptions;
import io.gyre.net.SocketOptions;
import io.gyre.net.TcpPair;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.UdpSocket;
import io.gyre.net.UnixServer;
import io.gyre.net.UnixStream;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody closes is closed with its loop, and said; what is refused is closed at once. */
final class UnclosedTest {
    private final Logger logger = Logger.getLogger("io.gyre.net"); // held, or it forgets its handler
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getMessage().contains("was not closed when its loop ended")) {
                records.add(entry);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void listenNoMore() {
        logger.removeHandler(handler);
    }

    private void assertWarnedOnce(String... texts) {
        assertThat(records).singleElement().satisfies(entry -> {
            assertThat(entry.getLevel()).isEqualTo(Level.WARNING);
            assertThat(entry.getMessage())
                    .contains(texts)
                    .contains("was not closed when its loop ended")
                    .contains("It was opened at ")
                    .contains(UnclosedTest.class.getName());
        });
    }

    /** Does not wait: the other end is closed already. */
    private static void assertEnded(SocketChannel peer) throws IOException {
        assertThat(peer.read(ByteBuffer.allocate(1))).isNegative();
    }

    @Test
    @Feature("Resource-leak warnings: unclosed streams")
    void tcpStreamThatIsLeftIsClosedWithItsLoopAndSaid() throws Exception {
        try (var server = ServerSocketChannel.open().bind(TcpPair.loopback())) {
            var address = (InetSocketAddress) server.getLocalAddress();

            TcpStream left = EventLoop.run(() -> TcpStream.connect(address));

            try (SocketChannel peer = server.accept()) {
                assertEnded(peer);
            }
            assertWarnedOnce("a stream to 127.0.0.1:" + address.getPort());
            left.close(); // too late, and no failure
            assertThat(records).hasSize(1);
        }
    }

    @Test
    void streamOfAChannelThatIsLeftIsClosedWithItsLoopAndSaid() throws Exception {
        try (var server = ServerSocketChannel.open().bind(TcpPair.loopback())) {
            SocketChannel channel = SocketChannel.open(server.getLocalAddress());

            TcpStream left = EventLoop.run(() -> TcpStream.of(channel));

            assertThat(channel.isOpen()).isFalse();
            assertWarnedOnce("a stream to 127.0.0.1:");
            left.abort();
        }
    }

    @Test
    void unixStreamThatIsLeftIsClosedWithItsLoopAndSaid(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("s");
        try (var server =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path))) {
            UnixStream left = EventLoop.run(() -> UnixStream.connect(path));

            try (SocketChannel peer = server.accept()) {
                assertEnded(peer);
            }
            assertWarnedOnce("a stream to ", path.toString());
            left.close();
        }
    }

    @Test
    void udpSocketThatIsLeftIsClosedWithItsLoopAndSaid() throws Exception {
        UdpSocket left = EventLoop.run(() -> UdpSocket.bind(TcpPair.loopback()));

        assertWarnedOnce("a UDP socket on 127.0.0.1:");
        left.close();
    }

    @Test
    void whatIsClosedIsNotMentioned(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("s");
        try (var server = ServerSocketChannel.open().bind(TcpPair.loopback());
                var unixServer =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path))) {
            var address = (InetSocketAddress) server.getLocalAddress();
            EventLoop.run(() -> {
                TcpStream.connect(address).close();
                TcpStream.connect(address).abort();
                TcpStream.of(SocketChannel.open(address)).close();
                UnixStream.connect(path).close();
                UnixStream.connect(path).abort();
                UdpSocket.bind(TcpPair.loopback()).close();
            });
            assertThat(unixServer.isOpen()).isTrue();
        }

        assertThat(records).isEmpty();
    }

    private static void greetAndWait(ByteStream stream) throws IOException {
        stream.write(new byte[1]);
        stream.closeOutput();
        Async.sleep(Duration.ofDays(1)); // until the loop ends
    }

    @Test
    void connectionsOfAServerAreItsOwnAffair(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("s");
        EventLoop.run(() -> {
            TcpServer server = TcpServer.serve(TcpPair.loopback(), UnclosedTest::greetAndWait);
            UnixServer unixServer = UnixServer.serve(path, UnclosedTest::greetAndWait);
            try (TcpStream client = TcpStream.connect(server.address());
                    UnixStream unixClient = UnixStream.connect(unixServer.path())) {
                client.readExactly(1);
                unixClient.readExactly(1);
            }
            // and the servers are left to the end of the loop
        });

        assertThat(records).isEmpty();
    }

    // ---- listening sockets that are handed over

    @Test
    void listeningSocketIsClosedWhenAnOptionOfTheConnectionsIsRefused() throws Exception {
        ServerOptions bad =
                ServerOptions.defaults().withConnection(SocketOptions.of(StandardSocketOptions.SO_SNDBUF, -1));
        EventLoop.run(() -> {
            ServerSocketChannel listening = ServerSocketChannel.open().bind(TcpPair.loopback());

            assertThatThrownBy(() -> TcpServer.serve(bad, listening, stream -> {}))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("cannot set SO_SNDBUF to -1");
            assertThat(listening.isOpen()).isFalse();
        });
    }

    @Test
    void listeningUnixSocketIsRefusedByATcpServerAndClosed(@TempDir Path directory) throws Exception {
        EventLoop.run(() -> {
            ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                    .bind(UnixDomainSocketAddress.of(directory.resolve("s")));

            assertThatThrownBy(() -> TcpServer.serve(ServerOptions.defaults(), listening, stream -> {}))
                    .isInstanceOf(BindException.class)
                    .hasMessage("a server socket channel on " + directory.resolve("s")
                            + " is not a listening TCP socket; bind it first");
            assertThat(listening.isOpen()).isFalse();
        });
    }

    @Test
    void listeningTcpSocketIsRefusedByAUnixServerAndClosed() throws Exception {
        EventLoop.run(() -> {
            ServerSocketChannel listening = ServerSocketChannel.open().bind(TcpPair.loopback());
            int port = listening.socket().getLocalPort();

            assertThatThrownBy(() -> UnixServer.serve(ServerOptions.defaults(), listening, stream -> {}))
                    .isInstanceOf(BindException.class)
                    .hasMessage("a server socket channel on 127.0.0.1:" + port
                            + " is not a listening Unix socket; bind it first");
            assertThat(listening.isOpen()).isFalse();
        });
    }

    @Test
    void socketThatIsNotBoundIsRefusedAndClosed() throws Exception {
        EventLoop.run(() -> {
            ServerSocketChannel tcp = ServerSocketChannel.open();
            assertThatThrownBy(() -> TcpServer.serve(ServerOptions.defaults(), tcp, stream -> {}))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("bind it first");
            assertThat(tcp.isOpen()).isFalse();

            ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            assertThatThrownBy(() -> UnixServer.serve(ServerOptions.defaults(), unix, stream -> {}))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("bind it first");
            assertThat(unix.isOpen()).isFalse();
        });
    }
}
