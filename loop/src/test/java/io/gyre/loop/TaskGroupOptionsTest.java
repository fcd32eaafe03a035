package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;

class TaskGroupOptionsTest {
    private final List<String> log = new ArrayList<>();

    @LoopTest
    void nameIsInTheWaitReasonAndInTheMessageOfMisuse() {
        var leaked = new ArrayList<TaskGroup<?>>();
        Task<?> owner = createTask(() -> TaskGroup.run(TaskGroupOptions.named("search"), group -> {
            leaked.add(group);
            group.createTask("child", () -> sleep(ONE_SECOND));
        }));
        awaitAllTasksParked();

        assertThat(owner.waitsFor()).isEqualTo("the tasks of the group 'search': [task 'child']");
        owner.await();
        assertThatIllegalStateException()
                .isThrownBy(() -> leaked.getFirst().createTask(() -> {}))
                .withMessageContaining("the group 'search' of " + owner + " has ended");
    }

    @LoopTest
    void timeOutCancelsBlockAndTasksAndIsThrownWhenTheyHaveEnded(VirtualClock clock) {
        var tasks = new ArrayList<Task<?>>();

        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> TaskGroup.run(
                        TaskGroupOptions.named("search").withTimeout(ONE_SECOND),
                        group -> tasks.add(group.createTask(() -> sleep(ONE_DAY)))))
                .withMessageContaining("timed out after PT1S: the group 'search'");

        assertThat(tasks).extracting(Task::state).containsExactly(State.CANCELLED);
        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
    }

    @LoopTest
    void groupThatIsDoneInTimeHasItsResult() {
        TaskGroupOptions options = TaskGroupOptions.within(ONE_SECOND);

        assertThat(TaskGroup.<Integer, RuntimeException>call(
                        options, group -> group.createTask(() -> 7).await()))
                .isEqualTo(7);
        assertThat(TaskGroup.<Integer, Integer, RuntimeException>join(
                        options.withName("race"), Joiner.anySuccessfulOrThrow(), group -> group.createTask(() -> 8)))
                .isEqualTo(8);
    }

    @LoopTest
    void supervisedGroupMayHaveATimeOutToo() {
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> TaskGroup.supervise(
                        TaskGroupOptions.within(ONE_SECOND), group -> group.createTask(() -> sleep(ONE_DAY))));
    }

    @LoopTest
    void failureOfATaskComesBeforeTheTimeOut() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(
                        TaskGroupOptions.within(ONE_SECOND),
                        group -> group.createTask(() -> {
                            throw new IOException("boom");
                        })));
    }

    // ---- what a group owns

    @LoopTest
    void ownedResourcesAreClosedTheLatestFirstWhenAllTasksAreDone() {
        TaskGroup.run(group -> {
            group.own(() -> log.add("first"));
            group.own(() -> log.add("second"));
            group.createTask(() -> {
                sleep(ONE_SECOND);
                log.add("task");
            });
        });

        assertThat(log).containsExactly("task", "second", "first");
    }

    @LoopTest
    void ownedResourcesAreClosedWhenTheBlockFailsAndTheirFailuresSuppressed() {
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.own(() -> log.add("closed"));
                    group.own(() -> {
                        throw new IllegalStateException("cannot close");
                    });
                    throw new IOException("boom");
                }))
                .satisfies(failure ->
                        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class));

        assertThat(log).containsExactly("closed");
    }

    @LoopTest
    void failureToCloseFailsTheGroup() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> group.own(() -> {
                    throw new IOException("cannot close");
                })))
                .withMessageContaining("could not close what it owns")
                .satisfies(failure ->
                        assertThat(failure.failures()).singleElement().isInstanceOf(IOException.class));
    }

    @LoopTest
    void ownedResourceMaySuspendWhileItCloses() {
        TaskGroup.run(group -> {
            group.own(() -> {
                sleep(ONE_SECOND);
                log.add("closed");
            });
            group.cancel("enough");
        });

        assertThat(log).containsExactly("closed");
    }

    @LoopTest
    void groupThatHasEndedOwnsNothingMore() {
        var leaked = new ArrayList<TaskGroup<?>>();
        TaskGroup.run(leaked::add);

        assertThatIllegalStateException()
                .isThrownBy(() -> leaked.getFirst().own(() -> {}))
                .withMessageContaining("hand over the resource before its block");
    }

    // ---- which of several failures is thrown

    private static void notClosing() throws IOException {
        throw new IOException("cannot close");
    }

    @LoopTest
    void failureToCloseIsSuppressedInThatOfATask() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.own(TaskGroupOptionsTest::notClosing);
                    group.createTask(() -> {
                        throw new IllegalStateException("boom");
                    });
                }))
                .withMessageContaining("boom")
                .satisfies(failure ->
                        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IOException.class));
    }

    @LoopTest
    void failureToCloseIsSuppressedInThatOfATaskOfABlockWithAResult() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.call(group -> {
                    group.own(TaskGroupOptionsTest::notClosing);
                    group.createTask(() -> {
                        throw new IllegalStateException("boom");
                    });
                    return "result";
                }))
                .withMessageContaining("boom")
                .satisfies(failure ->
                        assertThat(failure.getSuppressed()).singleElement().isInstanceOf(IOException.class));
    }

    @LoopTest
    void cancellationOfAGroupThatClosesIsNothingElse() {
        Task<?> task = createTask(() -> TaskGroup.run(group -> group.own(() -> sleep(ONE_DAY))));
        awaitAllTasksParked();

        task.cancelAndJoin("test");

        assertThat(task.state()).isEqualTo(State.CANCELLED);
        assertThat(((Completion<?>) task).failure()).isInstanceOf(CancelledException.class);
    }

    @LoopTest
    void cancellationOfAGroupThatClosesHidesNoFailureToClose() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> moveOnAfter(
                        ONE_SECOND,
                        () -> TaskGroup.run(group -> {
                            group.own(TaskGroupOptionsTest::notClosing);
                            group.own(() -> sleep(ONE_DAY)); // is closed first, and cancelled
                        })))
                .withCauseExactlyInstanceOf(IOException.class)
                .satisfies(failure -> assertThat(failure.failures()).hasSize(1));
    }

    @LoopTest
    void cancellationOfTheBlockHidesNoFailureToClose() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> moveOnAfter(
                        ONE_SECOND,
                        () -> TaskGroup.run(group -> {
                            group.own(TaskGroupOptionsTest::notClosing);
                            sleep(ONE_DAY);
                        })))
                .withCauseExactlyInstanceOf(IOException.class);
    }
}
