package io.gyre.net.testing;

import io.gyre.loop.Async;
import io.gyre.loop.TimerHandle;
import io.gyre.net.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream that passes everything on to another one, and makes one mistake.
 *
 * @param stream does what is right
 * @param fault the mistake
 * @param patience taken back when the stream is aborted, as each rule does in the end
 */
record BrokenStream(ByteStream stream, Fault fault, TimerHandle patience) implements ByteStream {
    /** Mistakes that one makes when one writes a stream. */
    enum Fault {
        NONE,

        /** Suspends between taking bytes and returning them. */
        LOSES_THE_BYTES_OF_A_CANCELLED_READ,

        /** Says of a cancelled write that all is on its way. */
        CLAIMS_TO_HAVE_SENT_IT_ALL,

        /** Leaves the position one byte behind. */
        LEAVES_A_SHORT_POSITION,

        /** Delivers what it has just delivered. */
        REPEATS_A_LINE,

        /** Closes in silence when it is aborted. */
        ABORTS_LIKE_A_CLOSE,

        /** Has a time-out and does not keep it. */
        IGNORES_THE_READ_TIMEOUT,

        /** Leaves a task behind. */
        LEAVES_A_TASK
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (fault != Fault.LOSES_THE_BYTES_OF_A_CANCELLED_READ) {
            return stream.read(buffer);
        }
        ByteBuffer own = ByteBuffer.allocate(buffer.remaining());
        int count = stream.read(own);
        Async.yieldNow();
        buffer.put(own.flip());
        return count;
    }

    @Override
    public void readExactly(ByteBuffer buffer) throws IOException {
        stream.readExactly(buffer);
    }

    @Override
    public byte[] readExactly(int length) throws IOException {
        return stream.readExactly(length);
    }

    @Override
    public byte[] readUntil(int maxBytes, byte[]... separators) throws IOException {
        return stream.readUntil(maxBytes, separators);
    }

    @Override
    public Optional<String> readLine(int maxBytes, Charset charset) throws IOException {
        if (fault == Fault.REPEATS_A_LINE && stream.peek(1).length == 1) {
            String line = new String(stream.peek(maxBytes), charset);
            return Optional.of(line.split("\r?\n", -1)[0]);
        }
        return stream.readLine(maxBytes, charset);
    }

    @Override
    public byte[] readAll(int maxBytes) throws IOException {
        return stream.readAll(maxBytes);
    }

    @Override
    public byte[] peek(int length) throws IOException {
        return stream.peek(length);
    }

    @Override
    public void setReadTimeout(@Nullable Duration limit) {
        boolean isIgnored = fault == Fault.IGNORES_THE_READ_TIMEOUT && limit != null && limit.isPositive();
        stream.setReadTimeout(isIgnored ? null : limit);
    }

    @Override
    public void write(ByteBuffer buffer) throws IOException {
        try {
            stream.write(buffer);
        } finally {
            if (fault == Fault.CLAIMS_TO_HAVE_SENT_IT_ALL) {
                buffer.position(buffer.limit());
            }
        }
        if (fault == Fault.LEAVES_A_SHORT_POSITION && buffer.position() > 0) {
            buffer.position(buffer.position() - 1);
        }
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        stream.write(buffers);
    }

    @Override
    public void writeBuffered(ByteBuffer buffer) throws IOException {
        stream.writeBuffered(buffer);
    }

    @Override
    public void flush() throws IOException {
        stream.flush();
    }

    @Override
    public void sendFile(FileChannel file, long position, long count) throws IOException {
        stream.sendFile(file, position, count);
    }

    @Override
    public void setWriteTimeout(@Nullable Duration limit) {
        stream.setWriteTimeout(limit);
    }

    @Override
    public void closeOutput() throws IOException {
        stream.closeOutput();
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    @Override
    public void abort() {
        patience.cancel();
        if (fault == Fault.ABORTS_LIKE_A_CLOSE) {
            closeInSilence();
            return;
        }
        if (fault == Fault.LEAVES_A_TASK) {
            Async.createTask("forgotten", () -> Async.sleep(Duration.ofDays(1)));
        }
        stream.abort();
    }

    private void closeInSilence() {
        try {
            Async.moveOnAfter(Duration.ZERO, stream::close);
        } catch (IOException broken) {
            stream.abort();
        }
    }

    @Override
    public boolean isOpen() {
        return stream.isOpen();
    }
}
