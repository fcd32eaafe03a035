package io.gyre.bench.servers;

import io.gyre.bench.servers.EchoChannel.Next;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The same loop by its low-level door: a task that accepts, and a callback for each connection. */
final class GyreCallbacks implements EchoServer {
    private final ByteBuffer shared = ByteBuffer.allocateDirect(RECEIVE_BYTES);

    @Override
    public void serve(IntConsumer listening) throws IOException {
        EventLoop.run(() -> {
            try (ServerSocketChannel listener = ServerSocketChannel.open()) {
                listener.configureBlocking(false);
                listener.bind(EchoServer.anyPort(), BACKLOG);
                listening.accept(listener.socket().getLocalPort());
                for (; ; ) {
                    LowLevel.awaitAcceptable(listener);
                    accept(listener.accept());
                }
            }
        });
    }

    private void accept(@Nullable SocketChannel channel) throws IOException {
        if (channel != null) {
            var connection = new EchoChannel(channel);
            LowLevel.addReader(channel, () -> read(connection));
        }
    }

    private void read(EchoChannel connection) {
        Next next = connection.echo(shared);
        if (next != Next.READ) {
            LowLevel.removeReader(connection.channel());
            goOn(connection, next);
        }
    }

    private void write(EchoChannel connection) {
        Next next = connection.writeRest();
        if (next != Next.WRITE) {
            LowLevel.removeWriter(connection.channel());
            goOn(connection, next);
        }
    }

    private void goOn(EchoChannel connection, Next next) {
        SocketChannel channel = connection.channel();
        try {
            switch (next) {
                case READ -> LowLevel.addReader(channel, () -> read(connection));
                case WRITE -> LowLevel.addWriter(channel, () -> write(connection));
                case NOTHING -> LowLevel.close(channel);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
