package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.testing.LoopTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Tasks on which others rely end last. */
class SystemTaskTest {
    private static final Duration ONE_DAY = Duration.ofDays(1);

    private final List<String> log = new ArrayList<>();

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
}
