package io.gyre.net;

import io.gyre.loop.Async;
import io.gyre.loop.EventLoop;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.VoidBody;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long the calls of a stream may wait. */
final class StreamLimits {
    /*
     * Design.
     *
     * Time passes only in waits, so a time-out scope around each wait is enough. The idle limit counts from the start
     * of the wait, or from the last byte that the other direction has moved since. The clock is read for each byte only
     * while there is an idle limit.
     */
    private final EventLoop loop;
    private @Nullable Duration readTimeout;
    private @Nullable Duration writeTimeout;
    private @Nullable Duration idleTimeout;
    private long idleNanos;
    private long lastMoveNanos;

    StreamLimits(EventLoop loop) {
        this.loop = loop;
    }

    boolean ofReading() {
        return readTimeout != null || idleTimeout != null;
    }

    boolean ofWriting() {
        return writeTimeout != null || idleTimeout != null;
    }

    void bytesHaveMoved() {
        if (idleTimeout != null) {
            lastMoveNanos = loop.time();
        }
    }

    /** Waits, limited by the time-out of the direction, if any, and by the idle limit. */
    void await(@Nullable Duration timeout, String what, VoidBody<IOException> wait) throws IOException {
        if (timeout == null) {
            awaitUnlessIdle(what, wait);
        } else {
            Async.timeout(timeout, what, () -> awaitUnlessIdle(what, wait));
        }
    }

    private void awaitUnlessIdle(String what, VoidBody<IOException> wait) throws IOException {
        if (idleTimeout == null) {
            wait.run();
            return;
        }
        for (long since = loop.time(); ; since = lastMoveNanos) {
            try {
                Async.timeoutAt(since + idleNanos, what + ", while no byte has moved for " + idleTimeout, wait);
                return;
            } catch (TimeoutException nothingHasMovedThisWay) {
                if (lastMoveNanos - since <= 0) {
                    throw nothingHasMovedThisWay;
                }
            }
        }
    }

    @Nullable
    Duration readTimeout() {
        return readTimeout;
    }

    void setReadTimeout(@Nullable Duration limit) {
        readTimeout = requirePositive(limit);
    }

    @Nullable
    Duration writeTimeout() {
        return writeTimeout;
    }

    void setWriteTimeout(@Nullable Duration limit) {
        writeTimeout = requirePositive(limit);
    }

    void setIdleTimeout(@Nullable Duration limit) {
        idleTimeout = requirePositive(limit);
        idleNanos = limit == null ? 0 : Math.min(TimeUnit.NANOSECONDS.convert(limit), Long.MAX_VALUE / 4);
        lastMoveNanos = loop.time();
    }

    private static @Nullable Duration requirePositive(@Nullable Duration limit) {
        if (limit != null && !limit.isPositive()) {
            throw new IllegalArgumentException("a time-out of " + limit + "; it must be positive, or null for none");
        }
        return limit;
    }
}
