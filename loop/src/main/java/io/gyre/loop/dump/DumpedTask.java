package io.gyre.loop.dump;

import io.gyre.loop.internal.text.Describe;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task at one moment.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param task its name and id
 * @param state whether it runs
 * @param isSystem whether it is a system task
 * @param age how long ago it was created, on the loop's clock, to within a tick or a twentieth
 * @param createdAt the user's line that created it; null if unknown. In debug mode the stack, in several lines
 * @param group the group or set that awaits it, in words; null if it is in none
 * @param parent the task that opened the group; null if it is in none
 * @param scopes the scopes around it that have a limit or were cancelled, innermost first, those of its group's task last
 * @param cancelled why it was cancelled; null if it was not
 * @param waitsFor what it waits for; null unless it is waiting
 */
public record DumpedTask(
        TaskRef task,
        State state,
        boolean isSystem,
        Duration age,
        @Nullable String createdAt,
        @Nullable String group,
        @Nullable TaskRef parent,
        List<DumpedScope> scopes,
        @Nullable String cancelled,
        @Nullable Wait waitsFor) {

    /** Whether a task runs. */
    public enum State {
        /** It is the step that the loop runs now. */
        RUNNING,
        /** It runs in this tick or the next; or it has just begun or ended to wait. */
        READY,
        /** It waits. */
        WAITING
    }

    /** Copies the list, and makes the texts fit for logs. */
    public DumpedTask {
        scopes = List.copyOf(scopes);
        group = group == null ? null : Describe.line(group);
        cancelled = cancelled == null ? null : Describe.line(cancelled);
    }

    /** {@return the earliest of its deadlines; null if it has none} Negative if it has passed. */
    public @Nullable Duration dueIn() {
        Duration earliest = null;
        for (DumpedScope scope : scopes) {
            if (scope.shield()) {
                break;
            }
            Duration dueIn = scope.dueIn();
            if (dueIn != null && (earliest == null || dueIn.compareTo(earliest) < 0)) {
                earliest = dueIn;
            }
        }
        return earliest;
    }

    /** {@return one line for messages: the task, where it was created, and what it waits for} */
    @Override
    public String toString() {
        return task + (createdAt == null ? "" : " (created at " + createdAt + ")") + " " + doing();
    }

    String doing() {
        return switch (state) {
            case RUNNING -> "is running";
            case READY -> "is ready";
            case WAITING -> waitsFor == null ? "waits" : "waits for " + WaitWords.inFull(waitsFor);
        };
    }
}
