package io.gyre.examples.websocket;

import static io.gyre.loop.Async.moveOnAfter;

import io.gyre.loop.sync.Lock;
import io.gyre.net.netty.Framed;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A guest at the other end of a WebSocket: what it says and reads, and what the protocol wants besides.
 *
 * <p>What this example shows: pings, pongs and the closing handshake are plain lines where the connection is read. Two tasks
 * write, so they take turns by a lock; a guest who pings and does not read the answers waits for itself.
 */
final class Guest {
    /** A guest who sends nothing for so long is asked whether it is there, and has as long to answer. */
    static final Duration SILENCE = Duration.ofSeconds(30);

    private static final Duration GOODBYE_LIMIT = Duration.ofSeconds(1);

    private final Framed<ByteBufHolder, ByteBufHolder> client;
    private final Lock turn = new Lock("turn to write to a guest");
    private boolean saidGoodbye;

    Guest(Framed<ByteBufHolder, ByteBufHolder> client) {
        this.client = client;
    }

    /** Sends a text. Suspends while the guest does not keep up. */
    void show(String text) throws IOException {
        send(new TextWebSocketFrame(text));
    }

    private void send(WebSocketFrame frame) throws IOException {
        turn.withLock(() -> client.write(frame));
    }

    /** {@return what the guest says next; empty if it has left} Suspends. */
    Optional<String> hear() throws IOException {
        for (Optional<ByteBufHolder> next = read(); next.isPresent(); next = read()) {
            ByteBufHolder frame = next.get();
            try {
                switch (frame) {
                    case TextWebSocketFrame text -> {
                        return Optional.of(text.text());
                    }
                    case PingWebSocketFrame ping -> send(new PongWebSocketFrame(Unpooled.copiedBuffer(ping.content())));
                    case CloseWebSocketFrame close -> {
                        if (!saidGoodbye) {
                            sayGoodbye(
                                    close.statusCode() < 0
                                            ? new CloseWebSocketFrame()
                                            : new CloseWebSocketFrame(close.statusCode(), ""));
                        }
                        return Optional.empty();
                    }
                    default -> {} // a pong, or bytes that mean nothing here
                }
            } finally {
                frame.release();
            }
        }
        return Optional.empty();
    }

    private Optional<ByteBufHolder> read() throws IOException {
        Optional<Optional<ByteBufHolder>> frame = moveOnAfter(SILENCE, () -> client.read());
        if (frame.isEmpty()) {
            frame = moveOnAfter(SILENCE, () -> {
                send(new PingWebSocketFrame());
                return client.read();
            });
        }
        return frame.orElse(Optional.empty());
    }

    /** Begins the closing handshake; the guest's answer is the end of what it says. Suspends. */
    void sayGoodbye(WebSocketCloseStatus status, String reason) throws IOException {
        sayGoodbye(new CloseWebSocketFrame(status, reason));
    }

    private void sayGoodbye(CloseWebSocketFrame frame) throws IOException {
        saidGoodbye = true;
        send(frame);
    }

    /** Makes the closing handshake with a guest who is not welcome. Suspends. */
    void dismiss(String reason) throws IOException {
        sayGoodbye(WebSocketCloseStatus.POLICY_VIOLATION, reason);
        moveOnAfter(GOODBYE_LIMIT, () -> {
            while (hear().isPresent()) {
                // nobody listens any more
            }
        });
    }
}
