package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Combinators.mapAsync;
import static io.gyre.loop.Combinators.race;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Feature;
import io.gyre.loop.Joiner;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.TaskGroupOptions;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;

class StructuredConcurrencyFeaturesTest {
    private final IOException boom = new IOException("boom");
    private final List<String> log = new ArrayList<>();

    private static String after(long seconds, String value) {
        sleep(seconds(seconds));
        return value;
    }

    private String failAfter(long seconds) throws IOException {
        sleep(seconds(seconds));
        throw boom;
    }

    private void sleepOrLog(String line) {
        try {
            sleep(seconds(1_000));
        } catch (CancellationException e) {
            log.add(line);
            throw e;
        }
    }

    @LoopTest
    @Feature("Task groups (nurseries)")
    void taskGroupWaitsForAllAndItsFirstFailureCancelsSiblingsAndBody(VirtualClock clock) {
        TaskGroup.run(group -> {
            group.createTask(() -> sleep(seconds(1)));
            group.createTask(() -> sleep(seconds(3)));
        });
        assertThat(clock.elapsed()).isEqualTo(seconds(3));

        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.createTask(() -> sleepOrLog("sibling cancelled"));
                    group.createTask(() -> failAfter(1));
                    sleepOrLog("body cancelled");
                }))
                .withCause(boom);
        assertThat(log).containsExactlyInAnyOrder("sibling cancelled", "body cancelled");
        assertThat(clock.elapsed()).isEqualTo(seconds(4));
    }

    @LoopTest
    @Feature("Exception groups")
    void errorsOfAGroupAreAggregated() {
        var second = new IllegalStateException("second");

        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.createTask(() -> failAfter(0));
                    group.createTask(() -> {
                        try {
                            sleepOrLog("cancelled");
                        } finally {
                            throwIt(second);
                        }
                    });
                }))
                .satisfies(thrown -> {
                    assertThat(thrown.failures()).containsExactly(boom, second);
                    assertThat(thrown).hasCause(boom);
                    assertThat(thrown.getSuppressed()).containsExactly(second);
                });
    }

    private static void throwIt(RuntimeException exception) {
        throw exception;
    }

    @LoopTest
    @Feature("Results of the tasks of a group")
    void resultsOfAGroupComeByHandles() {
        var handles = new ArrayList<Task<String>>();

        String both = TaskGroup.call(group -> {
            Task<String> a = group.createTask(() -> after(2, "a"));
            Task<String> b = group.createTask(() -> after(1, "b"));
            handles.add(group.createTask(() -> after(3, "c")));
            return a.await() + b.await();
        });

        assertThat(both).isEqualTo("ab");
        assertThat(handles.getFirst().resultNow()).isEqualTo("c");
    }

    @LoopTest
    @Feature("Spawn into a group from its tasks")
    void childrenSpawnMoreAndTheGroupIsPassedOn(VirtualClock clock) {
        TaskGroup.run(group -> visit(group, 3));

        assertThat(log).hasSize(1 + 2 + 4 + 8);
        assertThat(clock.elapsed()).isEqualTo(seconds(4));
    }

    private void visit(TaskGroup<?> group, int depth) {
        group.createTask(() -> {
            sleep(seconds(1));
            log.add("depth " + depth);
            if (depth > 0) {
                visit(group, depth - 1);
                visit(group, depth - 1);
            }
        });
    }

    @LoopTest
    @Feature("Cancel a group without an error")
    void wholeGroupIsCancelledWithoutAnError(VirtualClock clock) {
        TaskGroup.run(group -> {
            group.createTask(() -> sleepOrLog("child cancelled"));
            group.createTask(() -> {
                sleep(seconds(1));
                group.cancel("enough");
                group.cancel("idempotent");
            });
            sleepOrLog("body cancelled");
        });

        assertThat(log).containsExactlyInAnyOrder("child cancelled", "body cancelled");
        assertThat(clock.elapsed()).isEqualTo(seconds(1));
    }

    @LoopTest
    @Feature("Race: the first success wins")
    void raceCancelsTheOthersOnTheFirstSuccess(VirtualClock clock) {
        String winner = race(
                () -> failAfter(1),
                () -> {
                    sleepOrLog("loser cancelled");
                    return "loser";
                },
                () -> after(2, "winner"));

        assertThat(winner).isEqualTo("winner");
        assertThat(log).containsExactly("loser cancelled");
        assertThat(clock.elapsed()).isEqualTo(seconds(2));
    }

    @LoopTest
    @Feature("The tasks of a group")
    void groupListsItsChildren() {
        TaskGroup.run(group -> {
            Task<?> a = group.createTask(() -> after(1, "a"));
            Task<?> b = group.createTask(() -> after(2, "b"));
            assertThat(group.tasks()).containsExactly(a, b);

            a.await();

            assertThat(group.tasks()).containsExactly(b);
        });
    }

    @LoopTest
    @Feature("Supervision: a failure leaves the siblings alone")
    void supervisorIsolatesTheFailureOfASibling() {
        TaskGroup.supervise(group -> {
            Task<String> failing = group.createTask(() -> failAfter(1));
            Task<String> sibling = group.createTask(() -> after(2, "went on"));

            assertThatExceptionOfType(CompletionException.class).isThrownBy(failing::await);
            log.add(sibling.await());
        });

        assertThat(log).containsExactly("went on");
    }

    @LoopTest
    @Feature("Joiners (completion policies)")
    void joinersWantAllOrAnyToSucceedOrWaitForAllOrUntilAPredicateOrDecideThemselves() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> join(Joiner.allSuccessfulOrThrow()))
                .withCause(boom);
        assertThat(join(Joiner.anySuccessfulOrThrow())).isEqualTo("two");
        assertThat(join(Joiner.awaitAll()))
                .extracting(Task::state)
                .containsExactly(State.FAILED, State.SUCCESS, State.SUCCESS);
        assertThat(join(Joiner.allUntil(task -> task.state() == State.SUCCESS)))
                .extracting(Task::state)
                .containsExactly(State.FAILED, State.SUCCESS, State.CANCELLED);
        assertThat(join(new CountFailures())).isEqualTo(1);
    }

    /** One task fails after a second, one succeeds after two, one after three. */
    private <R> R join(Joiner<String, R> joiner) {
        return TaskGroup.join(joiner, group -> {
            group.createTask(() -> failAfter(1));
            group.createTask(() -> after(2, "two"));
            group.createTask(() -> after(3, "three"));
        });
    }

    private static final class CountFailures implements Joiner<String, Integer> {
        private int failures;

        @Override
        public boolean onComplete(Task<? extends String> task) {
            failures += task.state() == State.FAILED ? 1 : 0;
            return false;
        }

        @Override
        public Integer result() {
            return failures;
        }
    }

    @LoopTest
    @Feature("Concurrent map with a limit")
    void mapRunsABoundedNumberOfCallsAtATime(VirtualClock clock) {
        int[] running = {0};

        List<Integer> squares = mapAsync(2, List.of(3, 1, 2, 4), number -> {
            running[0]++;
            assertThat(running[0]).isLessThanOrEqualTo(2);
            sleep(seconds(1));
            running[0]--;
            return number * number;
        });

        assertThat(squares).containsExactly(9, 1, 4, 16);
        assertThat(clock.elapsed()).isEqualTo(seconds(2));
    }

    @LoopTest
    @Feature("Exit stack: resources that are closed with the group")
    void groupClosesWhatItOwnsInReverseOrderWhenItsTasksHaveEnded() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.own(() -> log.add("first closed"));
                    group.own(() -> log.add("second closed"));
                    group.createTask(() -> sleepOrLog("child cancelled"));
                    group.createTask(() -> failAfter(1));
                }))
                .withCause(boom);

        assertThat(log).containsExactly("child cancelled", "second closed", "first closed");
    }

    @LoopTest
    @Feature("Time-out and name of a group")
    void groupHasADeadlineAndAName(VirtualClock clock) {
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> TaskGroup.run(
                        TaskGroupOptions.named("search").withTimeout(seconds(2)),
                        group -> group.createTask(() -> sleepOrLog("searcher cancelled"))))
                .withMessageContaining("the group 'search'");
        assertThat(log).containsExactly("searcher cancelled");
        log.clear();

        TaskGroup.run(group -> {
            group.scope().setTimeout(seconds(5));
            group.createTask(() -> sleepOrLog("child cancelled"));
            createTask(() -> log.add("no child"));
            yieldNow();
        });

        assertThat(log).containsExactly("no child", "child cancelled");
        assertThat(clock.elapsed()).isEqualTo(seconds(2 + 5));
    }
}
