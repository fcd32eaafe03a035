package io.gyre.net.netty;

import io.gyre.loop.LowLevel;
import io.gyre.net.SocketStream.Detached;
import io.netty.channel.Channel;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline throws, as the tasks of its connection get it.
 *
 * @param channel the channel of the pipeline
 * @param connection is told what the peer has done; null if no server needs to know
 */
record PipelineFailures(Channel channel, @Nullable Detached connection) {
    /** By name: a program may lack Netty's codecs. */
    private static final Set<String> UNREADABLE = Set.of(
            "io.netty.handler.codec.TooLongFrameException",
            "io.netty.handler.codec.CorruptedFrameException",
            "io.netty.handler.codec.http2.Http2Exception");

    /** Of {@code ReadTimeoutHandler} and {@code WriteTimeoutHandler}. */
    private static final String TIMEOUTS = "io.netty.handler.timeout.";

    /** {@return the failure for the task that it belongs to} Not for what this end has caused by closing. */
    IOException asIOException(Throwable failure) {
        if (failure instanceof ClosedChannelException) {
            return byPeer(caused(
                    failure,
                    new SocketException(LowLevel.describe(channel)
                            + " has ended: its peer has closed or broken it, or its event loop was shut down.")));
        }
        if (failure.getClass().getName().startsWith(TIMEOUTS)) {
            return byPeer(caused(
                    failure,
                    new SocketTimeoutException("the peer of " + LowLevel.describe(channel)
                            + " was too slow for the time-out in its pipeline")));
        }
        IOException thrown = firstIOException(failure);
        if (thrown == null) {
            thrown = new IOException(
                    LowLevel.describe(channel) + " failed in its pipeline: " + LowLevel.describe(failure), failure);
        }
        return isOfPeer(failure) ? byPeer(thrown) : thrown;
    }

    /**
     * {@return a failure of a TLS handshake that says so, and the reason} The JDK hides the reason of some behind "Unexpected
     * exception".
     */
    static Throwable ofHandshake(Throwable failure) {
        if (!(failure instanceof SSLException) || failure instanceof SSLHandshakeException) {
            return failure;
        }
        String message = String.valueOf(failure.getMessage());
        String reason = message;
        for (Throwable cause : LowLevel.causes(failure)) {
            reason = String.valueOf(cause.getMessage());
        }
        return new SSLHandshakeException(message.contains(reason) ? message : message + ": " + reason, failure);
    }

    private static IOException caused(Throwable cause, IOException failure) {
        failure.initCause(cause);
        return failure;
    }

    /** Records that a failure is the peer's doing, and returns it. */
    <X extends Exception> X byPeer(X failure) {
        return connection == null ? failure : connection.byPeer(failure);
    }

    private static @Nullable IOException firstIOException(Throwable failure) {
        for (Throwable cause : LowLevel.causes(failure)) {
            if (cause instanceof IOException known) {
                return known;
            }
        }
        return null;
    }

    /** {@return whether it comes from the transport, TLS or a decoder that cannot read the bytes} Others are mistakes here. */
    private static boolean isOfPeer(Throwable failure) {
        if (failure instanceof IOException) {
            return true;
        }
        for (Throwable cause : LowLevel.causes(failure)) {
            if (cause instanceof SSLException || isUnreadable(cause.getClass())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnreadable(Class<?> failure) {
        return UNREADABLE.contains(failure.getName())
                || (failure != Throwable.class && isUnreadable(failure.getSuperclass()));
    }
}
