package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TaskGroupCancellationTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<String> log = new ArrayList<>();

    private VoidBody<Exception> sleeper(String name) {
        return () -> {
            try {
                sleep(ONE_DAY);
                log.add(name + " slept");
            } finally {
                log.add(name + " cleaned up");
            }
        };
    }

    @Test
    void cancelEndsTasksAndBlockWithoutAnError() {
        driven.run(() -> {
            TaskGroup.run(group -> {
                group.createTask(sleeper("task"));
                yieldNow();
                group.cancel("enough");
                sleeper("block").run();
            });
            yieldNow();
            log.add("went on");
        });

        assertThat(log).containsExactly("block cleaned up", "task cleaned up", "went on");
    }

    @Test
    void cancelByTheLastStatementOfTheBlockEndsTheTasksAlone() {
        Task<?> task = driven.start(() -> {
            TaskGroup.run(group -> {
                group.createTask(sleeper("task"));
                yieldNow();
                group.cancel("enough");
            });
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            yieldNow();
            log.add("went on");
        });

        assertThat(log).containsExactly("task cleaned up", "went on");
        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void cancelByATaskEndsAllOthersAndItself() {
        driven.run(() -> TaskGroup.run(group -> {
            group.createTask(sleeper("sibling"));
            group.createTask(() -> {
                group.cancel("by a task");
                sleeper("canceller").run();
            });
        }));

        assertThat(log).containsExactlyInAnyOrder("sibling cleaned up", "canceller cleaned up");
    }

    @Test
    void cancelTwiceIsCancelOnce() {
        driven.run(() -> TaskGroup.run(group -> {
            group.createTask(sleeper("task"));
            group.cancel("first");
            group.cancel("second");
        }));

        assertThat(log).containsExactly("task cleaned up");
    }

    @Test
    void cancelOfACallThatHasNoResultYetIsACancellationException() {
        driven.run(() -> assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> TaskGroup.call(group -> {
                    group.cancel("enough");
                    sleep(ONE_DAY);
                    return "value";
                }))
                .withMessage("the group was cancelled before its block had a result"));
    }

    @Test
    void cancelOfACallThatIsCancelledFromOutsideTooIsThatCancellation() {
        Task<?> task = driven.start(() -> TaskGroup.call(group -> {
            Task<?> self = currentTask();
            group.createTask(() -> shield(ONE_DAY, () -> {
                yieldNow();
                self.cancel("from outside");
            }));
            group.cancel("enough");
            sleep(ONE_DAY);
            return "value";
        }));

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancelOfACallThatHasItsResultLeavesIt() {
        Task<String> task = driven.start(() -> TaskGroup.call(group -> {
            group.createTask(sleeper("task"));
            group.createTask(() -> group.cancel("enough"));
            return "value";
        }));

        assertThat(task.resultNow()).isEqualTo("value");
    }

    @Test
    void cancellationFromOutsideCancelsTasksAndWaitsForThem() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> {
            group.createTask(sleeper("first"));
            group.createTask(() -> shield(ONE_DAY, () -> {
                sleep(ONE_SECOND);
                log.add("second took its time");
            }));
        }));

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        assertThat(log).containsExactly("first cleaned up");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("first cleaned up", "second took its time");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancellationFromOutsideReachesTheBlock() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> {
            group.createTask(sleeper("task"));
            sleeper("block").run();
        }));

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactlyInAnyOrder("task cleaned up", "block cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancellationFromOutsideIsRaisedAtTheEndOfTheGroup() {
        Task<?> task = driven.start(() -> {
            TaskGroup.run(group -> group.createTask(sleeper("task")));
            log.add("went on");
        });

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactly("task cleaned up");
    }

    @Test
    void resultOfAGroupWhoseTasksHaveTheirResultsWinsOverACancellationFromOutside() {
        Task<String> task = driven.start(() -> TaskGroup.call(group -> {
            group.createTask(() -> shield(ONE_DAY, () -> sleep(ONE_SECOND)));
            return "value";
        }));

        task.cancel("too late");
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("value");
    }

    @Test
    void failureOfATaskThatIsCancelledFromOutsideWins() {
        var failure = new IllegalStateException("clean-up failed");
        Task<?> task = driven.start(() -> TaskGroup.run(group -> group.createTask(() -> {
            try {
                sleep(ONE_DAY);
            } catch (CancelledException e) {
                throw failure;
            }
        })));
        task.whenDone(done -> {});

        task.cancel("enough");
        driven.settle();

        assertThat(task.exceptionNow())
                .isInstanceOfSatisfying(TaskGroupException.class, thrown -> assertThat(thrown.failures())
                        .containsExactly(failure));
    }

    @Test
    void cancellationOfTheOuterGroupReachesTheTasksOfTheInnerOne() {
        driven.run(() -> TaskGroup.run(outer -> {
            outer.createTask(() -> TaskGroup.run(inner -> {
                inner.createTask(sleeper("grandchild"));
                sleeper("inner block").run();
            }));
            yieldNow();
            yieldNow();
            outer.cancel("enough");
        }));

        assertThat(log).containsExactlyInAnyOrder("grandchild cleaned up", "inner block cleaned up");
    }

    @Test
    void cancellationOfTheInnerGroupLeavesTheOuterOneAlone() {
        driven.start(() -> TaskGroup.run(outer -> {
            outer.createTask(() -> {
                sleep(ONE_SECOND);
                log.add("outer task done");
            });
            TaskGroup.run(inner -> {
                inner.createTask(sleeper("inner task"));
                inner.cancel("enough");
            });
            sleep(ONE_SECOND);
            log.add("outer block done");
        }));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("inner task cleaned up", "outer task done", "outer block done");
    }

    @Test
    void failureInAnInnerGroupDoesNotCancelTheOuterOneThatHandlesIt() {
        driven.start(() -> TaskGroup.run(outer -> {
            outer.createTask(() -> {
                sleep(ONE_SECOND);
                log.add("outer task done");
            });
            assertThatExceptionOfType(TaskGroupException.class)
                    .isThrownBy(() -> TaskGroup.run(inner -> inner.createTask(() -> {
                        throw new IllegalStateException("boom");
                    })));
            yieldNow();
            log.add("handled");
        }));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("handled", "outer task done");
    }

    @Test
    void timeThatPassesBetweenTheBlockAndItsTasksCancelsNothingElse() {
        Task<?> task = driven.start(() -> {
            boolean inTime = moveOnAfter(
                    ONE_SECOND,
                    () -> TaskGroup.run(group -> {
                        group.createTask(sleeper("task"));
                        driven.ticker.advance(ONE_SECOND);
                        yieldNow(); // the deadline passes while the block is not parked
                    }));
            log.add("in time " + inTime);
            yieldNow();
            log.add("went on");
        });

        assertThat(log).containsExactly("task cleaned up", "in time false", "went on");
        assertThat(task.state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void interruptOfTheTaskThatWaitsForItsGroupIsItsCancellation() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> group.createTask(sleeper("task"))));

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();

        assertThat(log).containsExactly("task cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void blockingCallAfterAGroupThatWasCancelledFromOutsideIsInterrupted() {
        Task<?> task = driven.start(() -> {
            TaskGroup.run(group -> group.createTask(() -> shield(ONE_DAY, () -> sleep(ONE_SECOND))));
            log.add("blocking");
            Thread.sleep(ONE_DAY);
        });
        task.cancel("while the group waits");
        driven.settle();

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("blocking");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void taskOfAGroupMayBeCancelledAndJoinedByTheBlock() {
        driven.run(() -> TaskGroup.run(group -> {
            Task<?> child = group.createTask(sleeper("child"));
            yieldNow();
            child.cancelAndJoin("no longer needed");
            log.add(child.state().toString());
        }));

        assertThat(log).containsExactly("child cleaned up", "CANCELLED");
    }

    @Test
    void taskThatCancelsTheTaskOfItsGroupIsCancelledWithIt() {
        Task<?> owner = driven.start(() -> {
            Task<?> self = currentTask();
            TaskGroup.run(group -> group.createTask(() -> {
                self.cancel("by its child");
                sleeper("child").run();
            }));
        });

        assertThat(log).containsExactly("child cleaned up");
        assertThat(owner.isCancelled()).isTrue();
    }

    @Test
    void tasksThatTheLoopOwnsAreNotCancelledWithTheGroup() {
        var created = new ArrayList<Task<?>>();
        driven.run(() -> TaskGroup.run(group -> {
            created.add(createTask(() -> sleep(ONE_SECOND)));
            group.cancel("enough");
        }));

        driven.advance(ONE_SECOND);

        assertThat(created.getFirst().state()).isEqualTo(State.SUCCESS);
    }

    @Test
    void timeOutInTheCleanUpOfACancelledTaskNeedsAShield() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> group.createTask(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                shield(ONE_DAY, () -> assertThatExceptionOfType(TimeoutException.class)
                        .isThrownBy(() -> timeout(ONE_SECOND, () -> sleep(ONE_DAY))));
                log.add("gave up");
            }
        })));
        task.cancel("enough");
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("gave up");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void closingTheLoopEndsAGroup() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> {
            group.createTask(sleeper("task"));
            sleeper("block").run();
        }));

        driven.loop.close();

        assertThat(log).containsExactlyInAnyOrder("task cleaned up", "block cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    // ---- as deep as users nest

    private static final int MANY = 3_000;

    private int begun;
    private int ended;

    /** Opens groups in each other, a task for each. */
    private void nest(int levels, VoidBody<RuntimeException> innermost) {
        TaskGroup.run(group -> {
            begun++;
            try {
                if (levels == 1) {
                    innermost.run();
                } else {
                    group.createTask(() -> nest(levels - 1, innermost));
                    sleep(ONE_DAY);
                }
            } finally {
                ended++;
            }
        });
    }

    @Test
    void thousandsOfGroupsInEachOtherAreCancelledFromOutside() {
        Task<?> task = driven.start(() -> nest(MANY, () -> sleep(ONE_DAY)));
        assertThat(begun).isEqualTo(MANY);

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(ended).isEqualTo(MANY);
    }

    @Test
    void thousandsOfGroupsInEachOtherAreCancelledByADeadline() {
        Task<Boolean> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> nest(MANY, () -> sleep(ONE_DAY))));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).as("completed").isFalse();
        assertThat(ended).isEqualTo(MANY);
    }

    @Test
    void thousandsOfGroupsInEachOtherEndByAFailureOfTheInnermost() {
        Task<?> task = driven.start(() -> nest(MANY, () -> {
            throw new IllegalStateException("boom");
        }));

        assertThat(task.exceptionNow()).isInstanceOf(TaskGroupException.class);
        assertThat(task.exceptionNow().getMessage()).hasSizeLessThan(10_000);
        assertThat(ended).isEqualTo(MANY);
    }

    @Test
    void thousandsOfGroupsInEachOtherAreCancelledWhenTheLoopCloses() {
        driven.start(() -> nest(MANY, () -> sleep(ONE_DAY)));

        driven.loop.close();

        assertThat(ended).isEqualTo(MANY);
    }

    /** The stack is theirs: as many as it holds. */
    @Test
    void scopesOnOneStackAreLeftUpToTheOneThatWasCancelled() {
        Task<Boolean> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> nestScopes(500)));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).as("completed").isFalse();
        assertThat(ended).isEqualTo(500);
    }

    private void nestScopes(int levels) {
        CancelScope.run(scope -> {
            scope.setTimeout(ONE_DAY);
            try {
                if (levels == 1) {
                    sleep(ONE_DAY);
                } else {
                    nestScopes(levels - 1);
                }
            } finally {
                ended++;
            }
        });
    }
}
