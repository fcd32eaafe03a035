package io.gyre.loop.conformance;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Async;
import io.gyre.loop.CancelledException;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.Task;
import io.gyre.loop.TaskGroup;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.VoidBody;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** {@code asyncio.TaskGroup}. */
class TaskGroupConformanceTest extends ConformanceCase {
    private Task<?> expectFailures(VoidBody<?> body, Throwable... failures) {
        return driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(body::run)
                .satisfies(thrown -> assertThat(thrown.failures()).containsExactly(failures)));
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_01: all succeed. */
    @Test
    void resultsAreThoseOfTheHandles() {
        Task<String> task = driven.start(() -> TaskGroup.call(group -> {
            Task<String> a = group.createTask(after(2, "a"));
            Task<String> b = group.createTask(after(1, "b"));
            return a.await() + b.await();
        }));

        pass(2);

        assertThat(task.resultNow()).isEqualTo("ab");
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_02: the block awaits one of them. */
    @Test
    void blockMayAwaitOneAndLeaveTheOther() {
        driven.start(() -> {
            TaskGroup.run(group -> {
                Task<String> first = group.createTask(after(1, "first"));
                group.createTask(after(2, "second"));
                log.add(first.await());
            });
            log.add("end");
        });
        pass(1);
        assertLog("first");

        pass(1);

        assertLog("first", "end");
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_03: a child that is cancelled alone is ignored. */
    @Test
    void childThatIsCancelledAloneIsIgnored() {
        Task<String> task = driven.start(() -> TaskGroup.call(group -> {
            Task<String> first = group.createTask(after(1, "first"));
            Task<String> second = group.createTask(after(10, "second"));
            yieldNow();
            second.cancel("alone");
            return first.await();
        }));

        pass(1);

        assertThat(task.resultNow()).isEqualTo("first");
        assertLog("second cancelled");
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_04: a failing child cancels the block. */
    @Test
    void failingChildCancelsTheBlock() {
        expectFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(failingAfter(1));
                    after(10, "block").call();
                    log.add("not reached");
                }),
                boom);

        pass(1);

        assertLog("block cancelled");
    }

    /** test_taskgroups.TestTaskGroup.test_cancel_children_on_child_error */
    @Test
    void failingChildCancelsItsSiblings() {
        expectFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(after(10, "a"));
                    group.createTask(after(10, "b"));
                    group.createTask(failingAfter(1));
                }),
                boom);

        pass(1);

        assertLog("a cancelled", "b cancelled");
    }

    /** test_taskgroups.TestTaskGroup.test_cancellation: the group is cancelled while it waits. */
    @Test
    void cancellationWhileItWaitsCancelsTheChildren() {
        Task<?> task = driven.start(() -> {
            TaskGroup.run(group -> {
                group.createTask(after(10, "a"));
                group.createTask(after(10, "b"));
            });
            log.add("not reached");
        });

        task.cancel("enough");
        driven.settle();

        assertLog("a cancelled", "b cancelled");
        assertThat(task.isCancelled()).isTrue();
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_08: cancelled while the block runs, and children ignore it for a while. */
    @Test
    void cancellationWaitsForChildrenThatTakeTheirTime() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> {
            group.createTask(() -> {
                try {
                    sleep(seconds(10));
                } finally {
                    Async.shield(ONE_DAY, () -> sleep(seconds(1)));
                    log.add("cleaned up");
                }
            });
            sleep(seconds(10));
        }));

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        pass(1);

        assertLog("cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_07: the body raises; children are cancelled; its error comes out. */
    @Test
    void exceptionOfTheBlockCancelsTheChildren() {
        driven.start(() -> assertThatThrownBy(() -> TaskGroup.run(group -> {
                    group.createTask(after(10, "child"));
                    sleep(seconds(1));
                    throw boom;
                }))
                .isSameAs(boom));

        pass(1);

        assertLog("child cancelled");
    }

    /** test_taskgroups.TestTaskGroup.test_children_complete_on_child_error: those that are done keep their results. */
    @Test
    void childrenThatWereDoneKeepTheirResults() {
        var children = new ArrayList<Task<String>>();
        expectFailures(
                () -> TaskGroup.run(group -> {
                    children.add(group.createTask(after(1, "early")));
                    group.createTask(failingAfter(2));
                }),
                boom);

        pass(2);

        assertThat(children.getFirst().resultNow()).isEqualTo("early");
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_20/21: failures of block and child come out together. */
    @Test
    void failuresOfBlockAndChildComeTogether() {
        var crash = new IllegalStateException("crash");
        expectFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(() -> {
                        try {
                            sleep(seconds(10));
                        } catch (CancelledException e) {
                            throw boom;
                        }
                    });
                    yieldNow();
                    throw crash;
                }),
                crash,
                boom);
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_11: nested groups, cancelled from outside. */
    @Test
    void cancellationReachesNestedGroups() {
        Task<?> task = driven.start(() -> TaskGroup.run(outer -> TaskGroup.run(inner -> {
            inner.createTask(after(10, "inner child"));
            outer.createTask(after(10, "outer child"));
        })));

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactlyInAnyOrder("inner child cancelled", "outer child cancelled");
        assertThat(task.isCancelled()).isTrue();
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_14: a child of the inner group fails. */
    @Test
    void failureOfTheInnerGroupPassesThroughTheOuterOne() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(outer -> {
                    outer.createTask(after(10, "outer child"));
                    TaskGroup.run(inner -> inner.createTask(failingAfter(0)));
                }))
                .satisfies(thrown -> assertThat(thrown.failures()).containsExactly(boom)));

        assertLog("outer child cancelled");
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_24: children create children, some of which fail. */
    @Test
    void grandchildFailsTheWholeGroup() {
        expectFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(() -> {
                        group.createTask(failingAfter(1));
                        return after(10, "child").call();
                    });
                    group.createTask(after(10, "other child"));
                }),
                boom);

        pass(1);

        assertLog("child cancelled", "other child cancelled");
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_finished: create_task afterwards raises RuntimeError. */
    @Test
    void finishedGroupTakesNoTasks() {
        var groups = new ArrayList<TaskGroup<?>>();
        driven.run(() -> {
            TaskGroup.run(groups::add);
            assertThatIllegalStateException().isThrownBy(() -> groups.getFirst().createTask(() -> yieldNow()));
        });
    }

    /** test_taskgroups.TestTaskGroup.test_taskgroup_without_parent_task: needs a task. */
    @Test
    void groupNeedsATask() {
        assertThatIllegalStateException().isThrownBy(() -> TaskGroup.run(group -> {}));
    }

    /** TaskGroup.cancel, 3.15: idempotent, ends the group without an error. */
    @Test
    void cancelEndsTheGroupWithoutAnError() {
        driven.run(() -> {
            TaskGroup.run(group -> {
                group.createTask(after(10, "child"));
                yieldNow();
                group.cancel("enough");
                group.cancel("enough");
            });
            log.add("end");
        });

        assertLog("child cancelled", "end");
    }

    /** asyncio.TaskGroup: several failures in the same iteration are all listed. */
    @Test
    void failuresOfOneTickAreAllListed() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.createTask(failingAfter(0));
                    group.createTask(failingAfter(0));
                }))
                .satisfies(thrown -> assertThat(thrown.failures()).containsExactly(boom, boom)));
    }

    /** asyncio.TaskGroup: the block may wait for anything while its children run. */
    @Test
    void childMayWakeTheBlock() {
        Task<String> task = driven.start(() -> TaskGroup.call(group -> {
            LoopFuture<String> future = loop.createFuture();
            group.createTask(() -> {
                sleep(seconds(1));
                future.setResult("from the child");
            });
            return future.await();
        }));

        pass(1);

        assertThat(task.resultNow()).isEqualTo("from the child");
    }
}
