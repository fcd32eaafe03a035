package io.gyre.bench.servers;

import io.gyre.bench.servers.EchoChannel.Next;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The floor: one thread, one {@link Selector}, one buffer, and nothing in between. */
final class BareSelector implements EchoServer {
    private final ByteBuffer shared = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    private @Nullable SSLContext tls;

    @Override
    public String version() {
        return "JDK " + Runtime.version();
    }

    @Override
    public void serve(IntConsumer listening) throws IOException {
        tls = SelfSigned.isAskedFor() ? SelfSigned.ofThisJvm().context() : null;
        try (Selector selector = Selector.open();
                ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.configureBlocking(false);
            listener.bind(EchoServer.anyPort(), BACKLOG);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            listening.accept(listener.socket().getLocalPort());
            Consumer<SelectionKey> action = this::handle;
            for (; ; ) {
                selector.select(action);
            }
        }
    }

    private void handle(SelectionKey key) {
        try {
            if (key.attachment() instanceof EchoChannel connection) {
                serve(key, connection);
            } else {
                accept(key);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void accept(SelectionKey key) throws IOException {
        SocketChannel channel = ((ServerSocketChannel) key.channel()).accept();
        if (channel != null) {
            EchoChannel connection =
                    tls == null ? new EchoChannel(channel) : new TlsEchoChannel(channel, tls.createSSLEngine());
            channel.register(key.selector(), SelectionKey.OP_READ, connection);
        }
    }

    private void serve(SelectionKey key, EchoChannel connection) throws IOException {
        boolean readable = key.isReadable();
        Next next = readable ? connection.echo(shared) : connection.writeRest();
        switch (next) {
            case READ -> {
                if (!readable) {
                    key.interestOps(SelectionKey.OP_READ);
                }
            }
            case WRITE -> {
                if (readable) {
                    key.interestOps(SelectionKey.OP_WRITE);
                }
            }
            case NOTHING -> key.channel().close();
        }
    }
}
