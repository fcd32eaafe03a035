package io.gyre.loop;

/**
 * Thrown by {@link Async#timeout} when its time has passed. Never a cancellation: catching it is what one does with it.
 *
 * <p><b>Source:</b> asyncio {@code TimeoutError}. Unchecked, unlike {@link java.util.concurrent.TimeoutException}, because
 * the block's own exceptions are the ones that the caller declares.
 */
public final class TimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TimeoutException(String message, Throwable cancellation) {
        super(message, cancellation);
    }
}
