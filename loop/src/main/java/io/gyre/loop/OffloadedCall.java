package io.gyre.loop;

import org.jspecify.annotations.Nullable;

/**
 * An offloaded call that has not ended, at one moment.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param call what it is, in words
 * @param caller the task that has offloaded it
 * @param offloadedAt the place in the user's code that has offloaded it; null if none is known
 * @param thread the thread that runs it; null if it has not begun, or runs in another process
 * @param awaited whether the caller still waits for it, and is not, for example, cancelled
 * @see EventLoop#offloadedCalls()
 */
public record OffloadedCall(
        String call,
        Task<?> caller,
        @Nullable String offloadedAt,
        @Nullable Thread thread,
        boolean awaited) {
    /** {@return a line for messages} */
    @Override
    public String toString() {
        return call + " for " + caller
                + (offloadedAt == null ? "" : " (offloaded at " + offloadedAt + ")")
                + (thread == null ? "" : " in " + thread.getName())
                + (awaited ? "" : ", which nobody awaits");
    }
}
