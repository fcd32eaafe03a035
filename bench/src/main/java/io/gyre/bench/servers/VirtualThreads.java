package io.gyre.bench.servers;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.IntConsumer;

/** A virtual thread of the JDK for each connection, on one carrier, with a blocking channel and a direct buffer. */
final class VirtualThreads implements EchoServer {
    @Override
    public String version() {
        return "JDK " + Runtime.version() + ", one carrier";
    }

    @Override
    public void serve(IntConsumer listening) throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(EchoServer.anyPort(), BACKLOG);
            listening.accept(listener.socket().getLocalPort());
            for (; ; ) {
                SocketChannel channel = listener.accept();
                Thread.ofVirtual().start(() -> echo(channel));
            }
        }
    }

    private static void echo(SocketChannel channel) {
        try (channel) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
            while (channel.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    channel.write(buffer); // in a virtual thread, this waits for room, but not for all of it
                }
            }
        } catch (IOException broken) {
            // closed as it should be
        }
    }
}
