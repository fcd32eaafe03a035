package io.gyre.net;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.spi.ChannelOwner;
import io.gyre.net.PeerFailures.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The reading side of a stream: all read methods, on bytes already received and on the {@link Wire}. */
final class WireReader extends ReadAhead implements ChannelOwner {
    /*
     * Design.
     *
     * Straight through: no queue and no second task stand between the caller and the transport. A read tries first, and
     * waits only if that gives nothing. The exception follows a short read: fewer bytes than asked for mean that
     * probably none are left, so the next read waits first instead of paying for a call that returns nothing.
     *
     * `read` and `readExactly` into a buffer receive into that buffer. The other methods look for an end (of a line, of
     * a message), so they receive into a buffer of the loop's pool and collect the bytes here.
     */

    /** The initial size of an array whose length the peer may have chosen. */
    private static final int FIRST_BYTES = 64 * 1024;

    private static final byte LF = '\n';
    private static final byte CR = '\r';

    private final Wire wire;
    private boolean probablyEmpty;
    private boolean ended;

    /** A failure found by {@link #hasEnded}, kept for the next read: a transport may report it only once. */
    private @Nullable IOException seenFailure;

    WireReader(Wire wire) {
        this.wire = wire;
    }

    // ---- for dumps, of the whole stream: any thread

    @Override
    public String description() {
        return wire.toString();
    }

    @Override
    public long unreadBytes() {
        return size();
    }

    @Override
    public long unsentBytes() {
        return wire.unsent();
    }

    // ---- into a buffer

    int read(ByteBuffer buffer) throws IOException {
        Counts.writable(buffer);
        beginTurn(wire.checkpoint());
        try {
            return readSome(buffer);
        } finally {
            endTurn();
        }
    }

    void readExactly(ByteBuffer buffer) throws IOException {
        Counts.writable(buffer);
        beginTurn(wire.checkpoint());
        try {
            int start = buffer.position();
            while (buffer.hasRemaining()) {
                if (readSome(buffer) < 0) {
                    throw incomplete(buffer.position() - start, buffer.limit() - start);
                }
                if (buffer.hasRemaining()) {
                    LowLevel.checkpoint(); // not after the last byte: a complete read is delivered
                }
            }
        } finally {
            endTurn();
        }
    }

    byte[] readExactly(int length) throws IOException {
        Counts.bytes("length", length);
        beginTurn(wire.checkpoint());
        try {
            return readGrowing(length);
        } finally {
            endTurn();
        }
    }

    /** The peer may have chosen the length: memory grows with the bytes received, not with the announced length. */
    private byte[] readGrowing(int length) throws IOException {
        var bytes = new byte[Math.min(length, Math.max(FIRST_BYTES, size()))];
        int count = 0;
        try {
            while (count < length) {
                if (count == bytes.length) {
                    bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * count));
                }
                int more = readSome(ByteBuffer.wrap(bytes, count, bytes.length - count));
                if (more < 0) {
                    throw incomplete(count, length);
                }
                count += more;
                if (count < length) {
                    LowLevel.checkpoint(); // not after the last byte: a complete read is delivered
                }
            }
        } catch (Throwable failure) {
            if (count > 0) {
                prepend(bytes, count);
            }
            throw failure;
        }
        return bytes;
    }

    /** Reads available bytes without waiting. {@return how many; 0 if nothing has arrived, -1 at the end} */
    int readAvailable(Task<?> task, ByteBuffer buffer) throws IOException {
        beginTurn(wire.requireLoop(task));
        try {
            if (!isEmpty()) {
                return deliver(buffer);
            }
            int count = isWorthAWait() ? 0 : receive(buffer);
            return count == 0 && ended ? -1 : count;
        } finally {
            endTurn();
        }
    }

    /** Waits until more bytes have probably arrived. */
    void awaitMore() throws IOException {
        beginTurn(wire.checkpoint());
        try {
            if (isEmpty()) {
                awaitIfProbablyEmpty();
            }
        } finally {
            endTurn();
        }
    }

    // ---- up to an end

    byte[] readUntil(int maxBytes, byte[]... separators) throws IOException {
        Counts.bytes("maxBytes", maxBytes);
        var search = new SeparatorSearch(this, separators);
        beginTurn(wire.checkpoint());
        try {
            while (!search.found()) {
                if (size() - search.longestSeparator() >= maxBytes) {
                    throw tooLarge("no separator, and more than " + maxBytes + " bytes");
                }
                LowLevel.checkpoint();
                if (readMoreAhead() < 0) {
                    throw wire.broken(new IncompleteReadException(wire, size(), search.describe()));
                }
            }
            if (search.start() > maxBytes) {
                throw tooLarge("more than " + maxBytes + " bytes before a separator");
            }
            return take(search.end());
        } finally {
            endTurn();
        }
    }

    Optional<String> readLine(int maxBytes, Charset charset) throws IOException {
        Counts.bytes("maxBytes", maxBytes);
        beginTurn(wire.checkpoint());
        try {
            int searched = 0;
            for (; ; ) {
                int end = indexOf(LF, searched);
                searched = size();
                int length = end < 0 ? searched : withoutCarriageReturn(end);
                // A line one byte too long may still end in a carriage return.
                if (length > maxBytes && (end >= 0 || length > maxBytes + 1 || at(maxBytes) != CR)) {
                    throw tooLarge("a line of more than " + maxBytes + " bytes");
                }
                if (end >= 0) {
                    return Optional.of(takeLine(length, end + 1, charset));
                }
                LowLevel.checkpoint();
                if (readMoreAhead() < 0) {
                    return lastLine(maxBytes, charset);
                }
            }
        } finally {
            endTurn();
        }
    }

    private Optional<String> lastLine(int maxBytes, Charset charset) throws IOException {
        int length = size();
        if (length > maxBytes) {
            throw tooLarge("a line of more than " + maxBytes + " bytes");
        }
        return length == 0 ? Optional.empty() : Optional.of(takeLine(length, length, charset));
    }

    private int withoutCarriageReturn(int end) {
        return end > 0 && at(end - 1) == CR ? end - 1 : end;
    }

    private String takeLine(int length, int lengthWithEnd, Charset charset) {
        String line = text(length, charset);
        skip(lengthWithEnd);
        return line;
    }

    byte[] readAll(int maxBytes) throws IOException {
        Counts.bytes("maxBytes", maxBytes);
        beginTurn(wire.checkpoint());
        try {
            do {
                if (size() > maxBytes) {
                    throw tooLarge("more than " + maxBytes + " bytes in all");
                }
                LowLevel.checkpoint();
            } while (readMoreAhead() >= 0);
            return take(size());
        } finally {
            endTurn();
        }
    }

    byte[] peek(int length) throws IOException {
        Counts.bytes("length", length);
        beginTurn(wire.checkpoint());
        try {
            while (size() < length) {
                LowLevel.checkpoint();
                if (readMoreAhead() < 0) {
                    break;
                }
            }
            return copy(Math.min(length, size()));
        } finally {
            endTurn();
        }
    }

    private IncompleteReadException incomplete(int received, int expected) {
        return wire.broken(new IncompleteReadException(wire, received, expected));
    }

    private LimitExceededException tooLarge(String what) {
        return wire.note(new LimitExceededException(wire, what), Kind.TOO_LARGE);
    }

    // ---- from the wire

    /** {@return how many bytes were read, at least one unless the buffer is full; -1 at the end} */
    private int readSome(ByteBuffer buffer) throws IOException {
        if (!buffer.hasRemaining()) {
            return 0;
        }
        if (!isEmpty()) {
            return deliver(buffer);
        }
        for (; ; ) {
            awaitIfProbablyEmpty();
            int count = receive(buffer);
            if (count != 0 || ended) {
                return count == 0 ? -1 : count;
            }
        }
    }

    /** {@return how many bytes were added to those read ahead, at least one; -1 at the end} */
    private int readMoreAhead() throws IOException {
        for (; ; ) {
            awaitIfProbablyEmpty();
            ByteBuffer direct = wire.pool.take();
            try {
                int count = receive(direct);
                append(direct.flip());
                if (count != 0 || ended) {
                    return count == 0 ? -1 : count;
                }
            } finally {
                wire.pool.giveBack(direct);
            }
        }
    }

    private void awaitIfProbablyEmpty() throws IOException {
        if (isWorthAWait()) {
            wire.awaitReceivableLimited();
            probablyEmpty = false;
        }
    }

    /** A closed stream wakes no waiter; receiving reports that it is closed. */
    private boolean isWorthAWait() {
        return probablyEmpty && !ended && !wire.isClosed();
    }

    private int receive(ByteBuffer target) throws IOException {
        if (seenFailure != null) {
            throw seenFailure;
        }
        int asked = target.remaining();
        int count = wire.receiveCounted(target);
        probablyEmpty = count >= 0 && count < asked;
        return count;
    }

    // ---- the end

    /** {@return whether the peer has ended or broken the connection, as far as this end knows} Keeps received bytes. */
    boolean hasEnded() {
        if (wire.isClosed() || ended || seenFailure != null) {
            return true;
        }
        if (isTaken() || !isEmpty()) {
            return false;
        }
        ByteBuffer direct = wire.pool.take();
        try {
            int count = receive(direct);
            append(direct.flip());
            return count < 0;
        } catch (IOException failure) {
            seenFailure = failure;
            return true;
        } finally {
            wire.pool.giveBack(direct);
        }
    }

    /** Makes reads return the end of the stream once they have delivered what has arrived. */
    void end() {
        ended = true;
        wire.wakeReceiver();
    }

    /** {@return whether {@link #end} was called} */
    boolean isEndedHere() {
        return ended;
    }

    @Override
    public String toString() {
        return "the reading side of " + wire;
    }
}
