package io.gyre.loop;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by {@link Async#timeout} when its time has passed. Never a cancellation: catching it is what one does with it.
 *
 * <p><b>Source:</b> asyncio {@code TimeoutError}. Unchecked, unlike {@link java.util.concurrent.TimeoutException}, because
 * the block's own exceptions are the ones that the caller declares.
 */
public final class TimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The message is made here, because few time-outs come to this, and it costs more than they do. */
    TimeoutException(@Nullable Duration timeout, @Nullable String what, Throwable cancellation) {
        super(
                Async.currentTask()
                        + (timeout == null ? " has passed its deadline" : " timed out after " + timeout)
                        + (what == null ? "" : ": " + Describe.line(what)),
                cancellation);
    }
}
