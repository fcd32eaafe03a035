package io.gyre.loop;

import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TaskGroupFailureTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<String> log = new ArrayList<>();
    private final Exception boom = new IOException("boom");
    private final Exception bang = new IllegalStateException("bang");
    private final Exception crash = new IllegalStateException("crash");

    private static VoidBody<Exception> failing(Exception failure) {
        return () -> {
            throw failure;
        };
    }

    /** Sleeps, and fails when it is cancelled, after a time for cleaning up. */
    private static VoidBody<Exception> failingInCleanUp(Duration time, Exception failure) {
        return () -> {
            try {
                sleep(ONE_DAY);
            } catch (CancelledException e) {
                shield(ONE_DAY, () -> sleep(time));
                throw failure;
            }
        };
    }

    private static void assertFailures(ThrowingCallable group, Throwable... failures) {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(group)
                .satisfies(thrown -> assertThat(thrown.failures()).containsExactly(failures))
                .satisfies(thrown -> assertThat(thrown).hasCause(failures[0]))
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .containsExactly(
                                List.of(failures).subList(1, failures.length).toArray(Throwable[]::new)));
    }

    @Test
    void failureOfATaskCancelsSiblingsAndBlock() {
        driven.run(() -> assertFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(() -> {
                        try {
                            sleep(ONE_DAY);
                        } finally {
                            log.add("sibling cleaned up");
                        }
                    });
                    group.createTask(failing(boom));
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        log.add("block cleaned up");
                    }
                }),
                boom));

        assertThat(log).containsExactlyInAnyOrder("sibling cleaned up", "block cleaned up");
    }

    @Test
    void failureOfATaskAfterTheBlockCancelsItsSiblings() {
        driven.run(() -> assertFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(() -> sleep(ONE_DAY));
                    group.createTask(failing(boom));
                }),
                boom));
    }

    @Test
    void failuresAreListedInTheOrderInWhichTheyHappened() {
        driven.start(() -> assertFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(failingInCleanUp(ONE_SECOND.multipliedBy(2), crash));
                    group.createTask(failingInCleanUp(ONE_SECOND, bang));
                    group.createTask(failing(boom));
                }),
                boom,
                bang,
                crash));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);
    }

    @Test
    void failureOfTheBlockCancelsItsTasksAndPassesAsItIs() {
        driven.run(() -> assertThatThrownBy(() -> TaskGroup.run(group -> {
                    group.createTask(() -> {
                        try {
                            sleep(ONE_DAY);
                        } finally {
                            log.add("task cleaned up");
                        }
                    });
                    yieldNow();
                    throw boom;
                }))
                .isSameAs(boom));

        assertThat(log).containsExactly("task cleaned up");
    }

    @Test
    void failureOfTheBlockIsListedBeforeThatOfATaskWhichItCancels() {
        driven.run(() -> assertFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(failingInCleanUp(Duration.ZERO, bang));
                    yieldNow();
                    throw boom;
                }),
                boom,
                bang));
    }

    @Test
    void failureOfTheBlockIsListedBehindThatOfTheTaskWhichCancelledIt() {
        driven.run(() -> assertFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(failing(boom));
                    failingInCleanUp(Duration.ZERO, bang).run();
                }),
                boom,
                bang));
    }

    @Test
    void failureOfTheBlockIsListedBetweenThoseOfTasks() {
        driven.start(() -> assertFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(failingInCleanUp(ONE_SECOND, crash));
                    group.createTask(failing(boom));
                    failingInCleanUp(Duration.ZERO, bang).run();
                }),
                boom,
                bang,
                crash));

        driven.advance(ONE_SECOND);
    }

    @Test
    void failureThatTheBlockAwaitsIsListedOnce() {
        driven.run(() -> assertFailures(
                () -> TaskGroup.call(group -> {
                    Task<?> task = group.createTask(failing(boom));
                    return String.valueOf(task.await());
                }),
                boom));
    }

    @Test
    void failureThatTheBlockAwaitsInAShieldIsItsOwnToo() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    Task<?> task = group.createTask(failing(boom));
                    shield(ONE_DAY, () -> task.await());
                }))
                .satisfies(thrown -> assertThat(thrown.failures())
                        .satisfiesExactly(failure -> assertThat(failure).isSameAs(boom), failure -> assertThat(failure)
                                .isInstanceOf(CompletionException.class))));
    }

    @Test
    void messageTellsHowManyHaveFailed() {
        driven.run(() -> {
            assertThatThrownBy(() -> TaskGroup.run(group -> group.createTask(failing(boom))))
                    .hasMessage("a task of the group failed: java.io.IOException: boom");
            assertThatThrownBy(() -> TaskGroup.run(group -> {
                        group.createTask(failing(boom));
                        group.createTask(failing(bang));
                    }))
                    .hasMessage("2 tasks of the group failed, first: java.io.IOException: boom");
        });
    }

    @Test
    void interruptionThatTheBlockThrowsByItselfIsItsFailure() {
        var interruption = new InterruptedException("of its own");

        driven.run(() -> assertThatThrownBy(() -> TaskGroup.run(group -> {
                    throw interruption;
                }))
                .isSameAs(interruption));
    }

    @Test
    void interruptionOfABlockingCallByAFailureOfATaskIsNoFailureOfTheBlock() {
        Task<?> task = driven.start(() -> assertFailures(
                () -> TaskGroup.run(group -> {
                    group.createTask(failing(boom));
                    Thread.sleep(ONE_DAY);
                }),
                boom));

        driven.runUntil(task::isDone);
    }

    @Test
    void errorOfATaskIsAFailure() {
        var error = new AssertionError("broken");

        driven.run(() -> assertFailures(
                () -> TaskGroup.run(group -> group.createTask(() -> {
                    throw error;
                })),
                error));
    }

    @Test
    void failureOfAnInnerGroupIsOneFailureOfTheOuterOne() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(outer -> {
                    outer.createTask(() -> TaskGroup.run(inner -> inner.createTask(failing(boom))));
                    outer.createTask(() -> sleep(ONE_DAY));
                }))
                .satisfies(thrown -> assertThat(thrown.failures())
                        .singleElement()
                        .isInstanceOfSatisfying(TaskGroupException.class, inner -> assertThat(inner.failures())
                                .containsExactly(boom))));
    }

    @Test
    void failuresOfAGroupAreReportedToNobodyElse() {
        driven.run(() -> assertFailures(() -> TaskGroup.run(group -> group.createTask(failing(boom))), boom));

        assertThat(driven.takeFailures()).isEmpty();
    }
}
