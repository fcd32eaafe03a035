package io.gyre.loop.testing;

import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs steps of several tasks in a fixed order, for tests that need exactly one interleaving.
 *
 * {@snippet :
 * var sequencer = new Sequencer();
 * createTask(() -> {
 *     try (var _ = sequencer.step(0)) { log.add("first"); }
 *     try (var _ = sequencer.step(2)) { log.add("third"); }
 * });
 * createTask(() -> {
 *     try (var _ = sequencer.step(1)) { log.add("second"); }
 * });
 * }
 *
 * <p>Steps are numbered from zero, and each number is used once. If a task is cancelled while it waits for its turn,
 * the order is broken: all tasks that wait now or come later get an {@link IllegalStateException}.
 *
 * <p><b>Confinement:</b> tasks of one loop.
 *
 * <p><b>Source:</b> trio {@code trio.testing.Sequencer}.
 */
public final class Sequencer {
    private final TreeMap<Integer, Task<?>> waiting = new TreeMap<>();
    private int next;
    private boolean isTaken;
    private @Nullable String broken;

    /** Creates a sequencer whose first step is number zero. */
    public Sequencer() {}

    /** A running step. Closing it lets the next step begin. */
    public final class Step implements AutoCloseable {
        private final int number;
        private boolean closed;

        private Step(int number) {
            this.number = number;
        }

        /** Ends the step; further calls do nothing. <b>Suspends:</b> no. */
        @Override
        public void close() {
            if (!closed) {
                closed = true;
                begin(number + 1);
            }
        }

        @Override
        public String toString() {
            return "step " + number;
        }
    }

    /**
     * Waits until all earlier steps have ended, and begins this one.
     *
     * <p><b>Suspends:</b> until it is this step's turn; returns at once if it already is. <b>Cancellation:</b> breaks
     * the sequencer.
     *
     * @param number the number of the step, from zero
     * @return the step, to be closed when it is done
     * @throws IllegalStateException if this number was used already, or a task was cancelled while it waited for its turn
     */
    public Step step(int number) {
        Task<?> task = LowLevel.checkpoint();
        requireIntact();
        if (number < next || (number == next && isTaken) || waiting.containsKey(number)) {
            throw new IllegalStateException("step " + number + " was used already; each number is used once");
        }
        if (number == next) {
            isTaken = true;
        } else {
            waiting.put(number, task);
            LowLevel.park("step " + number + " of a sequencer, which is at " + next, () -> abandon(number, task));
            requireIntact();
        }
        return new Step(number);
    }

    /**
     * Waits until all earlier steps have ended. Counts as a step that does nothing.
     *
     * <p><b>Suspends:</b> until it is this step's turn. <b>Cancellation:</b> breaks the sequencer.
     *
     * @param number the number of the step, from zero
     * @throws IllegalStateException as {@link #step} does
     */
    public void await(int number) {
        step(number).close();
    }

    private void begin(int number) {
        next = number;
        Task<?> turn = waiting.remove(number);
        isTaken = turn != null;
        if (turn != null) {
            LowLevel.unpark(turn);
        }
    }

    private boolean abandon(int number, Task<?> task) {
        if (waiting.remove(number) != null) {
            broken = task + " was cancelled before its step " + number;
            waiting.values().forEach(LowLevel::unpark);
            waiting.clear();
            return true;
        }
        return false; // its turn has come
    }

    private void requireIntact() {
        if (broken != null) {
            throw new IllegalStateException("the sequence cannot be kept: " + broken);
        }
    }
}
