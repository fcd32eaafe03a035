package io.gyre.net;

import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
import io.gyre.net.PeerFailures.Kind;
import java.io.IOException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** A stream over a connected {@link SocketChannel}: straight from the task to the channel and back. */
public abstract sealed class SocketStream extends BufferedStream permits TcpStream, UnixStream {
    /*
     * Design.
     *
     * A heap buffer goes through a direct buffer of the loop's pool, which is taken and returned between two
     * suspensions. Several buffers are sent as they are if all are direct; otherwise they are gathered in a pooled
     * buffer.
     */
    private static volatile @Nullable SocketChannel closedChannel;

    private SocketChannel channel;
    private @Nullable Unclosed unclosed;
    private @Nullable Detached detached;

    SocketStream(SocketChannel channel) {
        this.channel = channel;
    }

    /** For a stream that its user must close: closes it eventually, with a warning, if the user does not. */
    final void closeWithLoop() {
        unclosed = Unclosed.watch(this, channel);
    }

    final SocketChannel channel() {
        return channel;
    }

    // ---- receiving

    @Override
    protected final int receive(ByteBuffer target) throws IOException {
        if (target.isDirect()) {
            return channel.read(target);
        }
        ByteBuffer direct = pool.take();
        try {
            direct.limit(Math.min(direct.capacity(), target.remaining()));
            int count = channel.read(direct);
            target.put(direct.flip());
            return count;
        } finally {
            pool.giveBack(direct);
        }
    }

    @Override
    protected final void awaitReceivable() throws IOException {
        LowLevel.awaitReadable(channel, inDumps());
    }

    @Override
    protected final void wakeReceiver() {
        if (detached == null) {
            LowLevel.wakeReader(channel);
        } else {
            detached.tellInputEnded();
        }
    }

    // ---- sending

    @Override
    protected final int send(ByteBuffer source) throws IOException {
        if (source.isDirect()) {
            return channel.write(source);
        }
        ByteBuffer direct = pool.take();
        try {
            int length = Math.min(direct.capacity(), source.remaining());
            direct.put(0, source, source.position(), length).limit(length);
            int count = channel.write(direct);
            source.position(source.position() + count);
            return count;
        } finally {
            pool.giveBack(direct);
        }
    }

    @Override
    protected final long send(ByteBuffer[] sources, int first) throws IOException {
        for (int i = first; i < sources.length; i++) {
            if (!sources[i].isDirect()) {
                return sendGathered(sources, first);
            }
        }
        return channel.write(sources, first, sources.length - first);
    }

    private int sendGathered(ByteBuffer[] sources, int first) throws IOException {
        ByteBuffer direct = pool.take();
        try {
            for (int i = first; i < sources.length && direct.hasRemaining(); i++) {
                ByteBuffer source = sources[i];
                int length = Math.min(source.remaining(), direct.remaining());
                direct.put(direct.position(), source, source.position(), length).position(direct.position() + length);
            }
            int count = channel.write(direct.flip());
            int left = count;
            for (int i = first; left > 0; i++) {
                int length = Math.min(left, sources[i].remaining());
                sources[i].position(sources[i].position() + length);
                left -= length;
            }
            return count;
        } finally {
            pool.giveBack(direct);
        }
    }

    @Override
    protected final void awaitSendable() throws IOException {
        LowLevel.awaitWritable(channel, inDumps());
    }

    @Override
    protected final long sendPortion(FileChannel file, long position, long count) throws IOException {
        for (; ; ) {
            long sent;
            try {
                sent = FilePortions.transfer(file, position, count, channel);
            } catch (ClosedChannelException closed) {
                throw closed;
            } catch (IOException failure) {
                throw file.isOpen() ? broken(failure) : failure;
            }
            if (sent > 0) {
                countSent(sent);
                return sent;
            }
            if (sent < 0) {
                return -1;
            }
            awaitSendableLimited();
        }
    }

    // ---- ending

    @Override
    protected final void endOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    protected final void closeTransport() throws IOException {
        end(LowLevel::close);
    }

    private interface Closing {
        void close(SelectableChannel channel) throws IOException;
    }

    private void end(Closing closing) throws IOException {
        transportCloses();
        try {
            closing.close(channel);
        } finally {
            if (unclosed != null) {
                unclosed.closed();
            }
        }
        if (loop.inLoop()) {
            FreedDescriptors.OF_LOOP.get().one();
        }
    }

    /** Called before the channel closes, for queries that are impossible afterwards. */
    void transportCloses() {}

    @Override
    protected final void abortTransport() {
        try {
            if (channel.isOpen()) {
                SocketOptions.resetOnClose(channel);
            }
            end(LowLevel::closeNow);
        } catch (IOException alreadyBroken) {
            broken(alreadyBroken);
        }
    }

    /**
     * Gives the connection away, to code that reads and writes the channel itself: the reverse of {@code of(channel)}. What
     * was written is sent first. Afterwards this stream is closed, and the connection is open. A server that made the
     * stream still counts the connection until its handler returns.
     *
     * <p><b>Suspends:</b> until buffered writes are sent. <b>Cancellation:</b> leaves the stream as it is.
     * <b>Resources:</b> the channel is the caller's from now on.
     *
     * @return the channel, and the bytes that this stream has received but not delivered
     * @throws ClosedChannelException if the stream is closed
     * @throws io.gyre.loop.BusyException if another task reads or writes the stream
     * @throws IOException if the connection is broken
     */
    public final Detached detach() throws IOException {
        SocketChannel none = closedChannel(); // first: the system may refuse it
        ByteBuffer unread = ByteBuffer.wrap(leaveTransport());
        transportCloses();
        if (unclosed != null) {
            unclosed.givenAway();
        }
        var given = new Detached(this, channel, unread);
        detached = given;
        channel = none; // what this stream does from now on fails as with a closed channel
        return given;
    }

    /** {@return a channel that is closed, the same each time} */
    private static SocketChannel closedChannel() throws IOException {
        SocketChannel known = closedChannel;
        if (known == null) { // two threads may make one each, which does no harm
            known = SocketChannel.open();
            known.close();
            closedChannel = known;
        }
        return known;
    }

    /**
     * A connection that its stream has given away, and what its new owner and the server of the stream tell each other.
     *
     * <p><b>Confinement:</b> the loop of the stream. <b>Suspends:</b> no.
     */
    public static final class Detached {
        private final SocketStream stream;
        private final SocketChannel channel;
        private final ByteBuffer unread;
        private @Nullable Runnable whenInputEnds;

        private Detached(SocketStream stream, SocketChannel channel, ByteBuffer unread) {
            this.stream = stream;
            this.channel = channel;
            this.unread = unread;
        }

        /** {@return the channel, in non-blocking mode} */
        public SocketChannel channel() {
            return channel;
        }

        /** {@return whether a server has accepted it} */
        public boolean isAccepted() {
            return stream.isServed();
        }

        /** {@return what its stream has received but not delivered: comes before what the channel delivers} */
        public ByteBuffer unread() {
            return unread;
        }

        /**
         * Sets what is called when this end ends the input, as a {@linkplain StreamServer#drain draining} server does:
         * reads shall deliver what has arrived and then the end, whatever the peer still sends. Called at once if it has.
         *
         * @param callback wakes a reader; replaces an earlier one
         */
        public void whenInputEnds(Runnable callback) {
            whenInputEnds = callback;
            if (stream.isInputEnded()) {
                callback.run();
            }
        }

        private void tellInputEnded() {
            if (whenInputEnds != null) {
                whenInputEnds.run();
            }
        }

        /**
         * Records that a failure is the peer's doing: a server counts it, and does not report that its handler has
         * failed. A {@link CancelledException} of a wait for the peer is recorded in case a time-out is made of it.
         *
         * @param <X> the type of the failure
         * @param failure the failure
         * @return the failure
         */
        public <X extends Exception> X byPeer(X failure) {
            return stream.note(
                    failure,
                    switch (failure) {
                        case CancelledException _, SocketTimeoutException _ -> Kind.TIMED_OUT;
                        case SSLHandshakeException _ -> Kind.HANDSHAKE;
                        default -> Kind.BROKEN;
                    });
        }

        @Override
        public String toString() {
            return "connection of " + stream;
        }
    }

    // ---- options

    /**
     * Sets an option of the socket.
     *
     * @param <V> the option's type
     * @param option one of {@link StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @param value the value
     * @throws IllegalArgumentException for SO_LINGER with more than 0 seconds, which would block the loop
     * @throws IOException if the stream is closed or the system refuses
     */
    public final <V> void setOption(SocketOption<V> option, V value) throws IOException {
        checkLoop();
        SocketOptions.requireNoWait(option, value);
        channel.setOption(option, value);
    }

    /**
     * {@return an option of the socket}
     *
     * @param <V> the option's type
     * @param option one of {@link StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @throws IOException if the stream is closed or the system refuses
     */
    public final <V> V option(SocketOption<V> option) throws IOException {
        return channel.getOption(option);
    }
}
