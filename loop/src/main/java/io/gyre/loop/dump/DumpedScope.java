package io.gyre.loop.dump;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A cancel scope around a task: a time-out, a group, a shield, or the task as a whole.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param owner the task whose block it is: the task itself, or, for a group, the task that opened the group
 * @param dueIn until its deadline, or until a shield ends, negative if that has passed; null if there is no limit
 * @param shield whether it keeps out cancellations from further out
 * @param cancelled why it was cancelled; null if it was not
 */
public record DumpedScope(
        TaskRef owner,
        @Nullable Duration dueIn,
        boolean shield,
        @Nullable String cancelled) {
    /** Makes the texts fit for logs. */
    public DumpedScope {
        cancelled = cancelled == null ? null : Describe.line(cancelled);
    }
}
