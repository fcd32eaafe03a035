package io.gyre.examples.echo;

import static io.gyre.loop.Async.createTask;

import io.gyre.loop.Task;
import io.gyre.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.HdrHistogram.Histogram;

/**
 * Loads an echo server and verifies every byte of its answers.
 *
 * <p>What this example shows: the connections are tasks that share one histogram and one counter without a lock,
 * because tasks of one loop never run at the same time.
 */
public final class EchoClient {
    /** A separate task writes larger messages, so that both ends can send at the same time. */
    private static final int LARGEST_WRITTEN_FIRST = 64 * 1024;

    private static final long HIGHEST_LATENCY_NANOS = 60_000_000_000L;

    private final String host;
    private final int port;
    private final int connections;
    private final int messages;
    private final int size;
    private final Histogram latencies = new Histogram(HIGHEST_LATENCY_NANOS, 3);

    /** Told of each message that came back. */
    @FunctionalInterface
    public interface Progress {
        /** One more message has come back. */
        void step();
    }

    /**
     * The outcome of a run.
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
     * @param host the address of the server
     * @param port the address of the server
     * @param connections how many connections at the same time
     * @param messages how many messages on each connection, one after the other
     * @param size bytes in a message
     */
    public EchoClient(String host, int port, int connections, int messages, int size) {
        this.host = host;
        this.port = port;
        this.connections = connections;
        this.messages = messages;
        this.size = size;
    }

    /**
     * Runs the client. Suspends until all messages have come back.
     *
     * @param progress told of each message
     * @return the outcome
     * @throws IOException if a connection fails or breaks, or an answer is wrong
     */
    public Result run(Progress progress) throws IOException {
        long start = System.nanoTime();
        List<Task<?>> tasks = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int number = i;
            Task<?> task = createTask("connection " + i, () -> converse(number, progress));
            task.whenDone(done -> {}); // all of them are awaited below, one by one
            tasks.add(task);
        }
        try {
            tasks.forEach(Task::await);
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw failed;
        }
        return new Result((long) connections * messages, System.nanoTime() - start, latencies);
    }

    private void converse(int number, Progress progress) throws IOException {
        var sent = new byte[size];
        new Random(number).nextBytes(sent);
        ByteBuffer reply = ByteBuffer.allocate(size);
        try (TcpStream stream = TcpStream.connect(host, port)) {
            for (int i = 0; i < messages; i++) {
                long start = System.nanoTime();
                exchange(stream, ByteBuffer.wrap(sent), reply.clear());
                latencies.recordValue(Math.min(System.nanoTime() - start, HIGHEST_LATENCY_NANOS));
                verify(number, i, ByteBuffer.wrap(sent), reply.flip());
                progress.step();
            }
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
