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
 * Walks along causes and suppressed exceptions. User code builds long chains and rings, so each walk is bounded.
 *
 * <p><b>Confinement:</b> any thread.
 */
public final class Failures {
    /** No real chain is that long, and nobody would read it. */
    static final int MAX_CAUSES = 50;

    /** How many exceptions of a tree of causes and suppressed exceptions are copied. */
    static final int MAX_COPIES = 50;

    /** A user's static exception must not collect suppressed exceptions for as long as the program runs. */
    static final int MAX_SUPPRESSED = 20;

    /** More than the longest stack with all its causes, and not enough to fill a disk. */
    static final int MAX_PRINTED_CHARS = 1 << 20;

    private static final StackTraceElement[] NO_STACK = {};

    private Failures() {}

    /**
     * {@return an exception and its causes, the outermost first; stops when the causes form a ring}
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

    /** {@return the cause, or null if there is none or {@code getCause} throws} */
    private static @Nullable Throwable causeOf(Throwable failure) {
        try {
            return failure.getCause();
        } catch (Throwable failed) {
            return null;
        }
    }

    /**
     * Attaches a failure to another as suppressed, unless both are the same or the other has enough.
     *
     * @param failure the exception that propagates
     * @param other the exception to attach
     * @return whether it was attached; false if the failure takes no more suppressed exceptions, or none at all
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
     * {@return the exception itself if it can be printed, otherwise a printable exception that says the same}
     *
     * @param failure of a user's class, whose methods may throw, never end, print too much, or pass on hostile text
     *     that garbles the terminal
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
     * {@return a failure in a form that a stage of the JDK can pass on} Unless the failure is a CompletionException,
     * the stage calls its {@code toString}; if that throws, the stage loses all its dependents.
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
     * Throws a failure if it is unchecked. No pattern switch: it needs a bootstrap, and memory and stack may be short.
     *
     * @param failure the caught exception, or null
     */
    public static void throwUnchecked(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
    }

    /** Counts the characters, and notes whether they can be shown. */
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
     * {@return a copy of an exception, with its causes and suppressed exceptions up to the limit}
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
