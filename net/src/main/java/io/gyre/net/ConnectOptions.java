package io.gyre.net;

import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is made. Start from {@link #defaults()}.
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class ConnectOptions {
    private static final ConnectOptions DEFAULTS = new ConnectOptions(new Values(
            Duration.ofSeconds(30),
            Duration.ofMillis(250),
            null,
            null,
            SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true)));

    private final Values values;

    /** One component for each option. Private, so that a new option breaks no caller. */
    private record Values(
            Duration timeout,
            Duration attemptDelay,
            @Nullable ProtocolFamily family,
            @Nullable InetSocketAddress local,
            SocketOptions socket) {
        Values {
            if (family != null) {
                Dns.requireIP(family);
            }
            Objects.requireNonNull(socket);
            if (timeout.isNegative() || attemptDelay.isNegative()) {
                throw new IllegalArgumentException(
                        "timeout is " + timeout + " and attemptDelay " + attemptDelay + "; both must be zero or more");
            }
            if (local != null && local.isUnresolved()) {
                throw new IllegalArgumentException(
                        "local is " + Addresses.text(local) + ", which is not resolved; use Dns.resolve");
            }
        }
    }

    private ConnectOptions(Values values) {
        this.values = values;
    }

    /** {@return the limit for the look-up of the name and all attempts together; 30 s by default} */
    public Duration timeout() {
        return values.timeout;
    }

    /**
     * {@return how long to wait for an attempt that has neither connected nor failed before trying the next address;
     * 250 ms by default, as RFC 8305 recommends}
     */
    public Duration attemptDelay() {
        return values.attemptDelay;
    }

    /** {@return the family of the addresses to try; null, the default, tries both} */
    public @Nullable ProtocolFamily family() {
        return values.family;
    }

    /** {@return the local address; null, the default, lets the system choose} */
    public @Nullable InetSocketAddress local() {
        return values.local;
    }

    /**
     * {@return options of the socket, set before it connects; by default small writes are sent at once (TCP_NODELAY)}
     */
    public SocketOptions socket() {
        return values.socket;
    }

    /** {@return the default options} */
    public static ConnectOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return these options with another time-out}
     *
     * @param newTimeout the limit for the look-up and all attempts together
     */
    public ConnectOptions withTimeout(Duration newTimeout) {
        return new ConnectOptions(
                new Values(newTimeout, values.attemptDelay, values.family, values.local, values.socket));
    }

    /**
     * {@return these options with another delay between attempts}
     *
     * @param newDelay how long to wait before trying the next address; zero to try all at once
     */
    public ConnectOptions withAttemptDelay(Duration newDelay) {
        return new ConnectOptions(new Values(values.timeout, newDelay, values.family, values.local, values.socket));
    }

    /**
     * {@return these options with a family} Of a name's addresses, only those of this family are tried. An address that
     * is given instead of a name is not affected.
     *
     * <p><b>Source:</b> asyncio {@code create_connection(family=)}, Node {@code net.connect({family})}.
     *
     * @param newFamily {@link java.net.StandardProtocolFamily#INET} or {@link java.net.StandardProtocolFamily#INET6};
     *     null for both
     * @throws IllegalArgumentException if it is another family
     */
    public ConnectOptions withFamily(@Nullable ProtocolFamily newFamily) {
        return new ConnectOptions(
                new Values(values.timeout, values.attemptDelay, newFamily, values.local, values.socket));
    }

    /**
     * {@return these options with a local address}
     *
     * @param newLocal the address; port 0 for any free port; null lets the system choose
     */
    public ConnectOptions withLocal(@Nullable InetSocketAddress newLocal) {
        return new ConnectOptions(
                new Values(values.timeout, values.attemptDelay, values.family, newLocal, values.socket));
    }

    /**
     * {@return these options with other socket options, which replace all earlier ones}
     *
     * @param newSocket the options
     */
    public ConnectOptions withSocket(SocketOptions newSocket) {
        return new ConnectOptions(
                new Values(values.timeout, values.attemptDelay, values.family, values.local, newSocket));
    }

    /**
     * {@return these options with one more socket option}
     *
     * {@snippet :
     * ConnectOptions.defaults().withSocketOption(StandardSocketOptions.SO_KEEPALIVE, true)
     * }
     *
     * @param <V> the type of the value
     * @param option the option, which replaces an option of the same name
     * @param value its value
     * @throws IllegalArgumentException as {@link SocketOptions#with}
     */
    public <V> ConnectOptions withSocketOption(SocketOption<V> option, V value) {
        return withSocket(values.socket.with(option, value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConnectOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "ConnectOptions");
    }
}
