package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.assertSuspends;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static io.gyre.loop.testing.LoopTesting.background;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LaunchedTests;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.Sequencer;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

class TestingFeaturesTest {
    private final List<String> log = new ArrayList<>();

    /** Launched by the tests below, and else by nobody. */
    static class LaunchedOnly {
        static final List<Task<?>> SERVERS = new ArrayList<>();
        static final List<List<Integer>> ORDERS = new ArrayList<>();

        @LoopTest(timeoutMillis = 200)
        void hangs() {
            createTask("stuck", () -> EventLoop.current().createFuture().await())
                    .await();
        }

        @LoopTest
        void childFails() {
            createTask("child", () -> {
                throw new IOException("boom");
            });
        }

        @LoopTest
        void taskLeaks() {
            createTask("leaky", () -> sleep(ONE_DAY));
        }

        @LoopTest
        void backgroundTaskIsLeftOver() {
            SERVERS.add(background(createTask("server", () -> sleep(ONE_DAY))));
        }

        @LoopTest(seed = {7, 7, 8})
        void ordersOfSeeds() {
            var order = new ArrayList<Integer>();
            for (int i = 0; i < 10; i++) {
                int self = i;
                createTask(() -> order.add(self));
            }
            awaitAllTasksParked();
            ORDERS.add(order);
            throw new IllegalStateException("shows the seed");
        }
    }

    private static Throwable failureOf(String method) {
        return LaunchedTests.of(LaunchedOnly.class, method).getFirst().failure();
    }

    @LoopTest
    @Feature("Test runner: tests that run as a task")
    void testRunsAsATaskOfALoopOfItsOwn(EventLoop loop, VirtualClock clock) {
        assertThat(EventLoop.current()).isSameAs(loop);
        assertThat(loop.tasks()).containsExactly(currentTask());
        assertThat(loop.ticker()).isSameAs(clock);
    }

    @LoopTest(time = LoopTest.Time.MANUAL)
    @Feature("Virtual clock with a rate")
    void clockRunsAtARate(VirtualClock clock) {
        clock.setRate(3_600_000); // an hour in a millisecond

        sleep(Duration.ofHours(1));

        assertThat(clock.elapsed()).isGreaterThanOrEqualTo(Duration.ofHours(1));
    }

    @Test
    @Feature("Virtual clock with autojump")
    void virtualTimeJumpsByHandOrByItselfWhenNobodyCanRun() {
        var autojump = VirtualClock.autojump();
        EventLoop.run(LoopOptions.defaults().withTicker(autojump), () -> {
            sleep(ONE_DAY);
            log.add("slept");
        });
        assertThat(autojump.elapsed()).isEqualTo(ONE_DAY);

        var manual = VirtualClock.manual();
        EventLoop.run(LoopOptions.defaults().withTicker(manual), () -> {
            Task<?> sleeper = createTask(() -> sleep(ONE_DAY));
            manual.advance(ONE_DAY.minusNanos(1));
            assertThat(sleeper.isDone()).isFalse();
            manual.advance(Duration.ofNanos(1));
            assertThat(sleeper.isDone()).isTrue();
        });
        assertThat(log).containsExactly("slept");
    }

    @LoopTest
    @Feature("Quiescence: wait until all tasks wait")
    void waitUntilAllTasksAreParked(VirtualClock clock) {
        Task<?> task = createTask(() -> {
            for (int i = 0; i < 10; i++) {
                yieldNow();
            }
            log.add("has done what it could");
            sleep(ONE_DAY);
        });

        awaitAllTasksParked();

        assertThat(log).containsExactly("has done what it could");
        assertThat(clock.elapsed()).isZero();
        task.cancelAndJoin("the test is over");
    }

    @Test
    @Feature("Task dump of a hanging test")
    void testHasATimeoutThatShowsWhereItsTasksAre() throws Exception {
        assertThat(LoopTest.class.getMethod("timeoutMillis").getDefaultValue()).isEqualTo(10_000L);
        assertThat(failureOf("hangs"))
                .hasMessageContaining("has not ended within PT0.2S")
                .hasMessageContaining("waits for task 'stuck'")
                .hasMessageContaining("task 'stuck' (created at")
                .hasMessageContaining("TestingFeaturesTest$LaunchedOnly.hangs(");
    }

    @Test
    @Feature("Leak detection: lost failures and left-over tasks")
    void uncaughtFailuresAndLeakedTasksFailTheTest() {
        assertThat(failureOf("childFails"))
                .hasMessageContaining("task 'child' failed")
                .hasMessageContaining("boom");
        assertThat(failureOf("taskLeaks"))
                .hasMessageContaining("tasks are left over at the end of the test")
                .hasMessageContaining("task 'leaky'");
    }

    @Test
    @Feature("Background tasks of a test")
    void backgroundTaskIsCancelledAtTheEnd() {
        LaunchedOnly.SERVERS.clear();

        assertThat(LaunchedTests.of(LaunchedOnly.class, "backgroundTaskIsLeftOver"))
                .allMatch(LaunchedTests.Ended::isSuccessful);

        assertThat(LaunchedOnly.SERVERS).extracting(Task::state).containsExactly(State.CANCELLED);
    }

    @LoopTest
    @Feature("Checkpoint assertions: a call suspends, or does not")
    void callsAreAssertedToSuspendOrNotTo() {
        assertSuspends(() -> yieldNow());
        assertDoesNotSuspend(() -> log.add("goes through"));
        assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertSuspends(() -> {}));
        assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertDoesNotSuspend(() -> yieldNow()));
    }

    @LoopTest
    @Feature("Sequencer: forced interleavings")
    void sequencerMakesOneInterleaving() {
        var sequencer = new Sequencer();
        Task<?> odd = createTask(() -> {
            for (int step = 1; step < 6; step += 2) {
                try (var _ = sequencer.step(step)) {
                    log.add("odd " + step);
                }
            }
        });
        for (int step = 0; step < 6; step += 2) {
            try (var _ = sequencer.step(step)) {
                log.add("even " + step);
            }
        }
        odd.await();

        assertThat(log).containsExactly("even 0", "odd 1", "even 2", "odd 3", "even 4", "odd 5");
    }

    @Test
    @Feature("Schedule exploration, with the seed of a failure")
    void seedDeterminesTheOrderAndAFailureNamesIt() {
        LaunchedOnly.ORDERS.clear();

        List<LaunchedTests.Ended> ended = LaunchedTests.of(LaunchedOnly.class, "ordersOfSeeds");

        assertThat(ended)
                .extracting(each -> each.failure().getMessage())
                .satisfiesExactly(
                        message -> assertThat(message).contains("@LoopTest(seed = 7L)"),
                        message -> assertThat(message).contains("@LoopTest(seed = 7L)"),
                        message -> assertThat(message).contains("@LoopTest(seed = 8L)"));
        assertThat(LaunchedOnly.ORDERS.get(0))
                .isEqualTo(LaunchedOnly.ORDERS.get(1))
                .isNotEqualTo(LaunchedOnly.ORDERS.get(2));
    }
}
