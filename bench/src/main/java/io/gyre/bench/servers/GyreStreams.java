package io.gyre.bench.servers;

import static io.gyre.loop.Async.createTask;

import io.gyre.loop.EventLoop;
import io.gyre.net.ByteStream;
import io.gyre.net.StreamHandler;
import io.gyre.net.TcpServer;
import io.gyre.net.tls.TlsHandler;
import io.gyre.net.tls.TlsOptions;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A task for each connection, in straight lines: what Gyre is for. */
record GyreStreams(@Nullable SslProvider engines) implements EchoServer {
    static GyreStreams ofTheJdk() {
        return new GyreStreams(null);
    }

    /** TLS by the engine that Netty brings along. */
    static GyreStreams onOpenSsl() {
        return new GyreStreams(SslProvider.OPENSSL);
    }

    @Override
    public void serve(IntConsumer listening) throws IOException {
        TlsOptions options = SelfSigned.isAskedFor() ? options() : null;
        EventLoop.run(() -> {
            if (Ticks.areWanted()) {
                createTask(Ticks::run);
            }
            StreamHandler<ByteStream> handler = options == null ? this::echo : TlsHandler.of(options, this::echo);
            try (TcpServer server = TcpServer.serve(EchoServer.anyPort(), handler)) {
                listening.accept(server.address().getPort());
                server.awaitClosed();
            }
        });
    }

    private TlsOptions options() throws IOException {
        if (engines == null) {
            Path pem = SelfSigned.ofThisJvm().pem();
            return TlsOptions.defaults().withIdentity(pem, pem);
        }
        SslContext context = NettyEcho.context(engines);
        return TlsOptions.defaults().withEngines((client, host, port) -> context.newEngine(ByteBufAllocator.DEFAULT));
    }

    private void echo(ByteStream stream) throws IOException {
        boolean readsIntoArrays = SelfSigned.isAskedFor() && engines == null; // which the engines of the JDK work on
        ByteBuffer buffer =
                readsIntoArrays ? ByteBuffer.allocate(RECEIVE_BYTES) : ByteBuffer.allocateDirect(RECEIVE_BYTES);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }
}
