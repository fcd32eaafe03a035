package io.gyre.bench.servers;

import io.gyre.loop.LoopGroup;
import io.gyre.net.ServerGroup;
import io.gyre.net.ServerGroup.Sharing;
import io.gyre.net.ServerOptions;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/**
 * A task for each connection on one of several loops, and for each message as much arithmetic as the JVM's command line says.
 *
 * <p>One loop hands the connections to all in turn: by SO_REUSEPORT a few of them would be shared out unevenly.
 */
final class GyreLoops implements EchoServer {
    private static final int LOOPS = Integer.getInteger("io.gyre.bench.loops", 1);
    private static final int WORK = Integer.getInteger("io.gyre.bench.work", 0);

    private static final long NOT_ZERO = 256;

    @Override
    public void serve(IntConsumer listening) throws IOException, InterruptedException {
        try (LoopGroup loops = LoopGroup.start(LOOPS);
                ServerGroup server = ServerGroup.serve(
                        loops, Sharing.HAND_OVER, ServerOptions.defaults(), EchoServer.anyPort(), GyreLoops::echo)) {
            listening.accept(server.address().getPort());
            Thread.currentThread().join();
        }
    }

    private static void echo(TcpStream stream) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(RECEIVE_BYTES);
        while (stream.read(buffer.clear()) >= 0) {
            buffer.put(0, work(buffer.get(0)));
            stream.write(buffer.flip());
        }
    }

    /**
     * Steps of a generator of random numbers (xorshift), each of which needs the one before: a compiler can neither leave
     * one out nor do two at a time.
     *
     * @return the byte it was given
     */
    private static byte work(byte given) {
        long state = given | NOT_ZERO;
        for (int i = 0; i < WORK; i++) {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
        }
        return state == 0 ? (byte) ~given : given; // it never is, but that the compiler does not know
    }
}
