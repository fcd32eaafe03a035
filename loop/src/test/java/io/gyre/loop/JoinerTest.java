package io.gyre.loop;

import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.Future.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class JoinerTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<String> log = new ArrayList<>();
    private final RuntimeException boom = new IllegalStateException("boom");

    private Callable<String> after(int seconds, String value) {
        return () -> {
            try {
                sleep(ONE_SECOND.multipliedBy(seconds));
                return value;
            } catch (CancelledException e) {
                log.add(value + " cancelled");
                throw e;
            }
        };
    }

    private Callable<String> failingAfter(int seconds) {
        return () -> {
            sleep(ONE_SECOND.multipliedBy(seconds));
            throw boom;
        };
    }

    private <R extends @Nullable Object> Task<R> join(Joiner<String, R> joiner, List<Callable<String>> bodies) {
        return driven.start(() -> TaskGroup.join(joiner, group -> bodies.forEach(group::createTask)));
    }

    private static List<State> states(List<? extends Task<?>> tasks) {
        return tasks.stream().map(task -> task.state()).toList();
    }

    @Test
    void allSuccessfulHasTheTasksInOrderOfCreation() {
        Task<List<Task<? extends String>>> task =
                join(Joiner.allSuccessfulOrThrow(), List.of(after(2, "a"), after(1, "b"), after(0, "c")));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow().stream().<String>map(done -> done.resultNow()))
                .containsExactly("a", "b", "c");
    }

    private static String cancelItself() {
        Async.currentTask().cancel("by itself");
        Async.checkCancelled();
        return "unreachable";
    }

    @Test
    void awaitAllSuccessfulWaitsForAllAndHasNoResult() {
        Task<?> task = this.<@Nullable Void>join(
                Joiner.awaitAllSuccessfulOrThrow(), List.of(after(2, "a"), JoinerTest::cancelItself));
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isNull();
        assertThat(log).isEmpty();
    }

    @Test
    void awaitAllSuccessfulThrowsAtTheFirstFailure() {
        Task<?> task =
                this.<@Nullable Void>join(Joiner.awaitAllSuccessfulOrThrow(), List.of(after(2, "a"), failingAfter(1)));
        task.whenDone(done -> {});

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("a cancelled");
        assertThat(task.exceptionNow())
                .isInstanceOfSatisfying(TaskGroupException.class, thrown -> assertThat(thrown.failures())
                        .containsExactly(boom));
    }

    @Test
    void allSuccessfulThrowsAtTheFirstFailure() {
        Task<?> task = join(Joiner.allSuccessfulOrThrow(), List.of(after(2, "a"), failingAfter(1)));
        task.whenDone(done -> {});

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("a cancelled");
        assertThat(task.exceptionNow()).isInstanceOf(TaskGroupException.class);
    }

    @Test
    void allSuccessfulOfNoTasksIsEmpty() {
        assertThat(join(Joiner.allSuccessfulOrThrow(), List.of()).resultNow()).isEmpty();
    }

    @Test
    void anySuccessfulHasTheFirstResultAndCancelsTheRest() {
        Task<String> task = join(Joiner.anySuccessfulOrThrow(), List.of(after(3, "a"), failingAfter(0), after(1, "b")));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("b");
        assertThat(log).containsExactly("a cancelled");
    }

    @Test
    void anySuccessfulThrowsWhenAllHaveFailed() {
        Task<?> task = join(Joiner.anySuccessfulOrThrow(), List.of(failingAfter(1), failingAfter(2)));
        task.whenDone(done -> {});
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(task.exceptionNow())
                .isInstanceOfSatisfying(TaskGroupException.class, thrown -> assertThat(thrown.failures())
                        .containsExactly(boom, boom));
    }

    @Test
    void anySuccessfulOfNoTasksHasNoResult() {
        driven.run(() -> assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> TaskGroup.join(Joiner.anySuccessfulOrThrow(), group -> {})));
    }

    @Test
    void anySuccessfulKeepsTheFirstOfTwoResults() {
        Task<String> task = join(
                Joiner.anySuccessfulOrThrow(),
                List.of(after(1, "first"), () -> shield(ONE_DAY, after(2, "second")::call)));

        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).as("waits for the second").isFalse();
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("first");
    }

    @Test
    void awaitAllHasAllTasksHoweverTheyEnd() {
        Task<List<Task<? extends String>>> task =
                join(Joiner.awaitAll(), List.of(after(1, "a"), failingAfter(0), () -> {
                    Async.currentTask().cancel("by itself");
                    sleep(ONE_DAY);
                    return "slept";
                }));

        driven.advance(ONE_SECOND);

        assertThat(states(task.resultNow())).containsExactly(State.SUCCESS, State.FAILED, State.CANCELLED);
    }

    @Test
    void allUntilEndsTheWorkWhenTheConditionIsMet() {
        Task<List<Task<? extends String>>> task = join(
                Joiner.allUntil(done -> done.state() == State.SUCCESS && "b".equals(done.resultNow())),
                List.of(after(1, "a"), after(2, "b"), after(3, "c")));

        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();
        driven.advance(ONE_SECOND);

        assertThat(states(task.resultNow())).containsExactly(State.SUCCESS, State.SUCCESS, State.CANCELLED);
        assertThat(log).containsExactly("c cancelled");
    }

    /** A task that waits for another of the group must not be forgotten over it. */
    @Test
    void joinerThatThrowsEndsTheGroupAndIsReportedByIt() {
        driven.run(() -> assertThatIllegalStateException()
                .isThrownBy(() -> TaskGroup.join(
                        Joiner.<Object>allUntil(done -> {
                            throw boom;
                        }),
                        group -> {
                            Task<String> first = group.createTask(() -> "value");
                            group.createTask(() -> shield(ONE_DAY, () -> log.add(first.await())));
                            yieldNow();
                            sleep(ONE_DAY);
                        }))
                .withMessage("the joiner of the group failed")
                .withCause(boom));

        assertThat(log).containsExactly("value");
    }

    @Test
    void joinerOfTheUsersDecides() {
        var countdown = new Joiner<String, String>() {
            private final List<String> results = new ArrayList<>();

            @Override
            public boolean onComplete(Task<? extends String> task) {
                if (task.state() == State.SUCCESS) {
                    results.add(task.resultNow());
                }
                return results.size() == 2;
            }

            @Override
            public String result() {
                return String.join("+", results);
            }
        };
        Task<String> task = join(countdown, List.of(after(3, "a"), after(1, "b"), after(2, "c")));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("b+c");
    }

    @Test
    void resultThatIsThereWinsOverACancellationFromOutside() {
        Task<String> task = driven.start(() -> timeout(
                ONE_SECOND,
                () -> TaskGroup.join(Joiner.<String>anySuccessfulOrThrow(), group -> {
                    group.createTask(() -> shield(ONE_DAY, after(2, "value")::call));
                    group.createTask(after(3, "loser"));
                })));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("value");
    }
}
