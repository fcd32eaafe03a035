package io.gyre.net;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a server listens, and how many connections it takes. Start from {@link #defaults()}.
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class ServerOptions {
    /** The number of connections when there is no limit. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private static final ServerOptions DEFAULTS = new ServerOptions(new Values(
            1024,
            false,
            UNLIMITED,
            UNLIMITED,
            Overload.PAUSE,
            SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true)));

    private final Values values;

    /** One component for each option. Private, so that adding an option breaks nobody. */
    private record Values(
            int backlog,
            boolean reusePort,
            int maxConnections,
            int maxConnectionsPerPeer,
            Overload overload,
            SocketOptions connection) {
        Values {
            requirePositive(backlog, "backlog");
            requirePositive(maxConnections, "maxConnections");
            requirePositive(maxConnectionsPerPeer, "maxConnectionsPerPeer");
            Objects.requireNonNull(overload);
            Objects.requireNonNull(connection);
        }
    }

    private ServerOptions(Values values) {
        this.values = values;
    }

    /**
     * {@return how many connections the system keeps until they are accepted; 1,024 by default, and never more than
     * the system's own limit}
     */
    public int backlog() {
        return values.backlog;
    }

    /**
     * {@return whether other sockets may listen on the same port, so that the system shares the connections out among
     * them (SO_REUSEPORT); false by default}
     */
    public boolean reusePort() {
        return values.reusePort;
    }

    /** {@return how many connections are served at the same time; no limit by default} */
    public int maxConnections() {
        return values.maxConnections;
    }

    /**
     * {@return how many of them may come from one IP address; no limit by default. One that is too many is closed by
     * a reset}
     */
    public int maxConnectionsPerPeer() {
        return values.maxConnectionsPerPeer;
    }

    /** {@return what happens to connections beyond {@code maxConnections}; they wait by default} */
    public Overload overload() {
        return values.overload;
    }

    /**
     * {@return options of the connections; by default small writes are sent at once (TCP_NODELAY). Unix sockets get
     * those of them that they have}
     */
    public SocketOptions connection() {
        return values.connection;
    }

    /** What a server does when it serves as many connections as it may. */
    public enum Overload {
        /** Accepts no more until one has ended; the system keeps {@link ServerOptions#backlog} of them waiting. */
        PAUSE,

        /** Accepts them and closes them at once, by a reset: those who connect learn soon that there is no room. */
        SHED
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
        return new ServerOptions(new Values(
                connections,
                values.reusePort,
                values.maxConnections,
                values.maxConnectionsPerPeer,
                values.overload,
                values.connection));
    }

    /**
     * {@return these options with SO_REUSEPORT on or off}
     *
     * @param on whether other sockets may listen on the same port
     */
    public ServerOptions withReusePort(boolean on) {
        return new ServerOptions(new Values(
                values.backlog,
                on,
                values.maxConnections,
                values.maxConnectionsPerPeer,
                values.overload,
                values.connection));
    }

    /**
     * {@return these options with a limit of connections}
     *
     * @param connections how many are served at the same time
     * @param beyond what happens to more
     */
    public ServerOptions withMaxConnections(int connections, Overload beyond) {
        return new ServerOptions(new Values(
                values.backlog,
                values.reusePort,
                connections,
                values.maxConnectionsPerPeer,
                beyond,
                values.connection));
    }

    /**
     * {@return these options with a limit of connections from one IP address}
     *
     * @param connections how many are served at the same time
     */
    public ServerOptions withMaxConnectionsPerPeer(int connections) {
        return new ServerOptions(new Values(
                values.backlog,
                values.reusePort,
                values.maxConnections,
                connections,
                values.overload,
                values.connection));
    }

    /**
     * {@return these options with other options of the connections, which replace all that there were}
     *
     * @param options the options
     */
    public ServerOptions withConnection(SocketOptions options) {
        return new ServerOptions(new Values(
                values.backlog,
                values.reusePort,
                values.maxConnections,
                values.maxConnectionsPerPeer,
                values.overload,
                options));
    }

    /**
     * {@return these options with one more option of the connections}
     *
     * {@snippet :
     * ServerOptions.defaults().withConnectionOption(StandardSocketOptions.SO_RCVBUF, 1 << 20)
     * }
     *
     * @param <V> the type of the value
     * @param option the option, in place of one with the same name
     * @param value its value
     * @throws IllegalArgumentException as {@link SocketOptions#with}
     */
    public <V> ServerOptions withConnectionOption(SocketOption<V> option, V value) {
        return withConnection(values.connection.with(option, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ServerOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "ServerOptions");
    }
}
