package io.gyre.net;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A loop that shuts down drains its servers. */
class ServerShutdownTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @AutoClose
    private final EventLoop loop = EventLoop.create();

    private final List<String> log = new ArrayList<>();

    /** Starts a server and a client that has sent a greeting; the task is done when the server has ended the connection. */
    private Task<byte[]> serveAClient(StreamHandler<TcpStream> handler) throws Exception {
        return loop.<Task<byte[]>, Exception>runUntilComplete(() -> {
            TcpServer server = TcpServer.serve(ANY_PORT, stream -> {
                stream.write("hello".getBytes(UTF_8));
                handler.handle(stream);
            });
            TcpStream client = TcpStream.connect(server.address());
            client.readExactly(5);
            return createTask(() -> {
                try (client) {
                    return client.readAll(100);
                }
            });
        });
    }

    @Test
    void connectionReadsTheEndOfItsStreamAndFinishesItsWork() throws Exception {
        Task<byte[]> client = serveAClient(stream -> {
            log.add("read " + stream.readAll(100).length);
            stream.write("bye".getBytes(UTF_8));
        });

        assertThat(loop.shutdown(Duration.ofSeconds(9))).isTrue();

        assertThat(log).containsExactly("read 0");
        assertThat(client.resultNow()).asString(UTF_8).isEqualTo("bye");
    }

    @Test
    void connectionThatDoesNotEndInTimeIsCancelled() throws Exception {
        serveAClient(stream -> {
            try {
                sleep(Duration.ofDays(1));
            } catch (CancelledException e) {
                log.add("cancelled");
                throw e;
            }
        });

        assertThat(loop.shutdown(Duration.ofMillis(1))).isFalse();

        assertThat(log).containsExactly("cancelled");
    }

    @Test
    void serverWithoutConnectionsDoesNotHoldTheLoop() throws Exception {
        TcpServer server = loop.<TcpServer, Exception>runUntilComplete(() -> TcpServer.serve(ANY_PORT, stream -> {}));

        assertThat(loop.shutdown(Duration.ofSeconds(9))).isTrue();

        assertThat(server.state()).isEqualTo(ServerState.CLOSED);
    }

    @Test
    void serverThatStartsMeanwhileDrainsAtOnce() throws Exception {
        serveAClient(stream -> {
            TcpServer late = TcpServer.serve(ANY_PORT, _ -> {});
            late.awaitClosed();
            log.add("late server " + late.state());
        });

        assertThat(loop.shutdown(Duration.ofSeconds(9))).isTrue();

        assertThat(log).containsExactly("late server CLOSED");
    }
}
