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
final class EchoChannel {
    /** What a connection waits for. */
    enum Next {
        READ,
        WRITE,
        NOTHING
    }

    private static final ByteBuffer NONE = ByteBuffer.allocateDirect(0);

    private final SocketChannel channel;
    private ByteBuffer rest = NONE;

    /** Takes over a connection that has been accepted. */
    EchoChannel(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    SocketChannel channel() {
        return channel;
    }

    /** Reads once and writes once. */
    Next echo(ByteBuffer shared) {
        try {
            int count = channel.read(shared.clear());
            if (count < 0) {
                return Next.NOTHING;
            }
            channel.write(shared.flip());
            return shared.hasRemaining() ? keep(shared) : Next.READ;
        } catch (IOException broken) {
            return Next.NOTHING;
        }
    }

    /** Writes what was left. */
    Next writeRest() {
        try {
            channel.write(rest);
            return rest.hasRemaining() ? Next.WRITE : Next.READ;
        } catch (IOException broken) {
            return Next.NOTHING;
        }
    }

    private Next keep(ByteBuffer shared) {
        if (rest.capacity() == 0) {
            rest = ByteBuffer.allocateDirect(EchoServer.RECEIVE_BYTES);
        }
        rest.clear().put(shared).flip();
        return Next.WRITE;
    }
}
