package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Combinators.gatherSettled;
import static io.gyre.loop.Combinators.gatherTasks;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** {@code gather}, {@code gatherTasks} and {@code gatherSettled}. */
class GatherTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
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

    private Callable<String> cancellingItself() {
        return () -> {
            currentTask().cancel("by itself");
            sleep(ONE_DAY);
            return "slept";
        };
    }

    @Test
    void resultsAreInTheOrderOfTheBodies() {
        Task<List<String>> task = driven.start(() -> gather(after(2, "a"), after(0, "b"), after(1, "c")));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).containsExactly("a", "b", "c");
    }

    @Test
    void nothingToGatherIsAnEmptyList() {
        driven.run(() -> {
            assertThat(Combinators.<String>gather(List.of())).isEmpty();
            assertThat(Combinators.<String>gatherTasks(List.of())).isEmpty();
            assertThat(Combinators.<String>gatherSettled(List.of())).isEmpty();
        });
    }

    @Test
    void nullIsAResult() {
        Callable<@Nullable String> nothing = () -> null;

        assertThat(driven.<List<@Nullable String>>call(() -> gather(List.of(nothing, nothing))))
                .containsExactly(null, null);
    }

    @Test
    void firstFailureCancelsTheOthersAndAwaitsThem() {
        Task<?> task = driven.start(() -> gather(
                after(3, "a"),
                failingAfter(1),
                () -> shield(ONE_DAY, () -> {
                    sleep(ONE_SECOND.multipliedBy(2));
                    return log.add("b took its time") ? "b" : "";
                })));
        task.whenDone(done -> {});

        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();
        assertThat(log).containsExactly("a cancelled");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("a cancelled", "b took its time");
        assertThat(task.exceptionNow())
                .isInstanceOfSatisfying(TaskGroupException.class, thrown -> assertThat(thrown.failures())
                        .containsExactly(boom));
    }

    @Test
    void bodyThatIsCancelledByItselfLeavesNoResults() {
        Task<?> task = driven.start(() -> gather(cancellingItself(), after(1, "a")));
        task.whenDone(done -> {});

        driven.advance(ONE_SECOND);

        assertThat(task.exceptionNow())
                .isInstanceOfSatisfying(
                        TaskGroupException.class,
                        thrown -> assertThat(thrown.failures()).singleElement().isInstanceOf(CancelledException.class));
    }

    @Test
    void cancellationCancelsTheBodiesAndWaitsForThem() {
        Task<?> task = driven.start(() -> gather(after(1, "a"), after(1, "b")));

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactlyInAnyOrder("a cancelled", "b cancelled");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void timeOutIsATimeOut() {
        driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> gather(after(2, "a"), after(0, "b")))));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("a cancelled");
    }

    @Test
    void settledTasksAreInTheOrderOfTheBodies() {
        Task<List<Task<? extends String>>> task =
                driven.start(() -> gatherSettled(after(1, "a"), failingAfter(0), cancellingItself()));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow().stream().<State>map(done -> done.state()))
                .containsExactly(State.SUCCESS, State.FAILED, State.CANCELLED);
        assertThat(task.resultNow().get(1).exceptionNow()).isSameAs(boom);
    }

    @Test
    void settledTasksOfACancelledTaskAreNoResult() {
        Task<?> task = driven.start(() -> gatherSettled(after(1, "a"), failingAfter(0)));

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactly("a cancelled");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void tasksThatRunAlreadyAreGatheredInTheirOrder() {
        Task<String> a = loop.createTask(after(2, "a"));
        Task<String> b = driven.start(after(0, "b"));
        Task<List<String>> task = driven.start(() -> gatherTasks(List.of(a, b, a)));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).containsExactly("a", "b", "a");
    }

    @Test
    void failureOfAGatheredTaskCancelsTheOthersAndAwaitsThem() {
        Task<String> a = loop.createTask(after(3, "a"));
        Task<String> failing = loop.createTask(failingAfter(1));
        Task<?> task = driven.start(() -> gatherTasks(List.of(a, failing)));
        task.whenDone(done -> {});

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("a cancelled");
        assertThat(task.exceptionNow())
                .isInstanceOfSatisfying(TaskGroupException.class, thrown -> assertThat(thrown.failures())
                        .containsExactly(boom));
    }

    @Test
    void gatheredTaskThatIsCancelledLeavesNoResults() {
        Task<String> cancelled = loop.createTask(after(3, "a"));
        Task<String> other = loop.createTask(after(1, "b"));
        Task<?> task = driven.start(() -> gatherTasks(List.of(cancelled, other)));
        task.whenDone(done -> {});
        cancelled.cancel("alone");
        driven.settle();
        assertThat(task.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(task.exceptionNow()).isInstanceOf(TaskGroupException.class);
        assertThat(other.resultNow()).isEqualTo("b");
    }

    @Test
    void cancellationCancelsTheGatheredTasksAndDoesNotWaitForThem() {
        Task<String> a = loop.createTask(after(1, "a"));
        Task<String> b = loop.createTask(() -> shield(ONE_DAY, after(1, "b")::call));
        Task<?> task = driven.start(() -> gatherTasks(List.of(a, b)));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        driven.advance(ONE_SECOND);
        assertThat(List.of(a.state(), b.state())).containsExactly(State.CANCELLED, State.SUCCESS);
    }

    /** It waits for the group, which waits for the caller. */
    @Test
    void cancelledTaskOfAGroupMayGatherTheOwnerOfTheGroup() {
        Task<?> owner = driven.start(() -> TaskGroup.run(group -> {
            Task<?> self = currentTask();
            group.createTask(() -> timeout(ONE_SECOND, () -> {
                self.cancel("quit");
                gatherTasks(List.of(self));
            }));
        }));

        assertThat(owner.isCancelled()).isTrue();
    }

    @Test
    void gatherThatIsRefusedCancelsNothing() {
        Task<String> other = loop.createTask(after(1, "b"));
        Task<?> task = driven.start(() -> {
            Task<?> self = currentTask();
            assertThatIllegalStateException().isThrownBy(() -> gatherTasks(List.of(other, self)));
            sleep(ONE_SECOND);
            return null;
        });

        driven.advance(ONE_SECOND);

        assertThat(task.state()).isEqualTo(State.SUCCESS);
        assertThat(other.resultNow()).isEqualTo("b");
    }

    @Test
    void taskKnowsThePlaceOfTheGatherThatCreatedIt() {
        driven.run(() -> gather(() -> log.add(String.valueOf(((VirtualThreadTask<?>) currentTask()).createdAt()))));

        assertThat(log).singleElement().asString().contains("GatherTest.java");
    }
}
