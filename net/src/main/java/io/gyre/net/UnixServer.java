package io.gyre.net;

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
 * Accepts connections over a Unix domain socket and serves each in a task of its own.
 *
 * {@snippet :
 * Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rw-------");
 * try (UnixServer server = UnixServer.serve(ServerOptions.defaults(), Path.of("/run/kv.sock"), ownerOnly, stream -> ...)) {
 *     server.awaitClosed();
 * }
 * }
 *
 * <p>A file that a server which is no longer there has left behind is replaced; one of a server that answers is not. Closing
 * removes the file, unless somebody else has put another there.
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
     * Listens on a path, on which only the owner of this process may connect, and serves connections from now until
     * {@link #close}.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param path where the socket appears, at most about 100 bytes
     * @param handler serves one connection
     * @return the server, which is listening
     * @throws BindException if a server listens there already, or begins to at the same time; if something else than a socket is
     *     there
     * @throws IOException if the system refuses a socket, or the file
     */
    public static UnixServer serve(Path path, StreamHandler<? super UnixStream> handler) throws IOException {
        return serve(ServerOptions.defaults(), path, handler);
    }

    /**
     * Does what {@link #serve(ServerOptions, Path, Set, StreamHandler)} does, with a socket file for the owner alone.
     *
     * @param options how to listen, and how many connections to take
     * @param path where
     * @param handler runs once for each connection, in a task of its own
     * @return the server
     * @throws IOException if the path cannot be listened on
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
     * @param path where the socket appears, with its mode, at most about 100 bytes
     * @param mode who may connect: whoever may write
     * @param handler serves one connection
     * @return the server, which is listening
     * @throws BindException if a server listens there already, or begins to at the same time; if something else than a socket is
     *     there
     * @throws IOException if the system refuses a socket, or the file
     */
    public static UnixServer serve(
            ServerOptions options, Path path, Set<PosixFilePermission> mode, StreamHandler<? super UnixStream> handler)
            throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        SocketFile file = null;
        try {
            file = SocketFile.bind(channel, path, mode, options.backlog());
            channel.configureBlocking(false);
            var server = new UnixServer(options, file, handler);
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
     * Serves the connections of a socket that listens already, such as one that a supervisor has opened. Its file stays when the
     * server is closed.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param options how many connections to take
     * @param listening belongs to the server from now on, and is closed if this fails
     * @param handler serves one connection
     * @return the server
     * @throws IOException if the socket does not listen on a path
     */
    public static UnixServer serve(
            ServerOptions options, ServerSocketChannel listening, StreamHandler<? super UnixStream> handler)
            throws IOException {
        try {
            if (!(listening.getLocalAddress() instanceof UnixDomainSocketAddress address)) {
                throw new BindException(listening + " is not a Unix socket that listens; bind it first");
            }
            listening.configureBlocking(false);
            var server = new UnixServer(options, SocketFile.ofOther(address.getPath()), handler);
            server.add(new Listener(server, listening, address));
            return server;
        } catch (Throwable failure) {
            listening.close();
            throw failure;
        }
    }

    @Override
    UnixStream streamOf(SocketChannel connection, SocketOptions connectionOptions) throws IOException {
        return UnixStream.of(connection, path(), connectionOptions.thoseOf(connection));
    }

    @Override
    void listenersClose() throws IOException {
        file.remove();
    }

    /** {@return where the server listens} */
    public Path path() {
        return file.path();
    }
}
