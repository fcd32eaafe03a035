package io.gyre.net;

import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How a server listens, and how many connections it serves. Start from {@link #defaults()}.
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class ServerOptions {
    /** No limit on the number of connections. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private static final ServerOptions DEFAULTS = new ServerOptions(new Values(
            1024,
            false,
            UNLIMITED,
            UNLIMITED,
            Overload.PAUSE,
            SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true),
            null,
            Overload.PAUSE,
            null));

    private final Values values;

    /** One component for each option. Private, so that a new option breaks no caller. */
    private record Values(
            int backlog,
            boolean reusePort,
            int maxConnections,
            int maxConnectionsPerPeer,
            Overload overload,
            SocketOptions connection,
            @Nullable Admission admission,
            Overload whenLate,
            @Nullable Predicate<? super SocketAddress> gate) {
        Values {
            requirePositive(backlog, "backlog");
            requirePositive(maxConnections, "maxConnections");
            requirePositive(maxConnectionsPerPeer, "maxConnectionsPerPeer");
            Objects.requireNonNull(overload);
            Objects.requireNonNull(connection);
            Objects.requireNonNull(whenLate);
        }
    }

    private ServerOptions(Values values) {
        this.values = values;
    }

    /**
     * {@return how many connections the system queues until they are accepted; 1,024 by default, capped by the system's
     * own limit}
     */
    public int backlog() {
        return values.backlog;
    }

    /**
     * {@return whether other sockets may listen on the same port, so that the system distributes the connections among
     * them (SO_REUSEPORT); false by default}
     */
    public boolean reusePort() {
        return values.reusePort;
    }

    /** {@return how many connections are served at once; no limit by default} */
    public int maxConnections() {
        return values.maxConnections;
    }

    /**
     * {@return how many connections from one IP address are served at once; no limit by default. Excess connections are
     * reset}
     */
    public int maxConnectionsPerPeer() {
        return values.maxConnectionsPerPeer;
    }

    /** {@return what happens to connections beyond {@code maxConnections}; they wait by default} */
    public Overload overload() {
        return values.overload;
    }

    /**
     * {@return options of the connections; by default small writes are sent at once (TCP_NODELAY). Unix sockets take
     * the options they support}
     */
    public SocketOptions connection() {
        return values.connection;
    }

    /** {@return what decides by the loop's lag whether new connections are served; null by default} */
    public @Nullable Admission admission() {
        return values.admission;
    }

    /** {@return what happens to new connections while the loop is late; they wait by default} */
    public Overload whenLate() {
        return values.whenLate;
    }

    /** {@return what is asked whether a peer is served at all; null by default} */
    public @Nullable Predicate<? super SocketAddress> gate() {
        return values.gate;
    }

    /** What a server does when it serves as many connections as it may, or its loop is late. */
    public enum Overload {
        /**
         * Accepts no more until a connection ends, or the loop is in time; the system queues up to
         * {@link ServerOptions#backlog}.
         */
        PAUSE,

        /** Accepts and resets them at once: clients learn quickly that they are not served. */
        SHED
    }

    private static void requirePositive(int number, String name) {
        if (number < 1) {
            throw new IllegalArgumentException(name + " is " + number + "; it must be 1 or more");
        }
    }

    /** {@return the default options} */
    public static ServerOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return these options with another backlog}
     *
     * @param connections how many connections the system queues until they are accepted
     */
    public ServerOptions withBacklog(int connections) {
        return with(draft -> draft.backlog = connections);
    }

    /**
     * {@return these options with SO_REUSEPORT on or off}
     *
     * @param on whether other sockets may listen on the same port
     */
    public ServerOptions withReusePort(boolean on) {
        return with(draft -> draft.reusePort = on);
    }

    /**
     * {@return these options with a limit on connections}
     *
     * @param connections how many are served at once
     * @param beyond what happens to connections beyond the limit
     */
    public ServerOptions withMaxConnections(int connections, Overload beyond) {
        return with(draft -> {
            draft.maxConnections = connections;
            draft.overload = beyond;
        });
    }

    /**
     * {@return these options with a limit on connections from one IP address}
     *
     * @param connections how many are served at once
     */
    public ServerOptions withMaxConnectionsPerPeer(int connections) {
        return with(draft -> draft.maxConnectionsPerPeer = connections);
    }

    /**
     * {@return these options with other options of the connections, which replace all earlier ones}
     *
     * @param options the options
     */
    public ServerOptions withConnection(SocketOptions options) {
        return with(draft -> draft.connection = options);
    }

    /**
     * {@return these options with one more option of the connections}
     *
     * {@snippet :
     * ServerOptions.defaults().withConnectionOption(StandardSocketOptions.SO_RCVBUF, 1 << 20)
     * }
     *
     * @param <V> the type of the value
     * @param option the option, which replaces an option of the same name
     * @param value its value
     * @throws IllegalArgumentException as {@link SocketOptions#with}
     */
    public <V> ServerOptions withConnectionOption(SocketOption<V> option, V value) {
        return withConnection(values.connection.with(option, value));
    }

    /**
     * {@return these options with new connections served only while the loop is not late}
     *
     * <p>Connections that a {@link ServerGroup} hands to a loop that is late are reset, whatever {@code whenLate} says.
     *
     * @param admission how late the loop may be; handlers can ask it about each request
     * @param whenLate what happens to new connections while the loop is late
     */
    public ServerOptions withAdmission(Admission admission, Overload whenLate) {
        return with(draft -> {
            draft.admission = Objects.requireNonNull(admission);
            draft.whenLate = whenLate;
        });
    }

    /**
     * {@return these options with a gate, which is asked for each connection before anything else}
     *
     * {@snippet :
     * ServerOptions.defaults().withGate(peer -> !blocked.contains(((InetSocketAddress) peer).getAddress()))
     * }
     *
     * <p>A connection that it refuses is reset at once, costs no task, and counts in {@link ServerStatistics#refused}. So does
     * a connection for which it throws; the failure is reported. It runs on the loop, between two connections: it must be
     * quick. A {@link ServerGroup} asks it on all its loops at the same time: state that it uses must then be thread-safe.
     *
     * @param gate says by its address whether a peer is served; peers of a {@link UnixServer} have none, but the empty one
     */
    public ServerOptions withGate(Predicate<? super SocketAddress> gate) {
        return with(draft -> draft.gate = Objects.requireNonNull(gate));
    }

    private ServerOptions with(Consumer<Draft> change) {
        var draft = new Draft(values);
        change.accept(draft);
        return draft.options();
    }

    /** A mutable copy, to change one option. */
    private static final class Draft {
        private int backlog;
        private boolean reusePort;
        private int maxConnections;
        private int maxConnectionsPerPeer;
        private Overload overload;
        private SocketOptions connection;
        private @Nullable Admission admission;
        private Overload whenLate;
        private @Nullable Predicate<? super SocketAddress> gate;

        Draft(Values values) {
            backlog = values.backlog;
            reusePort = values.reusePort;
            maxConnections = values.maxConnections;
            maxConnectionsPerPeer = values.maxConnectionsPerPeer;
            overload = values.overload;
            connection = values.connection;
            admission = values.admission;
            whenLate = values.whenLate;
            gate = values.gate;
        }

        ServerOptions options() {
            return new ServerOptions(new Values(
                    backlog,
                    reusePort,
                    maxConnections,
                    maxConnectionsPerPeer,
                    overload,
                    connection,
                    admission,
                    whenLate,
                    gate));
        }
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
