package io.gyre.net;

import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Functions over streams. */
public final class Streams {
    private Streams() {}

    /**
     * Copies what comes out of one stream into another, up to its end. Ends neither.
     *
     * <p><b>Suspends:</b> until the end. <b>Cancellation:</b> what was read and not yet written is lost. <b>Resources:</b> no buffer
     * while nothing comes; while the writer takes nothing, what was read before, at most 64 KiB.
     *
     * @param from where the bytes come from
     * @param to where they go
     * @return how many
     * @throws IOException if one of them breaks
     */
    public static long copy(ByteReader from, ByteWriter to) throws IOException {
        return new Copying(from, to).run();
    }

    /**
     * Connects two streams with each other: what comes out of one goes into the other, in both directions, until both have
     * ended. An end is passed on as such, and the other direction goes on. So does the other direction when a stream takes no
     * more: what it has answered before, such as that a request is too large, is still brought. Closes neither stream.
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
     * <b>Resources:</b> as {@link #copy} for each direction.
     *
     * @param a one stream
     * @param b the other
     * @return how many bytes went each way
     * @throws IOException if one of them breaks: at once if nothing can be read from it any more, and else when the other
     *     direction has come to its end
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

        /** Ends by a failure only if the stream that it reads is broken, which ends the other direction, too. */
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
