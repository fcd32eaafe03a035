package io.gyre.net;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopFuture;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A program of its own: echoes one connection of the socket that it was given as its standard input, and ends. */
final class InheritingServer {
    private InheritingServer() {}

    public static void main(String[] args) throws IOException {
        EventLoop.run(() -> {
            LoopFuture<@Nullable Void> served = EventLoop.current().createFuture();
            try (TcpServer server = TcpServer.serveInherited(ServerOptions.defaults(), stream -> {
                Streams.copy(stream, stream);
                served.setResult(null);
            })) {
                served.await();
                server.stopAccepting();
                server.awaitClosed();
            }
        });
    }
}
