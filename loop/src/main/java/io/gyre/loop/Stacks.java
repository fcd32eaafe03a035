package io.gyre.loop;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Stacks as text, as the JDK prints them. */
final class Stacks {
    private Stacks() {}

    /**
     * {@return lines to append to a message}
     *
     * @param createdAt the place, or null if it is not known
     * @param stack the stack, the innermost call first
     */
    static String text(@Nullable Object createdAt, StackTraceElement[] stack) {
        String frames = Arrays.stream(stack).map(frame -> "\n    at " + frame).collect(Collectors.joining());
        return createdAt == null ? frames : frames + "\n  created at " + createdAt;
    }
}
