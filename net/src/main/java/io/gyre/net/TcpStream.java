package io.gyre.net;

import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection.
 *
 * {@snippet :
 * try (TcpStream stream = TcpStream.connect("localhost", 7007)) {
 *     stream.write("hello\n".getBytes(UTF_8));
 *     System.out.println(stream.readLine(1024).orElse("(end)"));
 * }
 * }
 *
 * <p>Small writes are sent at once (TCP_NODELAY is on).
 *
 * <p><b>Confinement:</b> tasks and callbacks of the loop that created the stream. <b>Resources:</b> holds a file
 * descriptor until it is closed. A stream left open is closed when its loop closes or when it becomes unreachable; a
 * warning then names the line that opened it. Closing a stream with unread bytes resets the connection, as TCP requires
 * (RFC 1122, 4.2.2.13): read to the end first if the peer must get everything.
 */
public final class TcpStream extends SocketStream {
    private final InetSocketAddress peer;
    private @Nullable InetSocketAddress localWhenClosed;

    private TcpStream(SocketChannel channel, InetSocketAddress peer) {
        super(channel);
        this.peer = peer;
    }

    /**
     * Wraps a connected channel in a stream. <b>Suspends:</b> no.
     *
     * @param channel belongs to the stream from now on, and is closed if this call fails; a positive SO_LINGER, which
     *     would block the loop, is cleared
     * @return the stream
     * @throws java.nio.channels.NotYetConnectedException if the channel is not connected
     * @throws IllegalArgumentException if it is not a TCP channel
     * @throws IOException if the connection is already gone
     */
    public static TcpStream of(SocketChannel channel) throws IOException {
        SocketOptions.clearLinger(channel);
        return watched(of(channel, SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true)));
    }

    /** As {@code of(channel)}, with options. */
    static TcpStream of(SocketChannel channel, SocketOptions options) throws IOException {
        try {
            InetSocketAddress peer = peerOf(channel);
            channel.configureBlocking(false);
            options.applyTo(channel);
            return new TcpStream(channel, peer);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    private static InetSocketAddress peerOf(SocketChannel channel) throws IOException {
        return switch (channel.getRemoteAddress()) {
            case null -> throw new NotYetConnectedException();
            case InetSocketAddress peer -> peer;
            case SocketAddress other ->
                throw new IllegalArgumentException(
                        "a connection to " + LowLevel.describe(other) + " is not a TCP connection; use UnixStream.of");
        };
    }

    /**
     * Connects to a host by name or address, with default options.
     *
     * @param host a name, or a numeric IPv4 or IPv6 address
     * @param port 1 to 65535
     * @return the connection
     * @throws UnknownHostException if the name has no address
     * @throws ConnectFailedException if no address accepts the connection
     * @throws CancelledException if the task is cancelled
     * @throws IOException if the system refuses a socket
     */
    public static TcpStream connect(String host, int port) throws IOException {
        return connect(host, port, ConnectOptions.defaults());
    }

    /**
     * Connects to a host by name or address.
     *
     * <p>Names are looked up on separate threads; numeric addresses are not looked up. If there are several addresses,
     * IPv4 and IPv6 alternate. The next attempt starts as soon as the previous one fails or stays silent for a while;
     * the first to connect wins.
     *
     * <p><b>Suspends:</b> until connected. <b>Cancellation:</b> closes every socket opened so far.
     *
     * @param host a name, or a numeric IPv4 or IPv6 address
     * @param port 1 to 65535
     * @param options time-out, local address, socket options
     * @return the connection
     * @throws UnknownHostException if the name has no address
     * @throws ConnectFailedException if no address accepts the connection in time; it lists every attempt
     * @throws CancelledException if the task is cancelled
     * @throws IOException if the system refuses a socket
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8305">RFC 8305, Happy Eyeballs</a>
     */
    public static TcpStream connect(String host, int port, ConnectOptions options) throws IOException {
        return ofConnected(Connector.connect(host, port, options));
    }

    /**
     * As {@link #connect(String, int)}, with the name of a service: {@code connect("example.org", "https")}.
     *
     * @param host a name, or a numeric IPv4 or IPv6 address
     * @param service a name in the system's services database, or a number
     * @return the connection
     * @throws UnknownServiceException if no TCP service has this name
     * @throws UnknownHostException if the name has no address
     * @throws ConnectFailedException if no address accepts the connection
     * @throws CancelledException if the task is cancelled
     * @throws IOException if the system refuses a socket
     * @see Dns#port
     */
    public static TcpStream connect(String host, String service) throws IOException {
        return connect(host, service, ConnectOptions.defaults());
    }

    /**
     * As {@link #connect(String, int, ConnectOptions)}, with the name of a service. The time-out includes its look-up.
     *
     * @param host a name, or a numeric IPv4 or IPv6 address
     * @param service a name in the system's services database, or a number
     * @param options time-out, local address, socket options
     * @return the connection
     * @throws UnknownServiceException if no TCP service has this name
     * @throws UnknownHostException if the name has no address
     * @throws ConnectFailedException if no address accepts the connection in time; it lists every attempt
     * @throws CancelledException if the task is cancelled
     * @throws IOException if the system refuses a socket
     * @see Dns#port
     */
    public static TcpStream connect(String host, String service, ConnectOptions options) throws IOException {
        return ofConnected(Connector.connect(host, service, options));
    }

    /**
     * Connects to an address, with default options.
     *
     * @param address a resolved address
     * @return the connection
     * @throws ConnectFailedException if the peer refuses or does not answer
     * @throws CancelledException if the task is cancelled
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static TcpStream connect(InetSocketAddress address) throws IOException {
        return connect(address, ConnectOptions.defaults());
    }

    /**
     * Connects to an address.
     *
     * <p><b>Suspends:</b> until connected. <b>Cancellation:</b> closes the socket.
     *
     * @param address a resolved address
     * @param options time-out, local address, socket options
     * @return the connection
     * @throws ConnectFailedException if the peer refuses or does not answer in time
     * @throws CancelledException if the task is cancelled
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static TcpStream connect(InetSocketAddress address, ConnectOptions options) throws IOException {
        Addresses.requireResolved(address, "use connect(host, port)");
        return ofConnected(Connector.connect(address, options));
    }

    private static TcpStream ofConnected(SocketChannel channel) throws IOException {
        return watched(of(channel, SocketOptions.none()));
    }

    private static TcpStream watched(TcpStream stream) {
        stream.closeWithLoop();
        return stream;
    }

    /** {@return the peer's address} */
    public InetSocketAddress peer() {
        return peer;
    }

    /**
     * {@return the local address, which stays available after the stream is closed}
     *
     * @throws IOException if the system cannot tell
     */
    public InetSocketAddress local() throws IOException {
        InetSocketAddress known = localWhenClosed;
        return known == null ? (InetSocketAddress) channel().getLocalAddress() : known;
    }

    @Override
    void transportCloses() {
        try {
            localWhenClosed = local();
        } catch (IOException closedBehindOurBack) {
            // the address is no longer known
        }
    }

    @Override
    public String toString() {
        return "TcpStream[" + Addresses.text(peer()) + "]";
    }
}
