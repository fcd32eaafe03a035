package io.gyre.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BareHeapTest {
    private final BareHeap heap = new BareHeap();
    private final List<Long> ran = new ArrayList<>();

    @Test
    void whatIsDueRunsInOrderAndTheRestStays() {
        var random = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            add(random.nextLong(100));
        }

        heap.runDue(49);

        assertThat(ran).isSorted().allMatch(due -> due < 50);
        assertThat(heap.size()).isEqualTo(1_000 - ran.size()).isPositive();
        heap.runDue(99);
        assertThat(ran).isSorted().hasSize(1_000);
    }

    @Test
    void whatIsTakenOutDoesNotRun() {
        var timers = new ArrayList<BareHeap.Timer>();
        for (long i = 0; i < 200; i++) {
            timers.add(add(i * 7919 % 200));
        }
        for (int i = 0; i < 200; i += 2) {
            heap.remove(timers.get(i));
        }

        heap.runDue(200);

        assertThat(ran).isSorted().hasSize(100).doesNotContain(0L);
    }

    private BareHeap.Timer add(long due) {
        return heap.add(due, () -> ran.add(due));
    }
}
