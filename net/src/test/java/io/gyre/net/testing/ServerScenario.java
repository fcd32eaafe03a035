package io.gyre.net.testing;

import static io.gyre.loop.Async.shield;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.net.ServerState;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Waiting for a server, one of whose handlers takes its time. */
final class ServerScenario extends CancelScenario {
    /** The call. */
    enum Waiting {
        AWAIT_CLOSED,
        DRAIN,
        CLOSE
    }

    private final Waiting waiting;
    private final LoopFuture<@Nullable Void> over = EventLoop.current().createFuture();
    private @Nullable TcpServer server;
    private @Nullable TcpStream client;
    private long begunAt;

    ServerScenario(Waiting waiting) {
        this.waiting = waiting;
    }

    private TcpServer server() {
        return Objects.requireNonNull(server);
    }

    @Override
    void arrange(Moment moment) throws Exception {
        server = TcpServer.serve(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                stream -> shield(Duration.ofDays(1), () -> {
                    over.await();
                }));
        client = TcpStream.connect(server.address());
        awaitAllTasksParked();
        begunAt = EventLoop.current().time();
    }

    @Override
    Object call() {
        switch (waiting) {
            case AWAIT_CLOSED -> server().awaitClosed();
            case DRAIN -> server().drain(Duration.ofHours(1));
            case CLOSE -> server().close();
        }
        return this;
    }

    @Override
    void complete() {
        over.setResult(null);
        if (waiting == Waiting.AWAIT_CLOSED) {
            server().stopAccepting();
        }
    }

    @Override
    String remains(Task<?> task, Moment moment) {
        ServerState state = server().state();
        if (hasReturned(task)) {
            assertThat(state).isEqualTo(ServerState.CLOSED);
            return RETURNS;
        }
        Duration waited = Duration.ofNanos(EventLoop.current().time() - begunAt);
        return switch (waiting) {
            case AWAIT_CLOSED -> {
                assertThat(state).isEqualTo(ServerState.SERVING);
                yield "the server goes on";
            }
            case DRAIN -> {
                assertThat(state).isEqualTo(ServerState.DRAINING);
                yield "draining goes on, without a limit";
            }
            case CLOSE -> {
                assertThat(state).isEqualTo(ServerState.CLOSING);
                yield "the handlers are cancelled, and awaited for " + waited.toSeconds() + " s at the most";
            }
        };
    }

    @Override
    void close() throws Exception {
        Objects.requireNonNull(client).close();
        if (!over.isDone()) {
            over.setResult(null);
        }
        server().close();
    }
}
