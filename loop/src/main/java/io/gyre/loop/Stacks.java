package io.gyre.loop;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stacks as text, as the JDK prints them. */
final class Stacks {
    /** A recursion may be deep, and people read the log. */
    private static final int MAX_FRAMES = 200;

    private Stacks() {}

    /**
     * {@return lines to append to a message}
     *
     * @param createdAt the creation site, or null if unknown
     * @param stack the stack, innermost call first; the first 200 frames are shown
     */
    static String text(@Nullable String createdAt, StackTraceElement[] stack) {
        String frames = Arrays.stream(stack)
                .limit(MAX_FRAMES)
                .map(frame -> "\n    at " + frame)
                .collect(Collectors.joining());
        if (stack.length > MAX_FRAMES) {
            frames += "\n    ... " + (stack.length - MAX_FRAMES) + " more";
        }
        return createdAt == null ? frames : frames + "\n  created at " + createdAt;
    }
}
