package io.gyre.net;

import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Accepts connections over a Unix domain socket and serves each in its own task.
 *
 * {@snippet :
 * Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rw-------");
 * try (UnixServer server = UnixServer.serve(ServerOptions.defaults(), Path.of("/run/kv.sock"), ownerOnly, stream -> ...)) {
 *     server.awaitClosed();
 * }
 * }
 *
 * <p>A socket file left behind by a dead server is replaced; the file of a server that answers is not. Closing removes
 * the file, unless another process has replaced it.
 *
 * <p><b>Confinement:</b> tasks and callbacks of one loop.
 *
 * <p><b>Source:</b> asyncio {@code start_unix_server}.
 */
public final class UnixServer extends StreamServer<UnixStream> {
    private final SocketFile file;

    private UnixServer(ServerOptions options, SocketFile file, StreamHandler<? super UnixStream> handler) {
        super(handler, options);
        this.file = file;
    }

    /**
     * Listens on a path that only the owner of this process may connect to, and serves connections from now until
     * {@link #close}.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param path where the socket file appears, at most about 100 bytes
     * @param handler serves one connection
     * @return the listening server
     * @throws BindException if a server already listens there or starts to at the same time, or if the file is not a
     *     socket
     * @throws IOException if the system refuses the socket or the file
     */
    public static UnixServer serve(Path path, StreamHandler<? super UnixStream> handler) throws IOException {
        return serve(ServerOptions.defaults(), path, handler);
    }

    /**
     * As {@link #serve(ServerOptions, Path, Set, StreamHandler)}, with a socket file for the owner only.
     *
     * @param options how to listen, and how many connections to serve
     * @param path where the socket file appears, at most about 100 bytes
     * @param handler serves one connection, in its own task
     * @return the listening server
     * @throws IOException if the server cannot listen on the path
     */
    public static UnixServer serve(ServerOptions options, Path path, StreamHandler<? super UnixStream> handler)
            throws IOException {
        return serve(options, path, SocketFile.OWNER_ONLY, handler);
    }

    /**
     * Listens on a path and serves connections, from now until {@link #close}.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how to listen
     * @param path where the socket file appears, at most about 100 bytes
     * @param mode the mode of the file; users with write permission may connect
     * @param handler serves one connection
     * @return the listening server
     * @throws BindException if a server already listens there or starts to at the same time, or if the file is not a
     *     socket
     * @throws IOException if the system refuses the socket or the file
     */
    public static UnixServer serve(
            ServerOptions options, Path path, Set<PosixFilePermission> mode, StreamHandler<? super UnixStream> handler)
            throws IOException {
        EventLoop _ = EventLoop.current(); // before a file is made
        ServerOptions settable = withOptionsOfUnixSockets(options);
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        SocketFile file = null;
        try {
            file = SocketFile.bind(channel, path, mode, options.backlog());
            channel.configureBlocking(false);
            var server = new UnixServer(settable, file, handler);
            server.add(new Listener(server, channel, UnixDomainSocketAddress.of(path)));
            return server;
        } catch (Throwable failure) {
            try (channel) {
                if (file != null) {
                    file.remove();
                }
            }
            throw failure;
        }
    }

    /**
     * Serves the connections of a socket that is already listening, such as one opened by a supervisor. Closing the
     * server leaves the socket file in place.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how many connections to serve
     * @param listening belongs to the server from now on, and is closed if this call fails
     * @param handler serves one connection
     * @return the server
     * @throws IOException if the socket is not listening on a path
     */
    public static UnixServer serve(
            ServerOptions options, ServerSocketChannel listening, StreamHandler<? super UnixStream> handler)
            throws IOException {
        try {
            EventLoop _ = EventLoop.current();
            if (!(listening.getLocalAddress() instanceof UnixDomainSocketAddress address)) {
                throw new BindException(
                        LowLevel.describe(listening) + " is not a listening Unix socket; bind it first");
            }
            listening.configureBlocking(false);
            var server =
                    new UnixServer(withOptionsOfUnixSockets(options), SocketFile.ofOther(address.getPath()), handler);
            server.add(new Listener(server, listening, address));
            return server;
        } catch (Throwable failure) {
            listening.close();
            throw failure;
        }
    }

    /** Tries the options now: an option that cannot be set would end each connection as if the peer had gone. */
    private static ServerOptions withOptionsOfUnixSockets(ServerOptions options) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            SocketOptions settable = options.connection().thoseOf(probe);
            settable.applyTo(probe);
            return options.withConnection(settable);
        }
    }

    @Override
    UnixStream streamOf(SocketChannel connection, SocketOptions connectionOptions) throws IOException {
        return UnixStream.of(connection, path(), connectionOptions);
    }

    @Override
    void listenersClose() throws IOException {
        file.remove();
    }

    /** {@return the path the server listens on} */
    public Path path() {
        return file.path();
    }
}
