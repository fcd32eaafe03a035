package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stream made of a separate reader and writer. */
final class StapledStream implements ByteStream {
    private final ByteReader reader;
    private final ByteWriter writer;
    private boolean closed;

    StapledStream(ByteReader reader, ByteWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        return reader.read(buffer);
    }

    @Override
    public void readExactly(ByteBuffer buffer) throws IOException {
        reader.readExactly(buffer);
    }

    @Override
    public byte[] readExactly(int length) throws IOException {
        return reader.readExactly(length);
    }

    @Override
    public byte[] readUntil(int maxBytes, byte[]... separators) throws IOException {
        return reader.readUntil(maxBytes, separators);
    }

    @Override
    public Optional<String> readLine(int maxBytes, Charset charset) throws IOException {
        return reader.readLine(maxBytes, charset);
    }

    @Override
    public byte[] readAll(int maxBytes) throws IOException {
        return reader.readAll(maxBytes);
    }

    @Override
    public byte[] peek(int length) throws IOException {
        return reader.peek(length);
    }

    @Override
    public void setReadTimeout(@Nullable Duration limit) {
        reader.setReadTimeout(limit);
    }

    @Override
    public StreamStatistics statistics() {
        if (reader instanceof ByteStream in && writer instanceof ByteStream out) {
            StreamStatistics received = in.statistics();
            StreamStatistics sent = out.statistics();
            return new StreamStatistics(
                    received.bytesReceived(), sent.bytesSent(), received.bytesAhead(), sent.bytesBehind());
        }
        return ByteStream.super.statistics();
    }

    @Override
    public void setWireLog(@Nullable WireLog log) {
        if (reader instanceof ByteStream in && writer instanceof ByteStream out) {
            in.setWireLog(log);
            out.setWireLog(log);
        } else {
            ByteStream.super.setWireLog(log);
        }
    }

    @Override
    public void write(ByteBuffer buffer) throws IOException {
        writer.write(buffer);
    }

    @Override
    public void write(ByteBuffer... buffers) throws IOException {
        writer.write(buffers);
    }

    @Override
    public void writeBuffered(ByteBuffer buffer) throws IOException {
        writer.writeBuffered(buffer);
    }

    @Override
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public void sendFile(FileChannel file, long position, long count) throws IOException {
        writer.sendFile(file, position, count);
    }

    @Override
    public void setWriteTimeout(@Nullable Duration limit) {
        writer.setWriteTimeout(limit);
    }

    @Override
    public void closeOutput() throws IOException {
        LowLevel.checkpoint();
        if (closed) {
            throw new ClosedChannelException();
        }
        if (writer instanceof ByteStream stream) {
            stream.closeOutput();
        } else {
            writer.close();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try (reader) {
            writer.close();
        }
    }

    @Override
    public void abort() {
        closed = true;
        abort(writer);
        abort(reader);
    }

    /** A half that is not a stream can only be closed, which may suspend; abort must not. */
    private static void abort(AutoCloseable half) {
        if (half instanceof ByteStream stream) {
            stream.abort();
        } else {
            LowLevel.createTask("close of " + LowLevel.describe(half), half, () -> closeInSilence(half));
        }
    }

    private static @Nullable Void closeInSilence(AutoCloseable half) {
        try {
            half.close();
        } catch (Exception alreadyBroken) {
            // expected
        }
        return null;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public String toString() {
        return "a stream that reads from " + reader + " and writes to " + writer;
    }
}
