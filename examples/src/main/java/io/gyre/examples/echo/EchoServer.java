package io.gyre.examples.echo;

import io.gyre.net.ByteStream;
import io.gyre.net.TcpServer;
import io.gyre.net.tls.TlsHandler;
import io.gyre.net.tls.TlsOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Sends back the bytes that it receives.
 *
 * <p>Each connection is a task, and its code is a plain loop. {@code read} and {@code write} look like blocking calls,
 * but only this task waits: thousands of tasks share one thread. If a client does not read its echo, {@code write}
 * waits, so {@code read} is not called, so the client's own {@code write} waits: back-pressure without a line of code.
 */
public final class EchoServer {
    private static final int BUFFER_BYTES = 16 * 1024;

    private EchoServer() {}

    /**
     * Starts the server.
     *
     * @param address the address to listen on
     * @return the listening server
     * @throws IOException if the address is taken
     */
    public static TcpServer start(InetSocketAddress address) throws IOException {
        return TcpServer.serve(address, EchoServer::echo);
    }

    /**
     * Starts the server, with TLS. Suspends until the files of the options have been read.
     *
     * @param address the address to listen on
     * @param tls with a certificate
     * @return the listening server
     * @throws IOException if the address is taken, or a file cannot be used
     */
    public static TcpServer start(InetSocketAddress address, TlsOptions tls) throws IOException {
        return TcpServer.serve(address, TlsHandler.of(tls, EchoServer::echo));
    }

    private static void echo(ByteStream client) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (client.read(buffer.clear()) >= 0) {
            client.write(buffer.flip());
        }
    }
}
