package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link Async#timeout} when the time is up. It is never a cancellation, and it is meant to be caught.
 *
 * <p><b>Source:</b> asyncio {@code TimeoutError}. Unchecked, unlike {@link java.util.concurrent.TimeoutException}, so
 * that callers declare only the block's own exceptions.
 */
public final class TimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The message is built here, because few time-outs expire, and building it costs more than a time-out itself. */
    TimeoutException(@Nullable Duration timeout, @Nullable String what, Throwable cancellation) {
        super(
                Async.currentTask()
                        + (timeout == null ? " has passed its deadline" : " timed out after " + timeout)
                        + (what == null ? "" : ": " + Describe.line(what)),
                cancellation);
    }
}
