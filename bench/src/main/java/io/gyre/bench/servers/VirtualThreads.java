package io.gyre.bench.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.IntConsumer;
import javax.net.ServerSocketFactory;

/** A virtual thread of the JDK for each connection, on one carrier, with a blocking channel and a direct buffer. */
final class VirtualThreads implements EchoServer {
    @Override
    public String version() {
        return "JDK " + Runtime.version() + ", one carrier";
    }

    @Override
    public void serve(IntConsumer listening) throws IOException {
        if (SelfSigned.isAskedFor()) {
            serveSecured(listening);
            return;
        }
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(EchoServer.anyPort(), BACKLOG);
            listening.accept(listener.socket().getLocalPort());
            for (; ; ) {
                SocketChannel channel = listener.accept();
                Thread.ofVirtual().start(() -> echo(channel));
            }
        }
    }

    /** There are no channels that speak TLS. */
    private static void serveSecured(IntConsumer listening) throws IOException {
        ServerSocketFactory sockets = SelfSigned.ofThisJvm().context().getServerSocketFactory();
        InetSocketAddress address = EchoServer.anyPort();
        try (ServerSocket listener = sockets.createServerSocket(address.getPort(), BACKLOG, address.getAddress())) {
            listening.accept(listener.getLocalPort());
            for (; ; ) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream input = socket.getInputStream();
            OutputStream output = socket.getOutputStream();
            byte[] buffer = new byte[RECEIVE_BYTES];
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                output.write(buffer, 0, count);
            }
        } catch (IOException broken) {
            // closed as it should be
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
