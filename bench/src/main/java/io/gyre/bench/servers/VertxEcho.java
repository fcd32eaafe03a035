package io.gyre.bench.servers;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/**
 * One event loop of Vert.x, with its default transport, NIO.
 *
 * <p>Its receive buffer can be set only together with that of the socket, which would switch off the system's own sizing.
 * It is left alone and adapts, up to the 64 KiB that the others have.
 */
final class VertxEcho implements EchoServer {
    @Override
    public String version() {
        try (InputStream version = Vertx.class.getResourceAsStream("/META-INF/vertx/vertx-version.txt")) {
            String number = version == null ? "?" : new String(version.readAllBytes(), StandardCharsets.US_ASCII);
            return "Vert.x " + number.strip() + ", JDK " + Runtime.version();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void serve(IntConsumer listening) throws InterruptedException {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        NetServerOptions options = new NetServerOptions()
                .setHost("127.0.0.1")
                .setPort(0)
                .setTcpNoDelay(true)
                .setAcceptBacklog(BACKLOG);
        NetServer server = vertx.createNetServer(options)
                .connectHandler(socket -> socket.handler(socket::write).exceptionHandler(broken -> socket.close()));
        server.listen().await();
        listening.accept(server.actualPort());
        Thread.currentThread().join();
    }
}
