package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.Failure;
import io.gyre.loop.testing.LoopTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Tasks on which others rely end last. */
class SystemTaskTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    private void untilCancelled(String name) {
        try {
            sleep(ONE_DAY);
        } catch (CancelledException e) {
            log.add(name);
            throw e;
        }
    }

    @Test
    void systemTasksAreCancelledWhenAllOthersHaveEnded() {
        EventLoop.run(() -> {
            EventLoop.current().createSystemTask("log writer", () -> untilCancelled("system"));
            createTask(() -> {
                try {
                    untilCancelled("user");
                } finally {
                    shield(ONE_DAY, () -> sleep(Duration.ofMillis(1)));
                    log.add("user has cleaned up");
                }
            });
            sleep(Duration.ZERO);
        });

        assertThat(log).containsExactly("user", "user has cleaned up", "system");
    }

    @Test
    void offloadedCallsEndBeforeSystemTasks() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var closing = new CountDownLatch(1);
        EventLoop.run(() -> {
            EventLoop.current().createSystemTask("log writer", () -> untilCancelled("system"));
            Offloading patient = Offloading.onLoopExecutor().withOnCancel(OnCancel.WAIT);
            createTask(() -> {
                offload(patient, () -> {
                    begun.countDown();
                    closing.await();
                    log.add("call");
                });
            });
            createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    closing.countDown();
                }
            });
            begun.await();
        });

        assertThat(log).containsExactly("call", "system");
    }

    @Test
    void systemTaskMayBeCreatedWhileOthersEnd() {
        EventLoop.run(() -> {
            EventLoop loop = EventLoop.current();
            createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    loop.createSystemTask("late", () -> untilCancelled("system"));
                    shield(ONE_DAY, () -> sleep(Duration.ofMillis(1)));
                    log.add("user");
                }
            });
            sleep(Duration.ZERO);
        });

        assertThat(log).containsExactly("user", "system");
    }

    @LoopTest
    void systemTaskIsNoLeakOfATest(EventLoop loop) {
        Task<String> task = loop.createSystemTask("clock", () -> {
            sleep(ONE_DAY);
            return "over";
        });

        assertThat(task.isSystem()).isTrue();
        assertThat(createTask(() -> {}).isSystem()).isFalse();
    }

    @Test
    void failureOfASystemTaskIsReported() {
        try (var driven = new HandDrivenLoop()) {
            driven.loop.createSystemTask("clock", () -> {
                throw new IllegalStateException("boom");
            });

            driven.settle();

            assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.what())
                    .contains("task 'clock' failed"));
        }
    }

    @Test
    void tasksOfAGroupInASystemTaskAreSystemTasks() {
        EventLoop.run(() -> {
            EventLoop.current()
                    .createSystemTask(
                            "log writer",
                            () -> TaskGroup.run(group -> {
                                Task<?> child = group.createTask(
                                        () -> TaskGroup.run(inner -> inner.createTask(() -> untilCancelled("system"))));
                                log.add("system: " + child.isSystem());
                            }));
            createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    shield(ONE_DAY, () -> yieldTimes(10));
                    log.add("user has cleaned up");
                }
            });
            yieldTimes(3);
        });

        assertThat(log).containsExactly("system: true", "user has cleaned up", "system");
    }

    private static void yieldTimes(int times) {
        for (int i = 0; i < times; i++) {
            yieldNow();
        }
    }

    @Test
    void systemTaskMayOffloadUntilItHasEnded() {
        EventLoop.run(() -> {
            EventLoop.current().createSystemTask("log writer", () -> {
                try {
                    untilCancelled("system");
                } finally {
                    shield(ONE_DAY, () -> offload(() -> log.add("flushed by another thread")));
                }
            });
            offload(() -> log.add("call"));
        });

        assertThat(log).containsExactly("call", "system", "flushed by another thread");
    }

    @Test
    void taskThatDoesNotEndLeavesTheSystemTasksAShareOfTheTime() {
        var failures = new ArrayList<Failure>();
        var release = new Semaphore(0);
        LoopOptions impatient =
                LoopOptions.defaults().withFailureHandler(failures::add).withCloseTimeout(Duration.ofMillis(400));
        EventLoop.run(impatient, () -> {
            EventLoop.current().createSystemTask("log writer", () -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    shield(ONE_DAY, () -> yieldTimes(10));
                    log.add("flushed");
                }
            });
            createTask("stubborn", () -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    // An interrupt would end it in the last moment of the loop or not, and the task with it.
                    shield(ONE_DAY, () -> offload(() -> release.acquireUninterruptibly()));
                }
            });
            yieldTimes(2);
        });
        release.release();

        assertThat(log).containsExactly("flushed");
        assertThat(failures)
                .extracting(Failure::what)
                .satisfiesExactly(
                        call -> assertThat(call)
                                .contains("for task 'stubborn' has run for", "has not ended within PT0.4S of closing"),
                        task -> assertThat(task)
                                .contains("task 'stubborn' was cancelled and has not ended within PT0.4S"));
    }
}
