package io.gyre.loop;

import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomOrderTest {
    private static final List<Integer> IN_ORDER = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

    /** The order in which ten tasks run that became ready together. */
    private static List<Integer> orderOfTasks(long seed) {
        var order = new ArrayList<Integer>();
        try (var driven = new HandDrivenLoop(options -> options.withRandomOrder(seed))) {
            for (int i : IN_ORDER) {
                driven.loop.createTask(() -> order.add(i));
            }
            driven.settle();
        }
        return order;
    }

    @Test
    void readyTasksAreShuffled() {
        assertThat(orderOfTasks(1))
                .containsExactlyInAnyOrderElementsOf(IN_ORDER)
                .isNotEqualTo(IN_ORDER);
    }

    @Test
    void sameSeedGivesTheSameOrderAndAnotherSeedAnother() {
        assertThat(orderOfTasks(1)).isEqualTo(orderOfTasks(1)).isNotEqualTo(orderOfTasks(2));
    }

    @Test
    void callbacksKeepTheirOrderAmongTasks() {
        var callbacks = new ArrayList<Integer>();
        var all = new ArrayList<Integer>();
        try (var driven = new HandDrivenLoop(options -> options.withRandomOrder(3))) {
            for (int i : IN_ORDER) {
                driven.loop.createTask(() -> all.add(i));
                driven.loop.callSoon(() -> {
                    callbacks.add(i);
                    all.add(i);
                });
            }
            assertThat(driven.tick()).isEqualTo(20);
        }

        assertThat(callbacks).isEqualTo(IN_ORDER);
        assertThat(all).hasSize(20).isNotEqualTo(all.stream().sorted().toList());
    }

    @Test
    void whatBecomesReadyMeanwhileStillWaitsForTheNextTick() {
        var log = new ArrayList<String>();
        try (var driven = new HandDrivenLoop(options -> options.withRandomOrder(4))) {
            for (int i = 0; i < 5; i++) {
                driven.loop.createTask(() -> {
                    log.add("first");
                    yieldNow();
                    log.add("second");
                });
            }
            driven.settle();
        }

        assertThat(log.subList(0, 5)).containsOnly("first");
        assertThat(log.subList(5, 10)).containsOnly("second");
    }

    @Test
    void callbackThatParksLetsTheRestOfTheShuffledBatchRun() {
        var log = new ArrayList<String>();
        try (var driven = new HandDrivenLoop(options -> options.withRandomOrder(5))) {
            for (int i = 0; i < 5; i++) {
                driven.loop.callSoon(() -> {
                    yieldNow();
                    log.add("callback");
                });
                driven.loop.createTask(() -> log.add("task"));
            }
            driven.settle();
            driven.assertIdle();
        }

        assertThat(log.subList(0, 5)).containsOnly("task");
        assertThat(log.subList(5, 10)).containsOnly("callback");
    }
}
