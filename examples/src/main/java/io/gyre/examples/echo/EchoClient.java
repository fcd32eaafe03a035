package io.gyre.examples.echo;

import static io.gyre.loop.Async.createTask;

import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.net.ConnectOptions;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;

/**
 * Loads an echo server and verifies every byte of its answers.
 *
 * <p>What this example shows:
 *
 * <ul>
 *   <li>The connections are tasks that share one histogram and one counter without a lock, because tasks of one loop
 *       never run at the same time.
 *   <li>A client does not trust its server: a time-out turns silence into a failure that says so.
 * </ul>
 */
public final class EchoClient {
    /** A separate task writes larger messages, so that both ends can send at the same time. */
    private static final int LARGEST_WRITTEN_FIRST = 64 * 1024;

    private static final long HIGHEST_LATENCY_NANOS = 60_000_000_000L;

    private final InetSocketAddress server;
    private final Load load;
    private final Histogram latencies = new Histogram(HIGHEST_LATENCY_NANOS, 3);
    private long beginNanos;
    private long endNanos;

    /**
     * What the client does.
     *
     * @param connections how many connections at the same time
     * @param size bytes in a message
     * @param warmUp how long the client talks before it measures
     * @param length how long it measures
     * @param patience how long the server may take to accept a connection, or to send the next byte
     */
    public record Load(int connections, int size, Duration warmUp, Duration length, Duration patience) {}

    /**
     * The outcome of a run. Messages of the warm-up are not in it.
     *
     * @param messages how many messages came back unchanged
     * @param nanos how long it took, in nanoseconds
     * @param latencies the time from the first byte sent to the last byte received, in nanoseconds
     */
    public record Result(long messages, long nanos, Histogram latencies) {
        /** {@return messages per second} */
        public double messagesPerSecond() {
            return messages * 1e9 / Math.max(nanos, 1);
        }
    }

    /**
     * Prepares a run.
     *
     * @param server the address of the server
     * @param load what to do
     */
    public EchoClient(InetSocketAddress server, Load load) {
        this.server = server;
        this.load = load;
    }

    /**
     * Runs the client. Suspends until the time is up and the last message of each connection has come back.
     *
     * @return the outcome
     * @throws IOException if a connection fails or breaks, the server stays silent, or an answer is wrong
     */
    public Result run() throws IOException {
        beginNanos = System.nanoTime() + load.warmUp().toNanos();
        endNanos = beginNanos + load.length().toNanos();
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < load.connections(); i++) {
            int number = i;
            Task<?> task = createTask("connection " + i, () -> converse(number));
            task.whenDone(done -> {}); // all of them are awaited below, one by one
            tasks.add(task);
        }
        for (Task<?> task : tasks) {
            task.awaitThrowing(IOException.class);
        }
        return new Result(latencies.getTotalCount(), System.nanoTime() - beginNanos, latencies);
    }

    private void converse(int connection) throws IOException {
        var sent = new byte[load.size()];
        new Random(connection).nextBytes(sent);
        ByteBuffer reply = ByteBuffer.allocate(sent.length);
        try (TcpStream stream =
                TcpStream.connect(server, ConnectOptions.defaults().withTimeout(load.patience()))) {
            stream.setReadTimeout(load.patience());
            stream.setWriteTimeout(load.patience());
            int message = 0;
            do {
                long start = System.nanoTime();
                exchange(stream, ByteBuffer.wrap(sent), reply.clear());
                verify(connection, message, ByteBuffer.wrap(sent), reply.flip());
                if (start - beginNanos >= 0) {
                    latencies.recordValue(Math.min(System.nanoTime() - start, HIGHEST_LATENCY_NANOS));
                }
                message++;
            } while (System.nanoTime() - endNanos < 0);
        } catch (TimeoutException silent) {
            throw new IOException(
                    "the server has been silent on connection %d for %d ms; it is overloaded, or no echo server"
                            .formatted(connection, load.patience().toMillis()),
                    silent);
        }
    }

    private static void exchange(TcpStream stream, ByteBuffer message, ByteBuffer reply) throws IOException {
        if (message.remaining() <= LARGEST_WRITTEN_FIRST) {
            stream.write(message);
            stream.readExactly(reply);
        } else {
            Task<?> writer = createTask("writer", () -> stream.write(message));
            writer.whenDone(done -> {}); // awaited below
            stream.readExactly(reply);
            writer.await();
        }
    }

    private static void verify(int connection, int message, ByteBuffer sent, ByteBuffer received) throws IOException {
        int index = sent.mismatch(received);
        if (index >= 0) {
            throw new IOException("wrong echo on connection %d, message %d: byte %d is %d and was sent as %d"
                    .formatted(connection, message, index, received.get(index), sent.get(index)));
        }
    }
}
