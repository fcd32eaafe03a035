package io.gyre.loop;

import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Combinators.gatherSettled;
import static io.gyre.loop.Combinators.mapAsync;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A result that can be closed, and that nobody gets because something else has failed, is closed. */
class UnclaimedResultsTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<String> closed = new ArrayList<>();

    private final class Connection implements AutoCloseable {
        private final String name;

        Connection(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            closed.add(name);
        }
    }

    private static <T> Callable<T> failing() {
        return () -> {
            sleep(ONE_SECOND);
            throw new IllegalStateException("boom");
        };
    }

    private void assertFails(VoidBody<Exception> body) {
        Task<?> task = driven.start(() -> {
            assertThatExceptionOfType(TaskGroupException.class).isThrownBy(body::run);
        });
        driven.advance(ONE_SECOND);
        assertThat(task.state()).isEqualTo(Task.State.SUCCESS);
    }

    @Test
    @Feature("Unclaimed results are closed")
    void gatherClosesTheResultsOfThoseThatHaveSucceeded() {
        assertFails(() -> gather(() -> new Connection("a"), () -> new Connection("b"), failing()));

        assertThat(closed).containsExactly("a", "b");
    }

    @Test
    void gatherThatSucceedsClosesNothing() {
        List<Connection> connections = driven.call(() -> gather(() -> new Connection("a"), () -> new Connection("b")));

        assertThat(connections).hasSize(2);
        assertThat(closed).isEmpty();
    }

    @Test
    void gatherThatIsCancelledClosesWhatItHas() {
        Task<?> task = driven.start(() -> gatherSettled(() -> new Connection("a"), failing()));

        task.cancel("enough");
        driven.settle();

        assertThat(closed).containsExactly("a");
    }

    @Test
    void mapClosesTheResultsOfThoseThatHaveSucceeded() {
        assertFails(() -> mapAsync(3, List.of("a", "b", "c"), name -> {
            if (name.equals("c")) {
                return UnclaimedResultsTest.<Connection>failing().call();
            }
            return new Connection(name);
        }));

        assertThat(closed).containsExactly("a", "b");
    }

    @Test
    void groupClosesTheResultOfItsBlock() {
        assertFails(() -> TaskGroup.call(group -> {
            group.createTask(failing());
            return new Connection("of the block");
        }));

        assertThat(closed).containsExactly("of the block");
    }

    @Test
    void groupClosesTheResultsOfItsTasksThatNobodyHasGot() {
        assertFails(() -> TaskGroup.run(group -> {
            group.createTask(() -> new Connection("nobody's"));
            Task<Connection> taken = group.createTask(() -> new Connection("taken"));
            group.createTask(failing());
            assertThat(taken.await()).isNotNull();
        }));

        assertThat(closed).containsExactly("nobody's");
    }

    @Test
    void groupThatSucceedsLeavesTheResultsToThoseWhoHaveItsTasks() {
        driven.run(() -> TaskGroup.run(group -> group.createTask(() -> new Connection("a"))));

        assertThat(closed).isEmpty();
    }

    @Test
    void resultOfAnOffloadedCallThatWasGivenUpIsClosed() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        Task<?> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> {
            offload(() -> {
                begun.countDown();
                awaitUninterruptibly(end);
                return new Connection("late");
            });
        }));
        begun.await();
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isTrue();
        assertThat(closed).isEmpty();

        end.countDown();
        driven.runUntil(() -> !closed.isEmpty());

        assertThat(closed).containsExactly("late");
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void failureToCloseIsReportedAndHidesNothing() {
        assertFails(() -> gather(
                () -> (AutoCloseable) () -> {
                    throw new IllegalStateException("cannot be closed");
                },
                failing()));

        assertThat(driven.takeReportedFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.what()).contains("a result that nobody receives, and closing it failed");
            assertThat(failure.exception()).hasMessage("cannot be closed");
        });
    }
}
