package io.gyre.net;

import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Functions over streams. */
public final class Streams {
    /** What one read takes: a socket buffer's worth. */
    private static final int COPY_BYTES = 64 * 1024;

    private Streams() {}

    /**
     * Copies what comes out of one stream into another, up to its end. Ends neither.
     *
     * <p><b>Suspends:</b> until the end. <b>Cancellation:</b> what was read and not yet written is lost. <b>Resources:</b> a direct
     * buffer of 64 KiB meanwhile.
     *
     * @param from where the bytes come from
     * @param to where they go
     * @return how many
     * @throws IOException if one of them breaks
     */
    public static long copy(ByteReader from, ByteWriter to) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
        long total = 0;
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer.clear())) {
            to.write(buffer.flip());
            total += count;
        }
        return total;
    }

    /**
     * Connects two streams with each other: what comes out of one goes into the other, in both directions, until both have
     * ended. An end is passed on as such, and the other direction goes on. Closes neither stream.
     *
     * {@snippet :
     * TcpServer.serve(address, client -> {
     *     try (TcpStream server = TcpStream.connect(host, port)) {
     *         Streams.relay(client, server);
     *     }
     * });
     * }
     *
     * <p><b>Suspends:</b> until both directions have ended. <b>Cancellation:</b> ends both; what is on its way is lost.
     * <b>Resources:</b> two direct buffers of 64 KiB meanwhile.
     *
     * @param a one stream
     * @param b the other
     * @return how many bytes went each way
     * @throws IOException if one of them breaks, which ends both directions
     */
    public static Relayed relay(ByteStream a, ByteStream b) throws IOException {
        try {
            return TaskGroup.<Relayed, IOException>call(group -> {
                Task<Long> back = group.createTask("relay from " + b + " to " + a, () -> passOn(b, a));
                long forth = passOn(a, b);
                return new Relayed(forth, back.await());
            });
        } catch (TaskGroupException failure) {
            if (failure.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw failure;
        }
    }

    private static long passOn(ByteStream from, ByteStream to) throws IOException {
        long total = copy(from, to);
        to.closeOutput();
        return total;
    }

    /**
     * How many bytes a relay has passed on.
     *
     * @param forth from the first stream to the second
     * @param back from the second to the first
     */
    public record Relayed(long forth, long back) {}

    /**
     * {@return a stream that reads from one thing and writes to another}
     *
     * <p>Closing it closes both; {@link ByteStream#closeOutput} ends the output of the writer if that is a stream itself, and closes
     * it if not. {@link ByteStream#abort} aborts a reader or writer that is a stream, and has a task close one that is not.
     * {@link ByteStream#split} is the other way round.
     *
     * @param reader for reading
     * @param writer for writing
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-io.html#trio.StapledStream">trio StapledStream</a>
     */
    public static ByteStream staple(ByteReader reader, ByteWriter writer) {
        return new StapledStream(reader, writer);
    }
}
