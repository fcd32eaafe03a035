package io.gyre.examples.guest;

import io.gyre.examples.echo.EchoServer;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LoopPortal;
import io.gyre.net.TcpServer;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.function.IntConsumer;
import org.HdrHistogram.Histogram;

/**
 * A client on the thread of a user interface, measured beside the same client on a loop of its own.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>{@link EventLoop#runAsGuest} runs tasks on the thread of the user interface: they show their progress without a
 *       lock and without a hop to another thread.
 *   <li>The interface is idle while the client waits for the server: an event for each answer, and no polling.
 *   <li>The price: each wait passes through the thread that waits in place of the interface.
 *   <li>{@link LoopPortal} gives the server a loop in another thread.
 * </ul>
 */
public final class RoundTrips {
    private static final int MESSAGE_BYTES = 64;

    /** Enough for the JIT compiler to have seen the code. */
    private static final int WARM_UP = 5_000;

    private final InetSocketAddress server;

    private RoundTrips(InetSocketAddress server) {
        this.server = server;
    }

    /**
     * The outcome.
     *
     * @param ownLoop latencies on a loop of its own, in nanoseconds
     * @param guest latencies on a guest loop, in nanoseconds
     * @param events how many events the user interface has handled for the guest
     * @param shown what the user interface shows at the end
     */
    public record Comparison(Histogram ownLoop, Histogram guest, long events, String shown) {}

    /**
     * Measures both, after a warm-up.
     *
     * @param trips how many round trips each
     * @return the outcome
     * @throws IOException if a connection fails
     * @throws InterruptedException if the thread is interrupted
     */
    public static Comparison compare(int trips) throws IOException, InterruptedException {
        try (var portal = LoopPortal.start()) {
            var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            TcpServer server = portal.call(() -> EchoServer.start(anyPort));
            try {
                return new RoundTrips(server.address()).compareBoth(trips);
            } finally {
                portal.call(server::close);
            }
        }
    }

    private Comparison compareBoth(int trips) throws IOException, InterruptedException {
        onLoopOfItsOwn(WARM_UP);
        Histogram own = onLoopOfItsOwn(trips);
        try (var desktop = new Desktop()) {
            asGuest(desktop, WARM_UP);
            long before = desktop.handled();
            Histogram guest = asGuest(desktop, trips);
            return new Comparison(own, guest, desktop.handled() - before, desktop.shown());
        }
    }

    private Histogram onLoopOfItsOwn(int trips) throws IOException {
        return EventLoop.run(() -> measure(trips, done -> {}));
    }

    private Histogram asGuest(Desktop desktop, int trips) throws IOException, InterruptedException {
        EventLoop loop = EventLoop.create(LoopOptions.defaults().withName("guest"));
        var done = loop.runAsGuest(desktop, () -> measure(trips, count -> desktop.show(count + " round trips")));
        try {
            return done.get();
        } catch (ExecutionException failed) {
            throw new IOException("the guest has failed", failed.getCause());
        }
    }

    /** Sends messages one after the other, each when the one before has come back. Suspends. */
    private Histogram measure(int trips, IntConsumer progress) throws IOException {
        var latencies = new Histogram(3);
        ByteBuffer message = ByteBuffer.allocate(MESSAGE_BYTES);
        ByteBuffer reply = ByteBuffer.allocate(MESSAGE_BYTES);
        try (TcpStream stream = TcpStream.connect(server)) {
            for (int trip = 1; trip <= trips; trip++) {
                long start = System.nanoTime();
                stream.write(message.clear());
                stream.readExactly(reply.clear());
                latencies.recordValue(System.nanoTime() - start);
                progress.accept(trip);
            }
        }
        return latencies;
    }
}
