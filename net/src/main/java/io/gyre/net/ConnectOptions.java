package io.gyre.net;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is made. Start from {@link #defaults()}.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param timeout how long the look-up of the name and all attempts together may take; 30 s by default
 * @param attemptDelay how long the next address waits for one that has neither connected nor failed; 250 ms by default, as RFC
 *     8305 recommends
 * @param local the address at this end; null, the default, for whatever the system chooses
 * @param socket options of the socket, set before it connects; by default small writes are sent at once (TCP_NODELAY)
 */
public record ConnectOptions(
        Duration timeout, Duration attemptDelay, @Nullable InetSocketAddress local, SocketOptions socket) {
    private static final ConnectOptions DEFAULTS = new ConnectOptions(
            Duration.ofSeconds(30),
            Duration.ofMillis(250),
            null,
            SocketOptions.of(StandardSocketOptions.TCP_NODELAY, true));

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if a time is negative, or the address at this end not resolved
     */
    public ConnectOptions {
        if (timeout.isNegative() || attemptDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "timeout is " + timeout + " and attemptDelay " + attemptDelay + "; both must be zero or more");
        }
        if (local != null && local.isUnresolved()) {
            throw new IllegalArgumentException(
                    "local is " + Addresses.text(local) + ", which is not resolved; use Dns.resolve");
        }
    }

    /** {@return the options that a connection has when nothing is said} */
    public static ConnectOptions defaults() {
        return DEFAULTS;
    }

    /**
     * {@return these options with another time-out}
     *
     * @param newTimeout how long everything together may take
     */
    public ConnectOptions withTimeout(Duration newTimeout) {
        return new ConnectOptions(newTimeout, attemptDelay, local, socket);
    }

    /**
     * {@return these options with another delay between attempts}
     *
     * @param newDelay how long the next address waits; zero to try all at once
     */
    public ConnectOptions withAttemptDelay(Duration newDelay) {
        return new ConnectOptions(timeout, newDelay, local, socket);
    }

    /**
     * {@return these options with an address at this end}
     *
     * @param newLocal the address; port 0 for any
     */
    public ConnectOptions withLocal(@Nullable InetSocketAddress newLocal) {
        return new ConnectOptions(timeout, attemptDelay, newLocal, socket);
    }

    /**
     * {@return these options with other options of the socket, which replace all that there were}
     *
     * @param newSocket the options
     */
    public ConnectOptions withSocket(SocketOptions newSocket) {
        return new ConnectOptions(timeout, attemptDelay, local, newSocket);
    }
}
