package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.OtherThread.spinUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.gyre.loop.internal.entry.TaskTally;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class LoopChooserTest {
    private static final LoopOptions NAMED = LoopOptions.defaults().withName("gyre");

    private static String next(LoopGroup group) {
        return group.next().loop().name();
    }

    /** Starts tasks on one loop of a group, and waits until other threads can see them. */
    private static void load(LoopGroup group, int loop, int tasks) {
        LoopPortal portal = group.portals().get(loop);
        portal.call(() -> {
            for (int i = 0; i < tasks; i++) {
                createTask(() -> sleep(ONE_DAY));
            }
        });
        spinUntil(() -> portal.loop().taskCount() == tasks);
    }

    @Test
    void defaultIsOneAfterTheOther() {
        try (LoopGroup group = LoopGroup.start(2, NAMED)) {
            assertThat(List.of(next(group), next(group), next(group))).containsExactly("gyre-1", "gyre-2", "gyre-1");
        }
    }

    @Test
    @Feature("Event loop chooser")
    void leastLoadedIsTheLoopWithTheFewestTasks() {
        try (LoopGroup group = LoopGroup.start(3, LoopChooser.leastLoaded(), NAMED)) {
            load(group, 0, 3);
            load(group, 2, 1);

            assertThat(next(group)).isEqualTo("gyre-2");
        }
    }

    /** Short tasks come and go, and others are still under way. */
    @Test
    void taskThatHasEndedIsOneTaskLessUnderWay() {
        try (LoopGroup group = LoopGroup.start(2, LoopChooser.leastLoaded(), NAMED)) {
            var before = List.of(next(group), next(group), next(group), next(group), next(group), next(group));
            LoopPortal first = group.portals().getFirst();
            first.call(() -> {});
            spinUntil(() -> first.loop().core.tally.read().equals(new TaskTally.Reading(1, 0)));

            var chosen = List.of(next(group), next(group), next(group));

            assertThat(before).containsExactly("gyre-1", "gyre-2", "gyre-1", "gyre-2", "gyre-1", "gyre-2");
            assertThat(chosen).containsExactly("gyre-1", "gyre-2", "gyre-1");
        }
    }

    @Test
    void whatIsUnderWayCountsUntilTheLoopTellsAnew() {
        try (LoopGroup group = LoopGroup.start(3, LoopChooser.leastLoaded(), NAMED)) {
            load(group, 0, 2);

            var chosen = new ArrayList<String>();
            for (int i = 0; i < 7; i++) {
                chosen.add(next(group));
            }

            assertThat(chosen).containsExactly("gyre-2", "gyre-3", "gyre-2", "gyre-3", "gyre-1", "gyre-2", "gyre-3");
        }
    }

    @Test
    void systemTasksAreNoLoad() {
        try (LoopGroup group = LoopGroup.start(2, LoopChooser.leastLoaded(), NAMED)) {
            group.portals().get(0).call(() -> {
                EventLoop.current().createSystemTask("clock", () -> sleep(ONE_DAY));
            });
            load(group, 1, 1);

            assertThat(next(group)).isEqualTo("gyre-1");
        }
    }

    @Test
    void tasksThatHaveEndedAreNoLoad() {
        try (LoopGroup group = LoopGroup.start(2, LoopChooser.leastLoaded(), NAMED)) {
            LoopPortal first = group.portals().getFirst();
            load(group, 0, 2);
            load(group, 1, 1);
            assertThat(next(group)).isEqualTo("gyre-2");

            first.call(() -> first.loop().tasks().stream()
                    .filter(task -> task != Async.currentTask())
                    .forEach(task -> task.cancel("enough")));
            spinUntil(() -> first.loop().taskCount() == 0);

            assertThat(next(group)).isEqualTo("gyre-1");
        }
    }

    @Test
    void closedLoopIsNotTheLeastLoaded() {
        try (LoopGroup group = LoopGroup.start(2, LoopChooser.leastLoaded(), NAMED)) {
            load(group, 1, 3);
            group.portals().getFirst().close();

            assertThat(next(group)).isEqualTo("gyre-2");
            group.portals().get(1).close();
            assertThat(next(group))
                    .as("any, and using it says that it is closed")
                    .startsWith("gyre-");
        }
    }

    @Test
    void severalThreadsMayAskAtTheSameTime() throws Exception {
        try (LoopGroup group = LoopGroup.start(2, LoopChooser.leastLoaded(), NAMED)) {
            var threads = new ArrayList<FutureTask<Integer>>();
            for (int i = 0; i < 4; i++) {
                threads.add(OtherThread.call(() -> {
                    int first = 0;
                    for (int j = 0; j < 1_000; j++) {
                        first += next(group).equals("gyre-1") ? 1 : 0;
                    }
                    return first;
                }));
            }
            int first = 0;
            for (FutureTask<Integer> thread : threads) {
                first += thread.get();
            }

            assertThat(first).isEqualTo(2_000);
        }
    }

    @Test
    void ownFunctionDecides() {
        try (LoopGroup group = LoopGroup.start(3, List::getLast, NAMED)) {
            assertThat(next(group)).isEqualTo("gyre-3");
            assertThat(next(group)).isEqualTo("gyre-3");
        }
    }

    @Test
    @SuppressWarnings("NullAway") // misuse
    void functionThatReturnsSomethingElseIsNamed() {
        try (LoopPortal foreign = LoopPortal.start();
                LoopGroup group = LoopGroup.start(1, portals -> foreign, NAMED);
                LoopGroup nothing = LoopGroup.start(1, portals -> null, NAMED)) {
            assertThatIllegalStateException()
                    .isThrownBy(group::next)
                    .withMessageContaining("the chooser of LoopGroup[EventLoop[gyre-1]] returned");
            assertThatIllegalStateException().isThrownBy(nothing::next);
        }
        assertThatNullPointerException().isThrownBy(() -> LoopGroup.start(1, null, NAMED));
    }

    @Test
    void equalKeysHaveTheSameLoopAndManyKeysHaveAll() {
        try (LoopGroup group = LoopGroup.start(4, NAMED)) {
            Set<LoopPortal> used = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                assertThat(group.portalOf("key " + i)).isSameAs(group.portalOf("key " + i));
                used.add(group.portalOf(i << 16));
            }

            assertThat(used).containsExactlyInAnyOrderElementsOf(group.portals());
            assertThat(group.portalOf(Integer.MIN_VALUE)).isIn(group.portals());
        }
    }
}
