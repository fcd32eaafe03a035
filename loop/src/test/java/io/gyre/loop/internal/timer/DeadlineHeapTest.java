package io.gyre.loop.internal.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineHeapTest {
    private final DeadlineHeap<Entry> heap = new DeadlineHeap<>();

    private static final class Entry extends Deadline {
        private final int number;

        Entry(long deadlineNanos, int number) {
            super(deadlineNanos);
            this.number = number;
        }

        @Override
        public String toString() {
            return "entry " + number + " at " + deadlineNanos();
        }
    }

    private Entry add(long deadlineNanos, int number) {
        var entry = new Entry(deadlineNanos, number);
        heap.add(entry);
        return entry;
    }

    private List<Entry> drain(long nowNanos) {
        var due = new ArrayList<Entry>();
        for (Entry entry = heap.pollDue(nowNanos); entry != null; entry = heap.pollDue(nowNanos)) {
            due.add(entry);
        }
        return due;
    }

    @Test
    void earliestComesFirst() {
        LongStream.of(50, 10, 40, 20, 30).forEach(instant -> add(instant, 0));

        assertThat(heap.earliestNanos()).isEqualTo(10);
        assertThat(drain(100)).extracting(Entry::deadlineNanos).containsExactly(10L, 20L, 30L, 40L, 50L);
    }

    @Test
    void equalInstantsComeInOrderOfEntry() {
        IntStream.range(0, 200).forEach(number -> add(number % 3, number));

        List<Entry> drained = drain(3);

        for (long instant = 0; instant < 3; instant++) {
            long wanted = instant;
            assertThat(drained.stream().filter(entry -> entry.deadlineNanos() == wanted))
                    .extracting(entry -> entry.number)
                    .isSorted();
        }
    }

    @Test
    void entryIsDueAtItsInstantAndNotBefore() {
        Entry entry = add(100, 0);

        assertThat(heap.pollDue(99)).isNull();
        assertThat(entry.isPending()).isTrue();
        assertThat(heap.pollDue(100)).isSameAs(entry);
        assertThat(entry.isPending()).isFalse();
    }

    @Test
    void emptyHeapHasNothingDue() {
        assertThat(heap.isEmpty()).isTrue();
        assertThat(heap.size()).isZero();
        assertThat(heap.pollDue(Long.MAX_VALUE)).isNull();
    }

    @Test
    void entryIsRemovedFromAnyPlace() {
        for (int victim = 0; victim < 30; victim++) {
            var entries = new ArrayList<Entry>();
            for (int number = 0; number < 30; number++) {
                entries.add(add((number * 7L) % 30, number));
            }

            boolean removed = heap.remove(entries.get(victim));

            assertThat(removed).isTrue();
            assertThat(drain(30))
                    .hasSize(29)
                    .doesNotContain(entries.get(victim))
                    .isSortedAccordingTo((a, b) -> Long.compare(a.deadlineNanos(), b.deadlineNanos()));
        }
    }

    @Test
    void entryThatIsInNoHeapIsNotRemoved() {
        assertThat(heap.remove(new Entry(1, 0))).isFalse();
    }

    @Test
    void removedEntryCanBeAddedAgain() {
        Entry entry = add(1, 0);
        heap.remove(entry);

        heap.add(entry);

        assertThat(drain(1)).containsExactly(entry);
    }

    @Test
    void addingTwiceIsRejected() {
        Entry entry = add(1, 0);

        assertThatIllegalStateException().isThrownBy(() -> heap.add(entry)).withMessageContaining("entry 0 at 1");
        assertThat(heap.size()).isEqualTo(1);
    }

    @Test
    void instantsAreComparedAcrossTheWrapAround() {
        long base = Long.MAX_VALUE - 1;
        Entry late = add(base + 5, 2);
        Entry early = add(base, 1);

        assertThat(late.deadlineNanos()).isNegative();
        assertThat(heap.earliestNanos()).isEqualTo(base);
        assertThat(drain(base + 4)).containsExactly(early);
        assertThat(drain(base + 5)).containsExactly(late);
    }

    @Test
    void heapGrowsAndShrinksWithoutLosingEntries() {
        for (int round = 0; round < 2; round++) {
            IntStream.range(0, 5_000).forEach(number -> add(number * 31L % 5_000, number));
            assertThat(heap.size()).isEqualTo(5_000);

            assertThat(drain(5_000))
                    .extracting(Entry::deadlineNanos)
                    .containsExactlyElementsOf(
                            LongStream.range(0, 5_000).boxed().toList());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 42, 20_251_122})
    void heapAgreesWithASortedMap(long seed) {
        var random = new Random(seed);
        var model = new TreeMap<Long, List<Entry>>();
        var pending = new ArrayList<Entry>();
        long now = 0;
        for (int step = 0; step < 20_000; step++) {
            int choice = random.nextInt(10);
            if (choice < (step / 4_000 % 2 == 0 ? 6 : 3)) {
                Entry entry = add(now + random.nextInt(1_000), step);
                model.computeIfAbsent(entry.deadlineNanos(), instant -> new ArrayList<>())
                        .add(entry);
                pending.add(entry);
            } else if (choice < 8 && !pending.isEmpty()) {
                Entry victim = pending.remove(random.nextInt(pending.size()));
                assertThat(heap.remove(victim)).isTrue();
                removeFrom(model, victim);
            } else {
                now += random.nextInt(20);
                List<Entry> due = takeDue(model, now);
                assertThat(drain(now)).containsExactlyElementsOf(due);
                pending.removeAll(due);
            }
            assertThat(heap.size()).isEqualTo(pending.size());
        }
    }

    private static void removeFrom(NavigableMap<Long, List<Entry>> model, Entry victim) {
        List<Entry> equals = model.getOrDefault(victim.deadlineNanos(), List.of());
        equals.remove(victim);
        if (equals.isEmpty()) {
            model.remove(victim.deadlineNanos());
        }
    }

    private static List<Entry> takeDue(NavigableMap<Long, List<Entry>> model, long now) {
        var head = model.headMap(now, true);
        List<Entry> due = head.values().stream().flatMap(List::stream).toList();
        head.clear();
        return due;
    }
}
