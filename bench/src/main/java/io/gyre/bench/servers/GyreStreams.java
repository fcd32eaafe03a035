package io.gyre.bench.servers;

import io.gyre.loop.EventLoop;
import io.gyre.net.ByteStream;
import io.gyre.net.StreamHandler;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import io.gyre.net.tls.TlsHandler;
import io.gyre.net.tls.TlsOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.IntConsumer;

/** A task for each connection, in straight lines: what Gyre is for. */
final class GyreStreams implements EchoServer {
    private final boolean onOpenSsl;

    private GyreStreams(boolean onOpenSsl) {
        this.onOpenSsl = onOpenSsl;
    }

    static GyreStreams ofTheJdk() {
        return new GyreStreams(false);
    }

    /** TLS by the engine that Netty brings along. */
    static GyreStreams onOpenSsl() {
        return new GyreStreams(true);
    }

    @Override
    public void serve(IntConsumer listening) throws IOException {
        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(EchoServer.anyPort(), handler())) {
                listening.accept(server.address().getPort());
                server.awaitClosed();
            }
        });
    }

    private StreamHandler<? super TcpStream> handler() throws IOException {
        return SelfSigned.isAskedFor() ? TlsHandler.of(options(), GyreStreams::echo) : GyreStreams::echo;
    }

    private TlsOptions options() throws IOException {
        TlsOptions options = TlsOptions.defaults();
        if (onOpenSsl) {
            SslContext context = NettyEcho.context(SslProvider.OPENSSL);
            return options.withEngines((client, host, port) -> context.newEngine(ByteBufAllocator.DEFAULT));
        }
        Path pem = SelfSigned.ofThisJvm().pem();
        return options.withIdentity(pem, pem);
    }

    private static void echo(ByteStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }
}
