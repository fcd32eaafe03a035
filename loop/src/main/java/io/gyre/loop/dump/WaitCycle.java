package io.gyre.loop.dump;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of which each waits for the next, and the last for the first. Nothing but a cancellation, or a deadline, ends
 * that.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param tasks the tasks, in the order in which they wait for each other
 */
public record WaitCycle(List<DumpedTask> tasks) {
    /** Copies the list. */
    public WaitCycle {
        tasks = List.copyOf(tasks);
    }

    /** {@return the earliest of the deadlines of its tasks, which would end it; null if there is none} */
    public @Nullable Duration dueIn() {
        return tasks.stream()
                .map(DumpedTask::dueIn)
                .filter(Objects::nonNull)
                .min(Duration::compareTo)
                .orElse(null);
    }

    /** {@return the cycle in words} */
    @Override
    public String toString() {
        Duration dueIn = dueIn();
        return tasks.stream().map(DumpedTask::toString).collect(Collectors.joining("; "))
                + (dueIn == null ? "" : "; the first deadline of these is in " + Span.words(dueIn));
    }
}
