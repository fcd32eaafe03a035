package io.gyre.net;

import java.net.StandardSocketOptions;
import java.util.Objects;

/**
 * How a server listens, and how many connections it takes. Start from {@link #defaults()}.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param backlog how many connections the system keeps until they are accepted; 1,024 by default, and never more than the
 *     system's own limit
 * @param reusePort whether other sockets may listen on the same port, so that the system shares the connections out among
 *     them (SO_REUSEPORT); false by default
 * @param maxConnections how many connections are served at the same time; no limit by default
 * @param maxConnectionsPerPeer how many of them may come from one IP address; no limit by default. One that is too many is closed
 *     by a reset
 * @param overload what happens to connections beyond {@code maxConnections}; they wait by default
 * @param connection options of the connections; by default small writes are sent at once (TCP_NODELAY). Unix sockets get those of
 *     them that they have
 */
public record ServerOptions(
        int backlog,
        boolean reusePort,
        int maxConnections,
        int maxConnectionsPerPeer,
        Overload overload,
        SocketOptions connection) {
    /** The number of connections when there is no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private static final ServerOptions DEFAULTS = new ServerOptions(
            1024,
            false,
            UNLIMITED,
            UNLIMITED,
            Overload.PAUSE,
            SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true));

    /** What a server does when it serves as many connections as it may. */
    public enum Overload {
        /** Accepts no more until one has ended; the system keeps {@link ServerOptions#backlog} of them waiting. */
        PAUSE,

        /** Accepts them and closes them at once, by a reset: those who connect learn soon that there is no room. */
        SHED
    }

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if a number is less than 1
     */
    public ServerOptions {
        requirePositive(backlog, "backlog");
        requirePositive(maxConnections, "maxConnections");
        requirePositive(maxConnectionsPerPeer, "maxConnectionsPerPeer");
        Objects.requireNonNull(overload);
        Objects.requireNonNull(connection);
    }

    private static void requirePositive(int number, String name) {
        if (number < 1) {
            throw new IllegalArgumentException(name + " is " + number + "; it must be 1 or more");
        }
    }

    /** {@return the options that a server has when nothing is said} */
    public static ServerOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return these options with another backlog}
     *
     * @param connections how many connections the system keeps until they are accepted
     */
    public ServerOptions withBacklog(int connections) {
        return new ServerOptions(connections, reusePort, maxConnections, maxConnectionsPerPeer, overload, connection);
    }

    /**
     * {@return these options with SO_REUSEPORT on or off}
     *
     * @param on whether other sockets may listen on the same port
     */
    public ServerOptions withReusePort(boolean on) {
        return new ServerOptions(backlog, on, maxConnections, maxConnectionsPerPeer, overload, connection);
    }

    /**
     * {@return these options with a limit of connections}
     *
     * @param connections how many are served at the same time
     * @param beyond what happens to more
     */
    public ServerOptions withMaxConnections(int connections, Overload beyond) {
        return new ServerOptions(backlog, reusePort, connections, maxConnectionsPerPeer, beyond, connection);
    }

    /**
     * {@return these options with a limit of connections from one IP address}
     *
     * @param connections how many are served at the same time
     */
    public ServerOptions withMaxConnectionsPerPeer(int connections) {
        return new ServerOptions(backlog, reusePort, maxConnections, connections, overload, connection);
    }

    /**
     * {@return these options with other options of the connections, which replace all that there were}
     *
     * @param options the options
     */
    public ServerOptions withConnection(SocketOptions options) {
        return new ServerOptions(backlog, reusePort, maxConnections, maxConnectionsPerPeer, overload, options);
    }
}
