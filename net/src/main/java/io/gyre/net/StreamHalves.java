package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.BusyException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The two directions of a stream as separate objects, each for its own task.
 *
 * {@snippet :
 * var halves = stream.split();
 * createTask(() -> {
 *     try (var writer = halves.writer()) {
 *         send(writer);
 *     }
 * });
 * try (var reader = halves.reader()) {
 *     receive(reader);
 * }
 * }
 *
 * <p><b>Source:</b> tokio {@code into_split}.
 *
 * @param reader closing it ends reading
 * @param writer closing it ends the output, as {@link ByteStream#closeOutput} does; also in a cancelled task, but
 *     within 5 s. Bytes that cannot be sent by then are given up: the stream is aborted if the reader is closed, and
 *     otherwise closed with it
 */
public record StreamHalves(ByteReader reader, ByteWriter writer) {
    /** {@return the halves of a stream, linked: when both are closed, the stream is} */
    static StreamHalves of(ByteStream stream) {
        var link = new Link(stream);
        return new StreamHalves(new Reader(link), new Writer(link));
    }

    /** The state that both halves share. */
    private static final class Link {
        private final ByteStream stream;
        private boolean readerClosed;
        private boolean writerClosed;
        private boolean outputEnded;

        Link(ByteStream stream) {
            this.stream = stream;
        }

        ByteStream forReading() throws IOException {
            if (readerClosed) {
                throw new ClosedChannelException();
            }
            return stream;
        }

        ByteStream forWriting() throws IOException {
            if (writerClosed) {
                throw new ClosedChannelException();
            }
            return stream;
        }

        void closeReader() throws IOException {
            readerClosed = true;
            closeIfBothHaveEnded();
        }

        void closeWriter() throws IOException {
            if (writerClosed) {
                return;
            }
            writerClosed = true;
            try {
                // Like close: if a cancelled task did not end the output, the peer would wait forever.
                Async.shield(Wire.CLOSE_LIMIT, stream::closeOutput);
            } catch (BusyException notNow) {
                writerClosed = false;
                throw notNow;
            } catch (RuntimeException timeIsUp) {
                abortIfNobodyReads();
                throw timeIsUp;
            } finally {
                outputEnded = writerClosed;
                closeIfBothHaveEnded();
            }
        }

        /** Unsent bytes were given up; the peer must not take what it received for everything. */
        private void abortIfNobodyReads() {
            if (readerClosed) {
                stream.abort();
            }
        }

        /** Not while output is still being sent: closing the stream would truncate it. */
        private void closeIfBothHaveEnded() throws IOException {
            if (readerClosed && outputEnded) {
                stream.close();
            }
        }
    }

    private record Reader(Link link) implements ByteReader {
        @Override
        public int read(ByteBuffer buffer) throws IOException {
            return link.forReading().read(buffer);
        }

        @Override
        public void readExactly(ByteBuffer buffer) throws IOException {
            link.forReading().readExactly(buffer);
        }

        @Override
        public byte[] readExactly(int length) throws IOException {
            return link.forReading().readExactly(length);
        }

        @Override
        public byte[] readUntil(int maxBytes, byte[]... separators) throws IOException {
            return link.forReading().readUntil(maxBytes, separators);
        }

        @Override
        public Optional<String> readLine(int maxBytes, Charset charset) throws IOException {
            return link.forReading().readLine(maxBytes, charset);
        }

        @Override
        public byte[] readAll(int maxBytes) throws IOException {
            return link.forReading().readAll(maxBytes);
        }

        @Override
        public byte[] peek(int length) throws IOException {
            return link.forReading().peek(length);
        }

        @Override
        public void setReadTimeout(@Nullable Duration limit) {
            link.stream.setReadTimeout(limit);
        }

        @Override
        public void close() throws IOException {
            link.closeReader();
        }

        @Override
        public String toString() {
            return "the reader of " + link.stream;
        }
    }

    private record Writer(Link link) implements ByteWriter {
        @Override
        public void write(ByteBuffer buffer) throws IOException {
            link.forWriting().write(buffer);
        }

        @Override
        public void write(ByteBuffer... buffers) throws IOException {
            link.forWriting().write(buffers);
        }

        @Override
        public void writeBuffered(ByteBuffer buffer) throws IOException {
            link.forWriting().writeBuffered(buffer);
        }

        @Override
        public void flush() throws IOException {
            link.forWriting().flush();
        }

        @Override
        public void sendFile(FileChannel file, long position, long count) throws IOException {
            link.forWriting().sendFile(file, position, count);
        }

        @Override
        public void setWriteTimeout(@Nullable Duration limit) {
            link.stream.setWriteTimeout(limit);
        }

        @Override
        public void close() throws IOException {
            link.closeWriter();
        }

        @Override
        public String toString() {
            return "the writer of " + link.stream;
        }
    }
}
