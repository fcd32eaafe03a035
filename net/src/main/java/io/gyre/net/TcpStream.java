package io.gyre.net;

import io.gyre.loop.CancelledException;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;

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
 * <p><b>Confinement:</b> tasks and callbacks of the loop that the stream was made on. <b>Resources:</b> holds a file
 * descriptor until it is closed. A stream that is closed with bytes unread resets the connection, as TCP does (RFC 1122,
 * 4.2.2.13): read to the end first if the peer must get everything.
 */
public final class TcpStream extends SocketStream {
    private final SocketAddress peer;

    private TcpStream(SocketChannel channel) throws IOException {
        super(channel);
        this.peer = channel.getRemoteAddress();
    }

    /** {@return the stream of a channel that is connected} Takes the channel over, and closes it if that fails. */
    static TcpStream of(SocketChannel channel) throws IOException {
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new TcpStream(channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    /**
     * Connects to a host by its name or its address.
     *
     * <p>The name is looked up in the offload executor; an address is not looked up. All addresses of the name are tried,
     * one after the other.
     *
     * <p><b>Suspends:</b> until connected. <b>Cancellation:</b> closes what has been opened.
     *
     * @param host a name, or a numeric IPv4 or IPv6 address
     * @param port 1 to 65535
     * @return the connection
     * @throws UnknownHostException if the name has no address
     * @throws ConnectException if no address could be connected to; the failures before the last are suppressed in it
     * @throws CancelledException if the task is cancelled
     * @throws IOException if the system refuses a socket
     */
    public static TcpStream connect(String host, int port) throws IOException {
        IOException failures = null;
        for (InetAddress address : resolve(host)) {
            try {
                return connect(new InetSocketAddress(address, port));
            } catch (IOException failure) {
                if (failures != null) {
                    failure.addSuppressed(failures);
                }
                failures = failure;
            }
        }
        throw failures != null ? failures : new UnknownHostException(host);
    }

    private static InetAddress[] resolve(String host) throws IOException {
        try {
            return new InetAddress[] {InetAddress.ofLiteral(host)};
        } catch (IllegalArgumentException notNumeric) {
            return LookupPool.lookUp(host);
        }
    }

    /**
     * Connects to an address.
     *
     * <p><b>Suspends:</b> until connected. <b>Cancellation:</b> closes what has been opened.
     *
     * @param address a resolved address
     * @return the connection
     * @throws ConnectException if the peer refuses or does not answer
     * @throws CancelledException if the task is cancelled
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static TcpStream connect(InetSocketAddress address) throws IOException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(address.getHostString() + " is not resolved; use connect(host, port)");
        }
        LowLevel.checkpoint();
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            if (!channel.connect(address)) {
                LowLevel.awaitConnectable(channel);
                channel.finishConnect();
            }
        } catch (Throwable failure) {
            LowLevel.close(channel);
            if (failure instanceof IOException) {
                var named = new ConnectException("cannot connect to " + text(address) + ": " + failure.getMessage());
                named.initCause(failure);
                throw named;
            }
            throw failure;
        }
        return of(channel);
    }

    /** {@return the peer's address} */
    public InetSocketAddress peer() {
        return (InetSocketAddress) peer;
    }

    /**
     * {@return the address at this end}
     *
     * @throws IOException if the stream is closed
     */
    public InetSocketAddress local() throws IOException {
        return (InetSocketAddress) channel().getLocalAddress();
    }

    /**
     * Sets an option of the socket.
     *
     * @param <V> the option's type
     * @param option one of {@link StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @param value the value
     * @return this
     * @throws IOException if the stream is closed or the system refuses
     */
    public <V> TcpStream setOption(SocketOption<V> option, V value) throws IOException {
        channel().setOption(option, value);
        return this;
    }

    /**
     * {@return an option of the socket}
     *
     * @param <V> the option's type
     * @param option one of {@link StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @throws IOException if the stream is closed or the system refuses
     */
    public <V> V option(SocketOption<V> option) throws IOException {
        return channel().getOption(option);
    }

    /** {@return whether {@link #close} or {@link #abort} has not been called yet} */
    public boolean isOpen() {
        return channel().isOpen();
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    @Override
    public String toString() {
        return "TcpStream[" + text(peer()) + "]";
    }
}
