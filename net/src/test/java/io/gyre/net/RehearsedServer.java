package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of its own, for a low limit of open files: echoes, and says how often its server has paused. Told to, another thread takes
 * each descriptor that is free, at once and also the one that the server keeps for the worst, until it is told to give them back.
 */
final class RehearsedServer {
    private static volatile boolean taking;

    private RehearsedServer() {}

    public static void main(String[] args) throws IOException {
        EventLoop.run(() -> {
            try (TcpServer server = TcpServer.serve(TcpPair.loopback(), RehearsedServer::echo)) {
                System.out.println(server.address().getPort());
                for (int command = read(); command >= 0; command = read()) {
                    if (command == 't') {
                        taking = true;
                        Thread.ofPlatform().daemon().start(RehearsedServer::takeDescriptors);
                    } else if (command == 'g') {
                        taking = false;
                    }
                    System.out.println(server.statistics().acceptPauses());
                }
            }
        });
    }

    private static int read() throws IOException {
        return Async.offload(() -> System.in.read());
    }

    private static void echo(TcpStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }

    private static void takeDescriptors() {
        List<SocketChannel> taken = new ArrayList<>();
        while (taking) {
            try {
                taken.add(SocketChannel.open());
            } catch (IOException noneIsFree) {
                Thread.onSpinWait();
            }
        }
        for (SocketChannel each : taken) {
            try {
                each.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
