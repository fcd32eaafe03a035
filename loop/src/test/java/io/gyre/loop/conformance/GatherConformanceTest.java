package io.gyre.loop.conformance;

import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Combinators.gatherSettled;
import static io.gyre.loop.Combinators.gatherTasks;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.Task;
import io.gyre.loop.TaskGroupException;
import io.gyre.loop.TimeoutException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.Test;

/** {@code asyncio.gather}, where Gyre agrees with it. */
class GatherConformanceTest extends ConformanceCase {
    /** test_tasks.GatherTestsBase.test_one_success */
    @Test
    void oneResultIsAListOfOne() {
        assertThat(driven.<List<String>>call(() -> gather(after(0, "a")))).containsExactly("a");
    }

    /** asyncio.gather: the order of the results is that of the arguments. */
    @Test
    void resultsAreInTheOrderOfTheArguments() {
        Task<List<String>> task = driven.start(() -> gather(after(3, "a"), after(1, "b"), after(2, "c")));

        pass(3);

        assertThat(task.resultNow()).containsExactly("a", "b", "c");
    }

    /** asyncio.gather runs concurrently: it takes as long as the slowest. */
    @Test
    void bodiesRunAtTheSameTime() {
        Task<List<String>> task = driven.start(() -> gather(after(2, "a"), after(2, "b"), after(2, "c")));

        pass(2);

        assertThat(task.isDone()).isTrue();
    }

    /** test_tasks.FutureGatherTests.test_constructor_empty_sequence */
    @Test
    void nothingToGatherIsAnEmptyList() {
        assertThat(driven.<List<String>>call(() -> gather(List.<Callable<String>>of())))
                .isEmpty();
        assertThat(driven.<List<String>>call(() -> gatherTasks(List.<Task<String>>of())))
                .isEmpty();
    }

    /** test_tasks.GatherTestsBase.test_one_exception: the first exception is raised. */
    @Test
    void failureIsThrown() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> gather(after(5, "a"), failingAfter(1)))
                .withCause(boom));

        pass(1);

        assertThat(task.isDone()).isTrue();
    }

    /** test_tasks.GatherTestsBase.test_return_exceptions */
    @Test
    void settledOutcomesAreInTheOrderOfTheArguments() {
        Task<List<Task<? extends String>>> task =
                driven.start(() -> gatherSettled(failingAfter(2), after(1, "a"), failingAfter(0)));

        pass(2);

        assertThat(task.resultNow().stream().<State>map(done -> done.state()))
                .containsExactly(State.FAILED, State.SUCCESS, State.FAILED);
    }

    /** asyncio.gather: duplicates share one task. */
    @Test
    void sameTaskTwiceHasItsResultTwice() {
        Task<String> a = task(after(1, "a"));
        Task<List<String>> task = driven.start(() -> gatherTasks(List.of(a, a)));

        pass(1);

        assertThat(task.resultNow()).containsExactly("a", "a");
    }

    /** test_tasks.CoroutineGatherTests.test_cancellation_broadcast */
    @Test
    void cancellationReachesAll() {
        Task<List<String>> task = driven.start(() -> gather(after(5, "a"), after(5, "b")));

        task.cancel("enough");
        driven.settle();

        assertLog("a cancelled", "b cancelled");
        assertThat(task.isCancelled()).isTrue();
    }

    /** asyncio.gather, return_exceptions=True: cancelling it still raises CancelledError. */
    @Test
    void cancellationOfTheSettledOnesIsRaised() {
        Task<?> task = driven.start(() -> gatherSettled(after(5, "a"), after(0, "b")));

        task.cancel("enough");
        driven.settle();

        assertLog("a cancelled");
        assertThat(task.isCancelled()).isTrue();
    }

    /** test_tasks.BaseTaskTests.test_cancel_gather_2: a time-out around gather is a time-out. */
    @Test
    void timeOutAroundGatherIsATimeOut() {
        Task<?> task = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(seconds(1), () -> gather(after(5, "a")))));

        pass(1);

        assertThat(task.isDone()).isTrue();
        assertLog("a cancelled");
    }

    /** test_tasks.FutureGatherTests.test_one_cancellation: a child that is cancelled is an error of the gather. */
    @Test
    void cancelledChildIsAnError() {
        Task<String> child = task(after(5, "child"));
        Task<?> task = driven.start(() ->
                assertThatExceptionOfType(TaskGroupException.class).isThrownBy(() -> gatherTasks(List.of(child))));

        child.cancel("alone");
        driven.settle();

        assertThat(task.isDone()).isTrue();
    }

    /** test_tasks.BaseTaskTests.test_cancel_gather_1: a cancel after the end does nothing. */
    @Test
    void cancelAfterTheEndDoesNothing() {
        Task<List<String>> task = driven.start(() -> gather(after(0, "a")));

        assertThat(task.cancel("late")).isFalse();
        assertThat(task.resultNow()).containsExactly("a");
    }

    /** asyncio.gather: gathers may be nested. */
    @Test
    void gathersMayBeNested() {
        Task<List<List<String>>> task = driven.start(
                () -> gather(() -> gather(after(1, "a"), after(2, "b")), () -> gather(after(2, "c"), after(1, "d"))));

        pass(2);

        assertThat(task.resultNow()).containsExactly(List.of("a", "b"), List.of("c", "d"));
    }
}
