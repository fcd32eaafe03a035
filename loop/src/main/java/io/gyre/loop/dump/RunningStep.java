package io.gyre.loop.dump;

import io.gyre.loop.internal.text.Describe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a loop runs at the moment: if the loop is blocked, this blocks it.
 *
 * <p><b>Confinement:</b> immutable.
 *
 * @param step the task or callback, in words
 * @param createdAt the user's line that created it; null if unknown
 * @param stack its frames, innermost call first, at most fifty
 */
public record RunningStep(String step, @Nullable String createdAt, List<String> stack) {
    /** Copies the list, and makes the texts fit for logs. */
    public RunningStep {
        step = Describe.line(step);
        stack = List.copyOf(stack);
    }
}
