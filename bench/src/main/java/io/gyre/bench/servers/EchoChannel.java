package io.gyre.bench.servers;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A connection that has no task: it reads into a buffer that all share, and keeps only what the socket did not take.
 *
 * <p>It is not read from while something is left to write, so a peer that does not read is not served for ever.
 */
class EchoChannel {
    /** What a connection waits for. */
    enum Next {
        READ,
        WRITE,
        NOTHING
    }

    private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

    private final SocketChannel channel;
    private ByteBuffer rest = NONE;

    EchoChannel(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    final SocketChannel channel() {
        return channel;
    }

    /** Reads once and writes once. */
    Next echo(ByteBuffer shared) {
        try {
            return channel.read(shared.clear()) < 0 ? Next.NOTHING : write(shared.flip());
        } catch (IOException broken) {
            return Next.NOTHING;
        }
    }

    Next writeRest() {
        try {
            channel.write(rest);
            return rest.hasRemaining() ? Next.WRITE : whenWritten();
        } catch (IOException broken) {
            return Next.NOTHING;
        }
    }

    /** {@return what it waits for when nothing is left to write} */
    Next whenWritten() {
        return Next.READ;
    }

    /** Writes once, and keeps what is left. */
    final Next write(ByteBuffer shared) throws IOException {
        channel.write(shared);
        if (!shared.hasRemaining()) {
            return whenWritten();
        }
        if (rest.capacity() == 0) {
            rest = ByteBuffer.allocateDirect(shared.capacity());
        }
        rest.clear().put(shared).flip();
        return Next.WRITE;
    }
}
