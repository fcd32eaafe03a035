package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection that one loop hands over while the other is closing is closed: its peer does not wait for ever. */
class HandOverWhileClosingTest {
    private static final int PATIENCE_MILLIS = 8_000;

    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private final LoopOptions options = LoopOptions.defaults().withFailureHandler(failures::add);
    private ServerSocketChannel listener;
    private Socket peer;
    private SocketChannel connection;

    @BeforeEach
    void connect() throws IOException {
        listener = ServerSocketChannel.open().bind(TcpPair.loopback());
        peer = new Socket(listener.socket().getInetAddress(), listener.socket().getLocalPort());
        peer.setSoTimeout(PATIENCE_MILLIS);
        connection = listener.accept();
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
        listener.close();
        assertThat(failures).isEmpty();
    }

    private TcpServer server() throws IOException {
        return TcpServer.forHandedOver(
                ServerOptions.defaults(), List.of(TcpPair.loopback()), stream -> sleep(Duration.ofDays(1)));
    }

    private void assertPeerSeesTheEnd() throws IOException {
        try {
            assertThat(peer.getInputStream().read()).isNegative();
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void connectionThatComesWhileTasksAreCancelledIsClosed() throws Exception {
        EventLoop.run(options, () -> {
            TcpServer server = server();
            createTask(() -> {
                try {
                    sleep(Duration.ofDays(1));
                } finally {
                    server.adopt(connection);
                }
            });
            yieldNow();
        });

        assertPeerSeesTheEnd();
    }

    @Test
    void connectionThatComesWithTheLastCallbacksIsClosed() throws Exception {
        EventLoop.run(options, () -> {
            TcpServer server = server();
            EventLoop loop = EventLoop.current();
            loop.callSoon(() -> callUntilRefused(loop, () -> server.adopt(connection)));
        });

        assertPeerSeesTheEnd();
    }

    private static void callUntilRefused(EventLoop loop, Runnable last) {
        try {
            loop.callSoonThreadsafe(() -> callUntilRefused(loop, last));
        } catch (LoopClosedException refused) {
            last.run();
        }
    }

    @Test
    void connectionThatComesAfterTheServerWasClosedIsReset() throws Exception {
        EventLoop.run(options, () -> {
            TcpServer server = server();
            server.close();

            server.adopt(connection);

            assertThat(server.statistics().shed()).isEqualTo(1);
        });

        assertPeerSeesTheEnd();
    }
}
