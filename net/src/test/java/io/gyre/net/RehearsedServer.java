package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A program of its own, for a low limit of open files: echoes, and says when its server has paused. Until it has served one connection
 * it has loaded what that needs; what the want of descriptors needs, the server must have loaded.
 */
final class RehearsedServer {
    private RehearsedServer() {}

    public static void main(String[] args) throws IOException {
        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), RehearsedServer::echo)) {
                System.out.println(server.address().getPort());
                for (int command = Async.offload(() -> System.in.read());
                        command >= 0;
                        command = Async.offload(() -> System.in.read())) {
                    System.out.println(server.statistics().acceptPauses());
                }
            }
        });
    }

    private static void echo(TcpStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }
}
