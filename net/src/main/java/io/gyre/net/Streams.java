package io.gyre.net;

import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Functions on streams. */
public final class Streams {
    private Streams() {}

    /**
     * Copies all bytes of one stream to another until the first ends. Closes neither.
     *
     * <p><b>Suspends:</b> until the end. <b>Cancellation:</b> bytes read and not yet written are lost.
     * <b>Resources:</b> no buffer while nothing arrives; while the writer accepts nothing, the bytes already read, at
     * most 64 KiB.
     *
     * @param from the source
     * @param to the target
     * @return how many bytes were copied
     * @throws IOException if either stream breaks
     */
    public static long copy(ByteReader from, ByteWriter to) throws IOException {
        return new Copying(from, to).run();
    }

    /**
     * Connects two streams: bytes from each go to the other until both have ended. The end of one direction is passed
     * on, and the other direction continues. It also continues when a stream accepts no more bytes, so that an answer
     * sent before, such as "request too large", is still delivered. Closes neither stream.
     *
     * {@snippet :
     * TcpServer.serve(address, client -> {
     *     try (TcpStream server = TcpStream.connect(host, port)) {
     *         Streams.relay(client, server);
     *     }
     * });
     * }
     *
     * <p><b>Suspends:</b> until both directions have ended. <b>Cancellation:</b> ends both; bytes in flight are lost.
     * <b>Resources:</b> as {@link #copy}, for each direction.
     *
     * @param a one stream
     * @param b the other
     * @return how many bytes went each way
     * @throws IOException if a stream breaks: at once if it can no longer be read, otherwise when the other direction
     *     has ended
     */
    public static Relayed relay(ByteStream a, ByteStream b) throws IOException {
        try {
            return TaskGroup.<Relayed, IOException>call(group -> {
                var back = new OneWay(b, a);
                Task<Long> backwards = group.createTask("relay from " + b + " to " + a, back::passOn);
                var forth = new OneWay(a, b);
                var relayed = new Relayed(forth.passOn(), backwards.await());
                forth.throwFailure(back);
                return relayed;
            });
        } catch (TaskGroupException failure) {
            if (failure.getCause() instanceof IOException broken) {
                throw broken;
            }
            throw failure;
        }
    }

    /** One direction of a relay. */
    private static final class OneWay {
        private final ByteStream to;
        private final Copying copying;
        private @Nullable IOException failure;

        OneWay(ByteStream from, ByteStream to) {
            this.to = to;
            this.copying = new Copying(from, to);
        }

        /** Fails only if the stream that it reads is broken, which ends the other direction too. */
        long passOn() throws IOException {
            long total;
            try {
                total = copying.run();
            } catch (IOException broken) {
                if (!copying.hasWriterFailed()) {
                    throw broken;
                }
                failure = broken;
                return 0;
            }
            try {
                to.closeOutput();
            } catch (IOException broken) {
                failure = broken;
            }
            return total;
        }

        void throwFailure(OneWay other) throws IOException {
            if (failure != null) {
                if (other.failure != null) {
                    failure.addSuppressed(other.failure);
                }
                throw failure;
            }
            if (other.failure != null) {
                throw other.failure;
            }
        }
    }

    /**
     * How many bytes a relay passed on.
     *
     * @param forth from the first stream to the second
     * @param back from the second to the first
     */
    public record Relayed(long forth, long back) {}

    /**
     * {@return a stream that reads from one object and writes to another}
     *
     * <p>Closing it closes both. {@link ByteStream#closeOutput} ends the writer's output if the writer is a stream, and
     * otherwise closes the writer. {@link ByteStream#abort} aborts a part that is a stream; a task closes a part that
     * is not. {@link ByteStream#split} does the reverse.
     *
     * @param reader the source of reads
     * @param writer the target of writes
     * @see <a href="https://trio.readthedocs.io/en/stable/reference-io.html#trio.StapledStream">trio StapledStream</a>
     */
    public static ByteStream staple(ByteReader reader, ByteWriter writer) {
        return new StapledStream(reader, writer);
    }
}
