package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stream over a connected {@link SocketChannel}: straight from the task to the channel and back. */
abstract class SocketStream implements ByteStream {
    /*
     * Design.
     *
     * No queue and no second task stand between the caller and the socket. An operation tries the channel first and waits
     * only when that gives nothing, except after a short read: fewer bytes than asked for mean that the socket is
     * probably empty now, so the next read waits for readiness at once instead of paying for a read that returns nothing.
     *
     * A heap buffer goes through a direct one of the loop's pool, taken and given back between two suspensions.
     *
     * What fails in the channel, and not because we closed it, is the peer's doing, and so is an end in the middle of a
     * message; it is remembered, so that whoever
     * owns the stream can tell a connection that broke from a handler that did.
     */
    private static final byte LF = '\n';
    private static final byte CR = '\r';

    private final SocketChannel channel;
    private final EventLoop loop;
    private final BufferPool pool;
    private final ReadAhead readAhead = new ReadAhead();
    private final Turn reading = new Turn(this, "reading");
    private final Turn writing = new Turn(this, "writing");
    private boolean probablyEmpty;
    private boolean outputClosed;
    private @Nullable IOException brokenBy;

    SocketStream(SocketChannel channel) {
        this.channel = channel;
        this.loop = EventLoop.current();
        this.pool = BufferPool.OF_LOOP.get();
    }

    final SocketChannel channel() {
        return channel;
    }

    /** {@return whether a failure is the connection's, and not that of the code that used it} */
    final boolean isBrokenBy(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause == brokenBy) {
                return true;
            }
        }
        return false;
    }

    // ---- reading

    @Override
    public final int read(ByteBuffer buffer) throws IOException {
        reading.begin(checkpoint());
        try {
            return readSome(buffer);
        } finally {
            reading.end();
        }
    }

    @Override
    public final void readExactly(ByteBuffer buffer) throws IOException {
        reading.begin(checkpoint());
        try {
            int start = buffer.position();
            while (buffer.hasRemaining()) {
                if (readSome(buffer) < 0) {
                    throw broken(new IncompleteReadException(this, buffer.position() - start, buffer.limit() - start));
                }
                if (buffer.hasRemaining()) {
                    LowLevel.checkpoint(); // not behind the last byte: what is complete is delivered
                }
            }
        } finally {
            reading.end();
        }
    }

    @Override
    public final byte[] readExactly(int length) throws IOException {
        var bytes = new byte[length];
        var buffer = ByteBuffer.wrap(bytes);
        try {
            readExactly(buffer);
        } catch (Throwable failure) {
            readAhead.prepend(bytes, buffer.position());
            throw failure;
        }
        return bytes;
    }

    @Override
    public final Optional<String> readLine(int maxBytes) throws IOException {
        reading.begin(checkpoint());
        try {
            int searched = 0;
            for (; ; ) {
                int end = indexOfLineFeed(searched);
                searched = readAhead.size();
                int length = end < 0 ? searched : withoutCarriageReturn(end);
                // A line that is one byte too long may still end in a carriage return.
                if (length > maxBytes && (end >= 0 || length > maxBytes + 1 || readAhead.at(maxBytes) != CR)) {
                    throw new LineTooLongException(this, maxBytes);
                }
                if (end >= 0) {
                    return Optional.of(takeLine(length, end + 1));
                }
                LowLevel.checkpoint();
                if (readMoreAhead() < 0) {
                    return lastLine(maxBytes);
                }
            }
        } finally {
            reading.end();
        }
    }

    private Optional<String> lastLine(int maxBytes) throws IOException {
        int length = readAhead.size();
        if (length > maxBytes) {
            throw new LineTooLongException(this, maxBytes);
        }
        return length == 0 ? Optional.empty() : Optional.of(takeLine(length, length));
    }

    private int indexOfLineFeed(int from) {
        for (int i = from; i < readAhead.size(); i++) {
            if (readAhead.at(i) == LF) {
                return i;
            }
        }
        return -1;
    }

    private int withoutCarriageReturn(int end) {
        return end > 0 && readAhead.at(end - 1) == CR ? end - 1 : end;
    }

    private String takeLine(int length, int lengthWithEnd) {
        String line = readAhead.text(length);
        readAhead.skip(lengthWithEnd);
        return line;
    }

    private int readMoreAhead() throws IOException {
        for (; ; ) {
            awaitReadableIfProbablyEmpty();
            ByteBuffer direct = pool.take();
            try {
                int count = receive(direct);
                if (count != 0) {
                    readAhead.append(direct.flip());
                    return count;
                }
            } finally {
                pool.giveBack(direct);
            }
        }
    }

    private int readSome(ByteBuffer buffer) throws IOException {
        if (!buffer.hasRemaining()) {
            return 0;
        }
        if (!readAhead.isEmpty()) {
            return readAhead.deliver(buffer);
        }
        for (; ; ) {
            awaitReadableIfProbablyEmpty();
            int count = buffer.isDirect() ? receive(buffer) : receiveThroughPool(buffer);
            if (count != 0) {
                return count;
            }
        }
    }

    private void awaitReadableIfProbablyEmpty() throws IOException {
        if (probablyEmpty) {
            LowLevel.awaitReadable(channel);
            probablyEmpty = false;
        }
    }

    private int receiveThroughPool(ByteBuffer heap) throws IOException {
        ByteBuffer direct = pool.take();
        try {
            direct.limit(Math.min(direct.capacity(), heap.remaining()));
            int count = receive(direct);
            heap.put(direct.flip());
            return count;
        } finally {
            pool.giveBack(direct);
        }
    }

    private int receive(ByteBuffer direct) throws IOException {
        int asked = direct.remaining();
        try {
            int count = channel.read(direct);
            probablyEmpty = count >= 0 && count < asked;
            return count;
        } catch (IOException failure) {
            throw broken(failure);
        }
    }

    // ---- writing

    @Override
    public final void write(ByteBuffer buffer) throws IOException {
        writing.begin(checkpoint());
        try {
            for (; ; ) {
                int asked = Math.min(buffer.remaining(), BufferPool.BUFFER_BYTES);
                int count = buffer.isDirect() ? send(buffer) : sendThroughPool(buffer);
                if (!buffer.hasRemaining()) {
                    return;
                }
                if (count < asked) {
                    LowLevel.awaitWritable(channel);
                } else {
                    LowLevel.checkpoint(); // a peer that is as fast as we are must not keep the others waiting
                }
            }
        } finally {
            writing.end();
        }
    }

    private int sendThroughPool(ByteBuffer heap) throws IOException {
        ByteBuffer direct = pool.take();
        try {
            int asked = Math.min(direct.capacity(), heap.remaining());
            direct.put(0, heap, heap.position(), asked).limit(asked);
            int count = send(direct);
            heap.position(heap.position() + count);
            return count;
        } finally {
            pool.giveBack(direct);
        }
    }

    private int send(ByteBuffer direct) throws IOException {
        try {
            return channel.write(direct);
        } catch (IOException failure) {
            throw broken(failure);
        }
    }

    @Override
    public final void closeOutput() throws IOException {
        if (writing.isTaken()) {
            writing.begin(Async.currentTask());
        }
        if (!outputClosed) {
            outputClosed = true;
            try {
                channel.shutdownOutput();
            } catch (IOException failure) {
                throw broken(failure);
            }
        }
    }

    // ---- ending

    @Override
    public final void close() throws IOException {
        LowLevel.close(channel);
    }

    @Override
    public final void abort() {
        try {
            if (channel.isOpen()) {
                // The system answers a close with this setting by a reset instead of the orderly end.
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            LowLevel.close(channel);
        } catch (IOException alreadyBroken) {
            brokenBy = alreadyBroken;
        }
    }

    private Task<?> checkpoint() {
        Task<?> task = LowLevel.checkpoint();
        if (task.loop() != loop) {
            throw new IllegalStateException(task + " of " + task.loop() + " cannot use " + this + ", which belongs to "
                    + loop + ". A stream stays on the loop that made it.");
        }
        return task;
    }

    private <X extends IOException> X broken(X failure) {
        if (!(failure instanceof ClosedChannelException)) {
            brokenBy = failure;
        }
        return failure;
    }
}
