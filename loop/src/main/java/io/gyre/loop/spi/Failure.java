package io.gyre.loop.spi;

import io.gyre.loop.internal.text.Describe;
import org.jspecify.annotations.Nullable;

/**
 * A failure that would otherwise be lost, because no code received it.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param what one line: what happened, to which task or callback, and what to do about it
 * @param source the name of the task or callback
 * @param createdAt the stack frame that created it, as text, or null if unknown
 * @param exception the failure itself
 */
public record Failure(String what, String source, @Nullable String createdAt, Throwable exception) {
    /**
     * {@return the line for a log: {@link #what()} with the place of creation} Control characters, line ends and
     * direction marks in {@code what} are escaped; the place may have several lines.
     */
    public String message() {
        String line = Describe.wholeLine(what);
        return createdAt == null ? line : line + " (created at " + createdAt + ")";
    }
}
