package io.gyre.examples.echo;

import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Sends back what it receives.
 *
 * <p>Each connection is a task, and its code is a plain loop. {@code read} and {@code write} look as if they blocked, but
 * only this task waits: thousands of them share one thread. A client that does not read its echo makes {@code write} wait,
 * then {@code read} is not called, then the client's own {@code write} waits: that is all the back-pressure there is, and
 * nobody had to write it.
 */
public final class EchoServer {
    private static final int BUFFER_BYTES = 16 * 1024;

    private EchoServer() {}

    /**
     * Starts the server.
     *
     * @param address where to listen
     * @return the server, which is listening
     * @throws IOException if the address is taken
     */
    public static TcpServer start(InetSocketAddress address) throws IOException {
        return TcpServer.serve(address, EchoServer::echo);
    }

    private static void echo(TcpStream client) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (client.read(buffer.clear()) >= 0) {
            client.write(buffer.flip());
        }
    }
}
