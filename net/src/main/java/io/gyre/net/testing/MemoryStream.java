package io.gyre.net.testing;

import io.gyre.loop.LoopLocal;
import io.gyre.net.BufferedStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/**
 * One end of a connection in memory, for tests without a socket: it depends neither on the system nor on time.
 *
 * {@snippet :
 * var pair = MemoryStream.pair();
 * Task<?> server = createTask(() -> serve(pair.right()));
 * pair.left().write(REQUEST);
 * assertThat(pair.left().readLine(100)).contains("200 OK");
 * }
 *
 * <p>It behaves like a socket: an end arrives after the bytes written before it. {@link #close} leaves written bytes
 * readable. {@link #abort} drops them and makes the peer's calls fail, as does writing to a peer that has closed.
 * Unlike TCP, closing with unread bytes does not reset the connection.
 *
 * <p>It is not an {@link io.gyre.loop.spi.OutsideWait}: a virtual clock jumps while its ends wait for each other.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that created the pair, for both ends.
 *
 * <p><b>Source:</b> trio {@code memory_stream_pair} and {@code lockstep_stream_pair}.
 */
public final class MemoryStream extends BufferedStream {
    /** About as much as a socket buffers before its peer must read. */
    private static final int DEFAULT_CAPACITY_BYTES = 64 * 1024;

    private static final LoopLocal<int[]> PAIRS = LoopLocal.withInitial(() -> new int[1]);

    private final String name;
    private final MemoryPipe in;
    private final MemoryPipe out;
    private boolean outputEnded;
    private boolean closed;

    private MemoryStream(String name, MemoryPipe in, MemoryPipe out) {
        this.name = name;
        this.in = in;
        this.out = out;
    }

    /** {@return two connected streams; each accepts 64 KiB before its peer must read} */
    public static StreamPair<MemoryStream> pair() {
        return pair(DEFAULT_CAPACITY_BYTES);
    }

    /**
     * {@return two connected streams with a given capacity}
     *
     * @param capacityBytes how many bytes each accepts before its peer must read, 1 or more
     */
    public static StreamPair<MemoryStream> pair(int capacityBytes) {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException("a capacity of " + capacityBytes
                    + " bytes; it must be 1 or more. For no room at all there is lockstepPair().");
        }
        return connected(MemoryPipe.ofCapacity(capacityBytes), MemoryPipe.ofCapacity(capacityBytes));
    }

    /**
     * {@return two connected streams without a buffer between them}
     *
     * <p>Bytes go straight from a write to a read: a write returns when reads have taken all of its bytes. After a
     * cancelled write the buffer's position says how many were taken. Bytes collected by {@link #writeBuffered} are
     * sent in the background, as always.
     */
    public static StreamPair<MemoryStream> lockstepPair() {
        return connected(MemoryPipe.lockstep(), MemoryPipe.lockstep());
    }

    private static StreamPair<MemoryStream> connected(MemoryPipe forth, MemoryPipe back) {
        int number = ++PAIRS.get()[0];
        String left = "MemoryStream[left of pair " + number + "]";
        String right = "MemoryStream[right of pair " + number + "]";
        forth.connect(left, right);
        back.connect(right, left);
        return new StreamPair<>(new MemoryStream(left, back, forth), new MemoryStream(right, forth, back));
    }

    @Override
    protected int receive(ByteBuffer target) throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        return in.receive(target);
    }

    @Override
    protected void awaitReceivable() throws IOException {
        in.awaitReceivable();
        throwIfClosedMeanwhile();
    }

    @Override
    protected void wakeReceiver() {
        in.wakeReceiver();
    }

    @Override
    protected int send(ByteBuffer source) throws IOException {
        if (closed || outputEnded) {
            throw new ClosedChannelException();
        }
        return out.send(source);
    }

    @Override
    protected void awaitSendable() throws IOException {
        out.awaitSendable();
        throwIfClosedMeanwhile();
    }

    private void throwIfClosedMeanwhile() throws IOException {
        if (closed) {
            throw new AsynchronousCloseException();
        }
    }

    @Override
    protected void endOutput() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        outputEnded = true;
        out.end();
    }

    @Override
    protected void closeTransport() {
        if (!closed) {
            closed = true;
            out.end();
            in.refuse();
        }
    }

    @Override
    protected void abortTransport() {
        if (!closed) {
            closed = true;
            out.reset();
            in.reset();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
