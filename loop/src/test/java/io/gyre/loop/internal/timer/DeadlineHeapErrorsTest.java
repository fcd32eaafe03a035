package io.gyre.loop.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The heap calls nothing of the user's, so what can strike in the middle is the end of the stack, wherever that happens to
 * be. Whoever is hit finds that nothing was done, and the timers of all others are as they were.
 */
class DeadlineHeapErrorsTest {
    /** Small, so that its end is reached soon. */
    private static final int STACK_BYTES = 256 << 10;

    private static final int OPERATIONS = 400;

    private final DeadlineHeap<Entry> heap = new DeadlineHeap<>();
    private final List<Entry> pending = new ArrayList<>();
    private int overflows;

    private static final class Entry extends Deadline {
        private final int number;

        Entry(long deadlineNanos, int number) {
            super(deadlineNanos);
            this.number = number;
        }
    }

    /** Calls itself until the stack is at its end, and does something there, and at each depth above, until it is done. */
    @SuppressWarnings("InfiniteRecursion") // which is the point
    private void atTheEndOfTheStack(Runnable body) {
        try {
            atTheEndOfTheStack(body);
        } catch (StackOverflowError deep) {
            overflows++;
            body.run();
        }
    }

    @Test
    void operationThatOverflowsTheStackHasDoneNothing() throws Exception {
        var test = new FutureTask<>(this::operateAtTheEndOfTheStack, "passed");
        new Thread(null, test, "small stack", STACK_BYTES).start();

        assertThat(test.get()).isEqualTo("passed");
    }

    private void operateAtTheEndOfTheStack() {
        var random = new Random(10);
        for (int number = 0; number < OPERATIONS; number++) {
            int choice = random.nextInt(10);
            if (choice < (number < OPERATIONS / 2 ? 7 : 4) || pending.isEmpty()) {
                add(new Entry(random.nextInt(50), number));
            } else if (choice < 9) {
                remove(pending.remove(random.nextInt(pending.size())));
            } else {
                pollEarliest();
            }
            assertThat(heap.size()).isEqualTo(pending.size());
        }
        assertThat(overflows).as("overflows in an operation").isGreaterThan(2 * OPERATIONS);

        while (!pending.isEmpty()) {
            assertThat(heap.pollDue(50)).isSameAs(takeEarliest());
        }
        assertThat(heap.isEmpty()).isTrue();
    }

    private void add(Entry entry) {
        atTheEndOfTheStack(() -> heap.add(entry));
        assertThat(entry.isPending()).isTrue();
        pending.add(entry);
    }

    private void remove(Entry entry) {
        boolean[] removed = {false};
        atTheEndOfTheStack(() -> removed[0] = heap.remove(entry));
        assertThat(removed[0]).as("removed the first time").isTrue();
        assertThat(entry.isPending()).isFalse();
    }

    private void pollEarliest() {
        Entry earliest = takeEarliest();
        @Nullable Entry[] polled = {null};
        atTheEndOfTheStack(() -> polled[0] = heap.pollDue(50));
        assertThat(polled[0]).isSameAs(earliest);
        assertThat(earliest.isPending()).isFalse();
    }

    private Entry takeEarliest() {
        Entry earliest = pending.stream()
                .min(Comparator.comparingLong(Entry::deadlineNanos).thenComparingInt(entry -> entry.number))
                .orElseThrow();
        pending.remove(earliest);
        return earliest;
    }
}
