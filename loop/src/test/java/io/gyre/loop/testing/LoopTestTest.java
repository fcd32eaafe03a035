package io.gyre.loop.testing;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_HOUR;
import static io.gyre.loop.testing.LoopTesting.background;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Task;
import io.gyre.loop.testing.LoopTest.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopTestTest {
    /** Also launched by the tests below. */
    static class Passing {
        static final List<String> LOG = new CopyOnWriteArrayList<>();

        private @Nullable EventLoop loopBefore;

        @BeforeEach
        void remember(EventLoop loop) {
            loopBefore = loop;
        }

        @AfterEach
        void loopIsClosed(EventLoop loop) {
            assertThat(loop.isClosed()).isTrue();
        }

        @LoopTest
        void methodIsTheMainTaskOfTheInjectedLoop(EventLoop loop, VirtualClock clock) {
            assertThat(currentTask().name()).isEqualTo("main");
            assertThat(EventLoop.current()).isSameAs(loop).isSameAs(loopBefore);
            assertThat(loop.ticker()).isSameAs(clock);
        }

        @LoopTest(time = Time.REAL)
        void realTimePasses(EventLoop loop) {
            long before = loop.time();
            sleep(Duration.ofMillis(2));
            assertThat(loop.time() - before).isGreaterThanOrEqualTo(2_000_000);
        }

        @LoopTest(time = Time.MANUAL)
        void manualClockIsTheTests(VirtualClock clock) {
            Task<?> sleeper = createTask(() -> sleep(ONE_HOUR));
            clock.advance(ONE_HOUR);
            assertThat(sleeper.isDone()).isTrue();
        }

        @LoopTest
        void readyTaskStillRunsAndIsNoLeak() {
            createTask(() -> {
                yieldNow();
                LOG.add("ready task has run");
            });
        }

        @LoopTest
        void backgroundTaskIsCancelled() {
            background(createTask(() -> {
                try {
                    sleep(ONE_HOUR);
                } finally {
                    LOG.add("background task has cleaned up");
                }
            }));
            yieldNow();
        }
    }

    private static List<LaunchedTests.Ended> passing(String method, Class<?>... parameters) {
        List<LaunchedTests.Ended> ended = LaunchedTests.of(Passing.class, method, parameters);
        assertThat(ended).allMatch(LaunchedTests.Ended::isSuccessful, "successful");
        return ended;
    }

    @BeforeEach
    void clear() {
        Passing.LOG.clear();
        Seeded.ORDERS.clear();
    }

    @Test
    void testRunsOnALoopOfItsOwn() {
        assertThat(passing("methodIsTheMainTaskOfTheInjectedLoop", EventLoop.class, VirtualClock.class))
                .extracting(LaunchedTests.Ended::displayName)
                .containsExactly("methodIsTheMainTaskOfTheInjectedLoop(EventLoop, VirtualClock)");
    }

    @Test
    void timeIsReal() {
        assertThat(passing("realTimePasses", EventLoop.class)).hasSize(1);
    }

    @Test
    void timeIsManual() {
        assertThat(passing("manualClockIsTheTests", VirtualClock.class)).hasSize(1);
    }

    @Test
    void taskThatIsReadyAtTheEndRuns() {
        assertThat(passing("readyTaskStillRunsAndIsNoLeak")).hasSize(1);

        assertThat(Passing.LOG).containsExactly("ready task has run");
    }

    @Test
    void backgroundTaskIsCancelledAndAwaited() {
        assertThat(passing("backgroundTaskIsCancelled")).hasSize(1);

        assertThat(Passing.LOG).containsExactly("background task has cleaned up");
    }

    /** Launched by the tests below. */
    static class Seeded {
        static final List<List<Integer>> ORDERS = new CopyOnWriteArrayList<>();

        private static List<Integer> order() {
            var order = new ArrayList<Integer>();
            var tasks = new ArrayList<Task<?>>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                tasks.add(createTask(() -> order.add(number)));
            }
            tasks.forEach(Task::await);
            ORDERS.add(order);
            return order;
        }

        @LoopTest
        void inOrder() {
            assertThat(order()).isSorted();
        }

        @LoopTest(seeds = 4)
        void fourRandomOrders() {
            assertThat(order()).hasSize(10);
        }

        @LoopTest(seed = {42, 42, 43})
        void replayed() {
            assertThat(order()).hasSize(10);
        }

        @LoopTest(seed = 42)
        void reliesOnTheOrder() {
            assertThat(order()).isSorted();
        }
    }

    @Test
    void withoutSeedsTheOrderIsFirstComeFirstServed() {
        assertThat(LaunchedTests.of(Seeded.class, "inOrder")).allMatch(LaunchedTests.Ended::isSuccessful);
    }

    @Test
    void eachSeedIsATest() {
        assertThat(LaunchedTests.of(Seeded.class, "fourRandomOrders"))
                .hasSize(4)
                .allMatch(LaunchedTests.Ended::isSuccessful)
                .allMatch(ended -> ended.displayName().matches("seed \\d+"), "display name is the seed");
        assertThat(Seeded.ORDERS).doesNotHaveDuplicates();
    }

    @Test
    void seedDeterminesTheOrder() {
        assertThat(LaunchedTests.of(Seeded.class, "replayed"))
                .extracting(LaunchedTests.Ended::displayName)
                .containsExactly("seed 42", "seed 42", "seed 43");

        assertThat(Seeded.ORDERS.get(0)).isEqualTo(Seeded.ORDERS.get(1)).isNotEqualTo(Seeded.ORDERS.get(2));
    }

    @Test
    void failureNamesTheSeedThatReplaysIt() {
        assertThat(LaunchedTests.of(Seeded.class, "reliesOnTheOrder"))
                .singleElement()
                .extracting(LaunchedTests.Ended::failure)
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("seed 42, to be replayed with @LoopTest(seed = 42L): ")
                        .hasCauseInstanceOf(AssertionError.class));
    }
}
