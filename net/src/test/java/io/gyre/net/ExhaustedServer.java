package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.testing.VirtualClock;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;

/**
 * A program of its own, for a low limit of open files: echoes, and prints what its server has done when asked. The first question
 * starts the server, whose clients may have connected before. With an argument its clock stands still.
 */
final class ExhaustedServer {
    /** More than its clients. */
    private static final int BACKLOG = 120;

    /** The question how many files cannot be opened. */
    static final char OPEN_FILES = 'f';

    private static final int PAUSES = 3;

    private ExhaustedServer() {}

    public static void main(String[] args) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open().bind(TcpPair.loopback(), BACKLOG);
        System.out.println(((InetSocketAddress) listening.getLocalAddress()).getPort());
        // The report of a slow step would open files of its own.
        LoopOptions options = LoopOptions.defaults().withSlowStep(Duration.ZERO);
        EventLoop.run(args.length == 0 ? options : options.withTicker(VirtualClock.manual()), () -> {
            int question = question();
            try (TcpServer server = TcpServer.serve(ServerOptions.defaults(), listening, ExhaustedServer::echo)) {
                // The first answer is a rehearsal: later the program may be unable to load a class of its own.
                while (question >= 0) {
                    System.out.println(question == OPEN_FILES ? refusals(server) : progress(server));
                    question = question();
                }
                Async.sleep(Duration.ZERO);
            }
        });
    }

    private static int question() throws IOException {
        return Async.offload(() -> System.in.read());
    }

    private static String progress(TcpServer server) {
        ServerStatistics seen = server.statistics();
        return seen.accepted() + " " + seen.active() + " " + seen.acceptPauses() + " "
                + EventLoop.current().statistics().ticks();
    }

    /** Opens a file in each tick of some pauses. {@return how often the system refused} */
    private static int refusals(TcpServer server) {
        int refusals = 0;
        long last = server.statistics().acceptPauses() + PAUSES;
        while (server.statistics().acceptPauses() < last) {
            try {
                new FileInputStream(System.getProperty("java.home") + "/release").close();
            } catch (IOException refused) {
                refusals++;
            }
            Async.yieldNow();
        }
        return refusals;
    }

    private static void echo(TcpStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        while (stream.read(buffer.clear()) >= 0) {
            stream.write(buffer.flip());
        }
    }
}
