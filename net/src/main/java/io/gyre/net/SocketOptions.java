package io.gyre.net;

import io.gyre.loop.LowLevel;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Options of a socket, set before its first use.
 *
 * {@snippet :
 * SocketOptions options = SocketOptions.of(StandardSocketOptions.SO_KEEPALIVE, true)
 *         .with(ExtendedSocketOptions.TCP_KEEPIDLE, 60);
 * }
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class SocketOptions {
    private static final SocketOptions NONE = new SocketOptions(Map.of());

    private final Map<SocketOption<?>, Object> values;

    private SocketOptions(Map<SocketOption<?>, Object> values) {
        this.values = values;
    }

    /** {@return no options: the system's defaults} */
    public static SocketOptions none() {
        return NONE;
    }

    /**
     * {@return one option}
     *
     * @param <V> the option's type
     * @param option one of {@link java.net.StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @param value the value
     * @throws IllegalArgumentException for SO_LINGER with more than 0 seconds, which would block the loop
     */
    public static <V> SocketOptions of(SocketOption<V> option, V value) {
        return NONE.with(option, value);
    }

    /**
     * {@return these options and one more, which replaces an earlier value of the same option}
     *
     * @param <V> the option's type
     * @param option one of {@link java.net.StandardSocketOptions} or {@code jdk.net.ExtendedSocketOptions}
     * @param value the value
     * @throws IllegalArgumentException for SO_LINGER with more than 0 seconds, which would block the loop
     */
    public <V> SocketOptions with(SocketOption<V> option, V value) {
        requireNoWait(option, value);
        var more = new LinkedHashMap<>(values);
        more.put(option, value);
        return new SocketOptions(more);
    }

    /**
     * Rejects a positive SO_LINGER: close would block the loop thread for that long. SO_LINGER 0, which resets the
     * connection, blocks nothing.
     */
    static void requireNoWait(SocketOption<?> option, Object value) {
        if (option == StandardSocketOptions.SO_LINGER && value instanceof Integer seconds && seconds > 0) {
            throw new IllegalArgumentException(
                    "SO_LINGER of " + seconds + " s would hold up the loop when the socket is"
                            + " closed. The system delivers without SO_LINGER, too. To be sure that the peer received everything, wait for its answer, or call closeOutput and read to the end.");
        }
    }

    /** Sets these options on a channel. */
    void applyTo(NetworkChannel channel) throws IOException {
        for (Map.Entry<SocketOption<?>, Object> entry : values.entrySet()) {
            set(channel, entry.getKey(), entry.getValue());
        }
    }

    /** {@return the options that this channel supports} */
    SocketOptions thoseOf(NetworkChannel channel) {
        var supported = new LinkedHashMap<>(values);
        supported.keySet().retainAll(channel.supportedOptions());
        return new SocketOptions(supported);
    }

    /** Makes the system answer a close with a reset instead of the orderly end, if the channel can do so. */
    static void resetOnClose(NetworkChannel channel) throws IOException {
        if (channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
    }

    /**
     * Clears a positive SO_LINGER of a user's channel: with it, a close would block the loop. Closes the channel on
     * failure.
     */
    static void clearLinger(NetworkChannel channel) throws IOException {
        try {
            clearPositiveLinger(channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    private static void clearPositiveLinger(NetworkChannel channel) throws IOException {
        if (channel.isOpen()
                && channel.supportedOptions().contains(StandardSocketOptions.SO_LINGER)
                && channel.getOption(StandardSocketOptions.SO_LINGER) > 0) {
            channel.setOption(StandardSocketOptions.SO_LINGER, -1);
        }
    }

    @SuppressWarnings("unchecked") // with() stored a value of the option's type
    private static <V> void set(NetworkChannel channel, SocketOption<V> option, Object value) throws IOException {
        try {
            channel.setOption(option, (V) value);
        } catch (IOException | RuntimeException refused) {
            var named = new SocketException("cannot set " + option.name() + " to " + LowLevel.describe(value) + " on "
                    + LowLevel.describe(channel) + ": "
                    + LowLevel.describe(refused.getMessage()));
            named.initCause(refused);
            throw named;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SocketOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return "SocketOptions" + values;
    }
}
