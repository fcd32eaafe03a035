package io.gyre.net.tls;

import io.gyre.loop.Async;
import io.gyre.loop.Task;
import io.gyre.net.BufferedStream;
import io.gyre.net.ByteStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The encrypted bytes that come from the stream below. */
final class CipherInput {
    /*
     * Design.
     *
     * A stream of ours is waited for without a buffer and then asked for what has arrived; any other stream is peeked at,
     * and read while waiting. Between two calls only bytes that do not make a whole record are kept, in an array of their
     * size.
     *
     * Usually the reader waits. A writer waits too if it makes the handshake; the second of them waits for the first.
     */
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteStream below;
    private final @Nullable BufferedStream ours;
    private final RecordBuffers buffers = RecordBuffers.OF_LOOP.get();
    private final Changes changes = new Changes(new Arrived(this));
    private ByteBuffer rest = NOTHING;
    private @Nullable Task<?> awaiter;
    private boolean ended;

    CipherInput(ByteStream below) {
        this.below = below;
        this.ours = below instanceof BufferedStream buffered ? buffered : null;
    }

    /** {@return the bytes that have arrived, for reading} Call {@link #close} before suspending. */
    ByteBuffer open() {
        ByteBuffer bytes = buffers.take().put(rest).flip();
        rest = NOTHING;
        return bytes;
    }

    /** Keeps what is left. */
    void close(ByteBuffer bytes) {
        rest = bytes.hasRemaining() ? RecordBuffers.copy(bytes) : NOTHING;
        buffers.giveBack(bytes);
    }

    /** Adds what has arrived since, without waiting. {@return whether there was anything} */
    boolean fetch(ByteBuffer bytes) throws IOException {
        if (ended || ours == null || awaiter != null) {
            return false;
        }
        bytes.compact();
        try {
            int count = ours.tryRead(bytes);
            ended = count < 0;
            return count > 0;
        } finally {
            bytes.flip();
        }
    }

    /** Lets the next {@link #fetch} find what has arrived, even if the last one found nothing and nobody has waited since. */
    void look() {
        if (ours != null && awaiter == null) {
            ours.hasEnded(); // asks the system, and keeps what it gets
        }
    }

    /** Waits until more has probably arrived. <b>Cancellation:</b> takes nothing. */
    void await() throws IOException {
        if (ended) {
            return;
        }
        if (awaiter != null) {
            changes.await();
            return;
        }
        awaiter = Async.currentTask();
        try {
            if (ours != null) {
                ours.awaitReadable();
            } else {
                read();
            }
        } finally {
            awaiter = null;
            changes.signal();
        }
    }

    private void read() throws IOException {
        if (below.peek(1).length == 0) {
            ended = true;
            return;
        }
        ByteBuffer bytes = buffers.take().put(rest.duplicate());
        try {
            below.read(bytes);
            rest = RecordBuffers.copy(bytes.flip());
        } finally {
            buffers.giveBack(bytes);
        }
    }

    /** {@return whether the stream below has ended} */
    boolean isEnded() {
        return ended;
    }

    /** {@return whether the stream below has ended because this end, such as a draining server, ended its input} */
    boolean isEndedHere() {
        return ended && ours != null && ours.isInputEnded();
    }

    /** What the second waits for. */
    private record Arrived(CipherInput input) {
        @Override
        public String toString() {
            return "bytes of " + input.below + ", which another task waits for";
        }
    }
}
