package io.gyre.bench.echo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server as a user may have one: it knows nothing of the benchmark. */
final class OwnServer {
    private static final int BACKLOG = 100;

    private OwnServer() {}

    public static void main(String[] arguments) throws IOException {
        try (var listener =
                new ServerSocket(Integer.parseInt(arguments[0]), BACKLOG, InetAddress.ofLiteral("127.0.0.1"))) {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException broken) {
            // the client has gone
        }
    }
}
