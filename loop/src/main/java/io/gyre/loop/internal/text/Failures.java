package io.gyre.loop.internal.text;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Ways through causes and suppressed exceptions. Users make chains that are long, and rings, so each way is bounded.
 *
 * <p><b>Confinement:</b> any thread.
 */
public final class Failures {
    /** Nobody wraps an exception so often, and nobody reads on for so long. */
    static final int MAX_CAUSES = 50;

    /** How many exceptions are copied of a tree of causes and suppressed ones. */
    static final int MAX_COPIES = 50;

    /** A static exception of a user's must not collect for as long as the program runs. */
    static final int MAX_SUPPRESSED = 20;

    /** More than the longest stack with all its causes, and less than what fills a disk. */
    static final int MAX_PRINTED_CHARS = 1 << 20;

    private static final StackTraceElement[] NO_STACK = {};

    private Failures() {}

    /**
     * {@return an exception and its causes, the outermost first; ends at the latest where it has gone in a circle}
     *
     * @param failure the exception
     */
    public static Iterable<Throwable> causes(Throwable failure) {
        return () -> new Causes(failure);
    }

    private static final class Causes implements Iterator<Throwable> {
        private @Nullable Throwable next;
        private int left = MAX_CAUSES;

        Causes(Throwable first) {
            next = first;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Throwable next() {
            Throwable present = next;
            if (present == null) {
                throw new NoSuchElementException();
            }
            left--;
            next = left > 0 ? causeOf(present) : null;
            return present;
        }
    }

    /** {@return the cause, or null if there is none or the exception fails to tell} */
    private static @Nullable Throwable causeOf(Throwable failure) {
        try {
            return failure.getCause();
        } catch (Throwable failed) {
            return null;
        }
    }

    /**
     * Attaches a failure to another that goes on, unless that is itself or has enough.
     *
     * @param failure what goes on
     * @param other what is attached
     * @return whether it goes on with the failure; false if that takes no more, or none at all
     */
    public static boolean suppress(Throwable failure, Throwable other) {
        if (other == failure) {
            return true;
        }
        int before = failure.getSuppressed().length;
        if (before < MAX_SUPPRESSED) {
            failure.addSuppressed(other);
        }
        return failure.getSuppressed().length > before;
    }

    /**
     * {@return the exception itself, if it can be printed as others are, or else one that says the same and can be}
     *
     * @param failure of a user's class, which may fail, never end or say too much when it is asked to describe itself, or
     *     hand on what a stranger has said to garble the terminal
     */
    public static Throwable printable(Throwable failure) {
        try (var paper = new PrintWriter(new LimitedPaper())) {
            failure.printStackTrace(paper);
            return failure.toString() == null ? DescribedException.of(failure) : failure;
        } catch (Throwable cannotBePrinted) {
            return DescribedException.of(failure);
        }
    }

    /**
     * {@return a failure as a stage of the JDK can pass it on} The stage asks a failure for its text, unless it is a
     * CompletionException, and loses all of its dependents if it gets none.
     *
     * @param failure of a user's class
     */
    public static Throwable forStage(Throwable failure) {
        try {
            if (failure.toString() != null) {
                return failure;
            }
        } catch (Throwable cannotDescribeItself) {
            // is in the next line
        }
        return new CompletionException(Describe.object(failure), failure);
    }

    /**
     * Throws a failure, if it is unchecked. No pattern switch: that needs a bootstrap, and memory and stack may be short.
     *
     * @param failure null, or what was caught
     */
    public static void throwUnchecked(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
    }

    /** Takes note of nothing but how much is written, and whether that can be shown. */
    private static final class LimitedPaper extends Writer {
        private int left = MAX_PRINTED_CHARS;

        @Override
        public void write(char[] chars, int start, int count) {
            left -= count;
            if (left < 0) {
                throw new IllegalStateException("more than " + MAX_PRINTED_CHARS + " characters");
            }
            if (Describe.garbles(chars, start, count)) {
                throw new IllegalStateException("control characters");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /**
     * {@return a copy of an exception, with its causes and suppressed exceptions as far as there is room}
     *
     * @param <E> the kind of the copies
     * @param original of a user's class
     * @param copy makes the copy of one exception, without stack, cause and suppressed exceptions
     */
    public static <E extends Exception> E copy(Throwable original, Function<? super Throwable, E> copy) {
        record Pair<E>(Throwable original, E copy) {}
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayDeque<Pair<E>>();
        E whole = copy.apply(original);
        seen.add(original);
        open.add(new Pair<>(original, whole));
        for (Pair<E> pair = open.poll(); pair != null; pair = open.poll()) {
            pair.copy.setStackTrace(stackOf(pair.original));
            Throwable cause = causeOf(pair.original);
            if (cause != null && seen.size() < MAX_COPIES && seen.add(cause)) {
                E copyOfCause = copy.apply(cause);
                pair.copy.initCause(copyOfCause);
                open.add(new Pair<>(cause, copyOfCause));
            }
            for (Throwable suppressed : pair.original.getSuppressed()) {
                if (seen.size() < MAX_COPIES && seen.add(suppressed)) {
                    E copyOfSuppressed = copy.apply(suppressed);
                    pair.copy.addSuppressed(copyOfSuppressed);
                    open.add(new Pair<>(suppressed, copyOfSuppressed));
                }
            }
        }
        return whole;
    }

    private static StackTraceElement[] stackOf(Throwable failure) {
        try {
            StackTraceElement[] stack = failure.getStackTrace();
            return stack == null || Arrays.asList(stack).contains(null) ? NO_STACK : stack;
        } catch (Throwable failed) {
            return NO_STACK;
        }
    }
}
