package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A connection over a Unix domain socket.
 *
 * <p>The option {@code jdk.net.ExtendedSocketOptions.SO_PEERCRED} identifies the peer.
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that created the stream. <b>Resources:</b> holds a file
 * descriptor until it is closed.
 */
public final class UnixStream extends SocketStream {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(1);
    private static final Duration LAST_PAUSE = Duration.ofMillis(50);

    private final String path;

    private UnixStream(SocketChannel channel, Path path) {
        super(channel);
        this.path = LowLevel.describe(path); // the peer may have chosen it
    }

    /** {@return the stream of a connected channel} Takes over the channel, and closes it on failure. */
    static UnixStream of(SocketChannel channel, Path path, SocketOptions options) throws IOException {
        try {
            channel.configureBlocking(false);
            options.applyTo(channel);
            return new UnixStream(channel, path);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    /**
     * Wraps a connected channel in a stream. <b>Suspends:</b> no.
     *
     * @param channel belongs to the stream from now on, and is closed if this call fails; a positive SO_LINGER, which
     *     would block the loop, is cleared
     * @return the stream
     * @throws NotYetConnectedException if the channel is not connected
     * @throws IllegalArgumentException if it is not a Unix domain channel
     * @throws IOException if the connection is already gone
     */
    public static UnixStream of(SocketChannel channel) throws IOException {
        Path path;
        try {
            path = pathOf(channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
        SocketOptions.clearLinger(channel);
        return watched(of(channel, path, SocketOptions.none()));
    }

    private static UnixStream watched(UnixStream stream) {
        stream.closeWithLoop();
        return stream;
    }

    private static Path pathOf(SocketChannel channel) throws IOException {
        return switch (channel.getRemoteAddress()) {
            case null -> throw new NotYetConnectedException();
            case UnixDomainSocketAddress peer -> peer.getPath();
            case SocketAddress other ->
                throw new IllegalArgumentException("a connection to " + LowLevel.describe(other)
                        + " is not a Unix socket connection; use TcpStream.of");
        };
    }

    /**
     * Connects to a socket in the file system.
     *
     * <p><b>Suspends:</b> while the server's queue of connections is full. <b>Cancellation:</b> closes the socket.
     *
     * @param path the socket's path, at most about 100 bytes
     * @return the connection
     * @throws ConnectException if no server listens there
     * @throws CancelledException if the task is cancelled
     * @throws IOException if the system refuses a socket
     */
    public static UnixStream connect(Path path) throws IOException {
        LowLevel.checkpoint();
        var address = UnixDomainSocketAddress.of(path);
        // The system does not connect such a socket in the background: it connects now, or the queue is full.
        // Nothing reports when there is room again, so this loop retries, at growing intervals.
        for (Duration pause = FIRST_PAUSE; ; pause = min(pause.multipliedBy(2), LAST_PAUSE)) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                channel.connect(address);
                return watched(of(channel, path, SocketOptions.none()));
            } catch (IOException failure) {
                channel.close();
                if (!isWantOfRoom(failure)) {
                    var named = new ConnectException("cannot connect to " + LowLevel.describe(path) + ": "
                            + LowLevel.describe(failure.getMessage()));
                    named.initCause(failure);
                    throw named;
                }
            }
            Async.sleep(pause);
        }
    }

    /**
     * {@return whether a server is listening but its queue is full (EAGAIN)} The JDK reports this only in the message.
     * If the system translates it, connect fails instead of waiting.
     */
    static boolean isWantOfRoom(IOException failure) {
        return "Resource temporarily unavailable".equals(failure.getMessage());
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public String toString() {
        return "UnixStream[" + path + "]";
    }
}
