package io.gyre.net;

import io.gyre.loop.LowLevel;
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
 * Accepts TCP connections and serves each in its own task.
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
     * <p>An IPv4 address accepts IPv4 only, including 0.0.0.0, the address of {@code new InetSocketAddress(port)}. The
     * address {@code ::} accepts both families, or IPv6 only if 0.0.0.0 is already bound to the same port. Binding
     * {@code ::} first blocks a later bind to 0.0.0.0: start with 0.0.0.0, or name both in one call.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param address where to listen; port 0 for any free port, see {@link #address()}
     * @param handler serves one connection
     * @return the listening server
     * @throws BindException if the address is in use, or does not belong to this machine
     * @throws UnknownHostException if the address is not resolved
     * @throws IOException if the system refuses a socket
     */
    public static TcpServer serve(InetSocketAddress address, StreamHandler<? super TcpStream> handler)
            throws IOException {
        return serve(ServerOptions.defaults(), address, handler);
    }

    /**
     * As {@link #serve(ServerOptions, List, StreamHandler)}, for one address.
     *
     * @param options how to listen, and how many connections to serve
     * @param address where to listen; port 0 for any free port
     * @param handler serves one connection, in its own task
     * @return the listening server
     * @throws IOException if the server cannot listen on the address
     */
    public static TcpServer serve(
            ServerOptions options, InetSocketAddress address, StreamHandler<? super TcpStream> handler)
            throws IOException {
        return serve(options, List.of(address), handler);
    }

    /**
     * Listens on several addresses and serves connections, from now until {@link #close}. Listens on all of them or, if
     * one fails, on none.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how to listen
     * @param addresses where to listen; port 0 for any free port, see {@link #addresses()}
     * @param handler serves one connection
     * @return the listening server
     * @throws BindException if an address is in use, or does not belong to this machine
     * @throws UnknownHostException if an address is not resolved
     * @throws IOException if the system refuses a socket or an option of the connections
     */
    public static TcpServer serve(
            ServerOptions options, List<InetSocketAddress> addresses, StreamHandler<? super TcpStream> handler)
            throws IOException {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("there is no address to listen on");
        }
        var server = new TcpServer(handler, options);
        requireOptionsOfConnections(options);
        try {
            server.listenOn(addresses, options);
        } catch (Throwable failure) {
            server.stopAccepting();
            throw failure;
        }
        return server;
    }

    /**
     * Serves the connections of a socket that is already listening, such as an inherited one.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how many connections to serve
     * @param listening belongs to the server from now on, and is closed if this call fails
     * @param handler serves one connection
     * @return the server
     * @throws IOException if the socket is not listening, or the system refuses an option of the connections
     */
    public static TcpServer serve(
            ServerOptions options, ServerSocketChannel listening, StreamHandler<? super TcpStream> handler)
            throws IOException {
        try {
            var server = new TcpServer(handler, options);
            if (!(listening.getLocalAddress() instanceof InetSocketAddress)) {
                throw new BindException(LowLevel.describe(listening) + " is not a listening TCP socket; bind it first");
            }
            requireOptionsOfConnections(options);
            server.listen(listening);
            return server;
        } catch (Throwable failure) {
            listening.close();
            throw failure;
        }
    }

    /**
     * Serves the connections of the listening socket passed to this process as standard input, by inetd, systemd
     * ({@code StandardInput=socket}) or a supervisor.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how many connections to serve
     * @param handler serves one connection
     * @return the server
     * @throws IOException if standard input is not a listening socket
     * @see System#inheritedChannel()
     */
    public static TcpServer serveInherited(ServerOptions options, StreamHandler<? super TcpStream> handler)
            throws IOException {
        Channel inherited = System.inheritedChannel();
        if (inherited instanceof ServerSocketChannel listening) {
            return serve(options, listening, handler);
        }
        throw new BindException("the standard input of this process is not a listening socket but "
                + (inherited == null ? "nothing" : LowLevel.describe(inherited))
                + ". Start it from inetd or with StandardInput=socket.");
    }

    /** {@return a server for connections that other servers accept} */
    static TcpServer forHandedOver(
            ServerOptions options, List<InetSocketAddress> from, StreamHandler<? super TcpStream> handler) {
        var server = new TcpServer(handler, options);
        server.expectHandedOver(from);
        return server;
    }

    /** Tries the options now: an option that cannot be set would end each connection as if the peer had gone. */
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

    /** The caller closes the channel if this fails. */
    private void listen(ServerSocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        add(new Listener(this, channel, channel.getLocalAddress()));
    }

    @Override
    TcpStream streamOf(SocketChannel connection, SocketOptions connectionOptions) throws IOException {
        return TcpStream.of(connection, connectionOptions);
    }

    /** {@return the address the server listens on, with the actual port; the first if there are several} */
    public InetSocketAddress address() {
        return addresses().getFirst();
    }

    /** {@return the addresses the server listens on, with the actual ports} */
    public List<InetSocketAddress> addresses() {
        return listenAddresses().stream().map(InetSocketAddress.class::cast).toList();
    }
}
