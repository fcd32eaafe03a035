package io.gyre.bench.servers;

import io.gyre.loop.EventLoop;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/** A task for each connection, in straight lines: what Gyre is for. */
final class GyreStreams implements EchoServer {
    @Override
    public void serve(IntConsumer listening) throws IOException {
        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(EchoServer.anyPort(), GyreStreams::echo)) {
                listening.accept(server.address().getPort());
                server.awaitClosed();
            }
        });
    }

    private static void echo(TcpStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }
}
