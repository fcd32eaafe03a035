package io.gyre.net;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Accepts TCP connections and serves each in a task of its own.
 *
 * {@snippet :
 * try (TcpServer server = TcpServer.serve(new InetSocketAddress("127.0.0.1", 7007), stream -> {
 *     ByteBuffer buffer = ByteBuffer.allocate(16 * 1024);
 *     while (stream.read(buffer.clear()) >= 0) {
 *         stream.write(buffer.flip());
 *     }
 * })) {
 *     server.awaitClosed();
 * }
 * }
 *
 * <p><b>Confinement:</b> tasks and callbacks of one loop.
 *
 * <p><b>Source:</b> asyncio {@code start_server}.
 */
public final class TcpServer extends StreamServer<TcpStream> {
    private TcpServer(StreamHandler<? super TcpStream> handler, ServerOptions options) {
        super(handler, options);
    }

    /**
     * Listens on an address and serves connections, from now until {@link #close}.
     *
     * <p>An IPv4 address means IPv4 alone, 0.0.0.0 included, which is what {@code new InetSocketAddress(port)} stands for. The
     * address {@code ::} takes connections of both families, unless 0.0.0.0 is taken on the same port: then those of IPv6. It
     * keeps a 0.0.0.0 out that comes later: start with 0.0.0.0, or name both in one call.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param address where to listen; port 0 for any free one, see {@link #address()}
     * @param handler serves one connection
     * @return the server, which is listening
     * @throws BindException if the address is taken, or not of this machine
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static TcpServer serve(InetSocketAddress address, StreamHandler<? super TcpStream> handler)
            throws IOException {
        return serve(ServerOptions.defaults(), address, handler);
    }

    /**
     * Does what {@link #serve(ServerOptions, List, StreamHandler)} does, for one address.
     *
     * @param options how to listen, and how many connections to take
     * @param address where; port 0 for any free port
     * @param handler runs once for each connection, in a task of its own
     * @return the server
     * @throws IOException if the address cannot be listened on
     */
    public static TcpServer serve(
            ServerOptions options, InetSocketAddress address, StreamHandler<? super TcpStream> handler)
            throws IOException {
        return serve(options, List.of(address), handler);
    }

    /**
     * Listens on several addresses and serves connections, from now until {@link #close}. On all of them, or, if one fails, on none.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how to listen
     * @param addresses where to listen; port 0 for any free one, see {@link #addresses()}
     * @param handler serves one connection
     * @return the server, which is listening
     * @throws BindException if an address is taken, or not of this machine
     * @throws UnknownHostException if an address is not resolved
     * @throws IOException if the system refuses a socket, or an option of the connections
     */
    public static TcpServer serve(
            ServerOptions options, List<InetSocketAddress> addresses, StreamHandler<? super TcpStream> handler)
            throws IOException {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("there is no address to listen on");
        }
        requireOptionsOfConnections(options);
        var server = new TcpServer(handler, options);
        try {
            server.listenOn(addresses, options);
        } catch (Throwable failure) {
            server.stopAccepting();
            throw failure;
        }
        return server;
    }

    /**
     * Serves the connections of a socket that listens already, such as one that was inherited.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how many connections to take
     * @param listening belongs to the server from now on, and is closed if this fails
     * @param handler serves one connection
     * @return the server
     * @throws IOException if the socket does not listen, or the system refuses an option of the connections
     */
    public static TcpServer serve(
            ServerOptions options, ServerSocketChannel listening, StreamHandler<? super TcpStream> handler)
            throws IOException {
        try {
            if (!(listening.getLocalAddress() instanceof InetSocketAddress)) {
                throw new BindException(listening + " is not a TCP socket that listens; bind it first");
            }
            requireOptionsOfConnections(options);
            var server = new TcpServer(handler, options);
            server.listen(listening);
            return server;
        } catch (Throwable failure) {
            listening.close();
            throw failure;
        }
    }

    /**
     * Serves the connections of the listening socket that this process was given as its standard input, by inetd, systemd
     * ({@code StandardInput=socket}) or a supervisor.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how many connections to take
     * @param handler serves one connection
     * @return the server
     * @throws IOException if there is no such socket
     * @see System#inheritedChannel()
     */
    public static TcpServer serveInherited(ServerOptions options, StreamHandler<? super TcpStream> handler)
            throws IOException {
        Channel inherited = System.inheritedChannel();
        if (inherited instanceof ServerSocketChannel listening) {
            return serve(options, listening, handler);
        }
        throw new BindException("the standard input of this process is not a listening socket but "
                + (inherited == null ? "nothing" : inherited) + ". Start it from inetd or with StandardInput=socket.");
    }

    /** {@return a server that serves what others have accepted} */
    static TcpServer forHandedOver(
            ServerOptions options, List<InetSocketAddress> from, StreamHandler<? super TcpStream> handler) {
        var server = new TcpServer(handler, options);
        server.expectHandedOver(from);
        return server;
    }

    /** Tries the options: one that cannot be set would end each connection, as if the peer had gone. */
    private static void requireOptionsOfConnections(ServerOptions options) throws IOException {
        try (SocketChannel probe = SocketChannel.open()) {
            options.connection().applyTo(probe);
        }
    }

    private void listenOn(List<InetSocketAddress> addresses, ServerOptions options) throws IOException {
        var channels = new ServerSocketChannel[addresses.size()];
        List<Integer> order = IntStream.range(0, channels.length)
                .boxed()
                .sorted(Comparator.comparing(i -> Binding.isAll6(addresses.get(i))))
                .toList();
        try {
            for (int i : order) {
                channels[i] = Binding.listen(addresses.get(i), options);
            }
            for (ServerSocketChannel channel : channels) {
                listen(channel);
            }
        } catch (Throwable failure) {
            for (ServerSocketChannel channel : channels) {
                if (channel != null) {
                    channel.close();
                }
            }
            throw failure;
        }
    }

    private void listen(ServerSocketChannel channel) throws IOException {
        try {
            channel.configureBlocking(false);
            add(new Listener(this, channel, channel.getLocalAddress()));
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    @Override
    TcpStream streamOf(SocketChannel connection, SocketOptions connectionOptions) throws IOException {
        return TcpStream.of(connection, connectionOptions);
    }

    /** {@return where the server listens, with the port that was chosen; the first address if there are several} */
    public InetSocketAddress address() {
        return addresses().getFirst();
    }

    /** {@return where the server listens, with the ports that were chosen} */
    public List<InetSocketAddress> addresses() {
        return listenAddresses().stream().map(InetSocketAddress.class::cast).toList();
    }
}
