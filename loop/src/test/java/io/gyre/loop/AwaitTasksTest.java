package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Combinators.awaitTasks;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.Combinators.Settled;
import io.gyre.loop.Combinators.When;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AwaitTasksTest {
    private final HandDrivenLoop driven = new HandDrivenLoop();
    private final EventLoop loop = driven.loop;

    @AfterEach
    void close() {
        loop.tasks().forEach(task -> task.cancel("over"));
        driven.assertIdle();
        driven.close();
    }

    private Task<String> after(int seconds) {
        return loop.createTask(() -> {
            sleep(ONE_SECOND.multipliedBy(seconds));
            return "done";
        });
    }

    private Task<String> failingAfter(int seconds) {
        return loop.createTask(() -> {
            sleep(ONE_SECOND.multipliedBy(seconds));
            throw new IllegalStateException("boom");
        });
    }

    @Test
    void firstCompletedEndsWithOneTask() {
        Task<?> slow = after(2);
        Task<?> fast = after(1);
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow, fast), When.FIRST_COMPLETED));

        driven.advance(ONE_SECOND);

        assertThat(waiter.resultNow().done()).containsExactly(fast);
        assertThat(waiter.resultNow().pending()).containsExactly(slow);
        assertThat(slow.isDone()).isFalse();
    }

    @Test
    void firstCompletedCountsFailuresAndCancellations() {
        Task<?> slow = after(2);
        Task<?> failing = failingAfter(0);
        Task<?> cancelled = after(2);
        Task<Settled> first = driven.start(() -> awaitTasks(List.of(slow, failing), When.FIRST_COMPLETED));
        Task<Settled> second = driven.start(() -> awaitTasks(List.of(slow, cancelled), When.FIRST_COMPLETED));

        cancelled.cancel("enough");
        driven.settle();

        assertThat(first.resultNow().done()).containsExactly(failing);
        assertThat(second.resultNow().done()).containsExactly(cancelled);
    }

    @Test
    void firstExceptionEndsWithAFailure() {
        Task<?> slow = after(3);
        Task<?> fast = after(1);
        Task<?> failing = failingAfter(2);
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow, failing, fast), When.FIRST_EXCEPTION));
        driven.advance(ONE_SECOND);
        assertThat(waiter.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(waiter.resultNow().done()).as("in the order given").containsExactly(failing, fast);
        assertThat(waiter.resultNow().pending()).containsExactly(slow);
    }

    @Test
    void firstExceptionDoesNotCountACancellation() {
        Task<?> slow = after(1);
        Task<?> cancelled = after(2);
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow, cancelled), When.FIRST_EXCEPTION));
        cancelled.cancel("enough");
        driven.settle();
        assertThat(waiter.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(waiter.resultNow().done()).containsExactly(slow, cancelled);
    }

    @Test
    void allCompletedWaitsForAll() {
        Task<?> slow = after(2);
        Task<?> failing = failingAfter(1);
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow, failing), When.ALL_COMPLETED));
        driven.advance(ONE_SECOND);
        assertThat(waiter.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(waiter.resultNow().done()).containsExactly(slow, failing);
        assertThat(waiter.resultNow().pending()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void tasksThatAreDoneAreNotWaitedFor(When when) {
        Task<?> done = after(0);
        driven.settle();

        Settled settled = driven.call(() -> awaitTasks(List.of(done, done), when));

        assertThat(settled.done()).containsExactly(done);
    }

    @ParameterizedTest
    @EnumSource
    void timeThatPassesIsNoErrorAndCancelsNothing(When when) {
        Task<?> slow = after(2);
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(slow), when, ONE_SECOND));

        driven.advance(ONE_SECOND);

        assertThat(waiter.resultNow().done()).isEmpty();
        assertThat(waiter.resultNow().pending()).containsExactly(slow);
        assertThat(((Completion<?>) slow).isObserved()).isFalse();
        driven.advance(ONE_SECOND);
        assertThat(slow.resultNow()).isEqualTo("done");
    }

    @ParameterizedTest
    @EnumSource
    void tasksThatAreDoneInTimeEndTheWait(When when) {
        Task<?> fast = after(1);
        Task<Settled> waiter = driven.start(() -> awaitTasks(List.of(fast), when, ONE_SECOND.multipliedBy(2)));

        driven.advance(ONE_SECOND);

        assertThat(waiter.resultNow().done()).containsExactly(fast);
    }

    @Test
    void noTimeIsEnoughForTasksThatAreDone() {
        Task<?> done = after(0);
        Task<?> slow = after(1);
        driven.settle();

        Settled settled = driven.call(() -> awaitTasks(List.of(slow, done), When.ALL_COMPLETED, Duration.ZERO));

        assertThat(settled.done()).containsExactly(done);
        assertThat(settled.pending()).containsExactly(slow);
    }

    @Test
    void cancellationEndsTheWaitAndLeavesTheTasksAlone() {
        Task<?> slow = after(1);
        Task<?> waiter = driven.start(() -> awaitTasks(List.of(slow), When.ALL_COMPLETED));

        waiter.cancel("enough");
        driven.settle();

        assertThat(waiter.isCancelled()).isTrue();
        assertThat(((Completion<?>) slow).isObserved()).isFalse();
        driven.advance(ONE_SECOND);
        assertThat(slow.resultNow()).isEqualTo("done");
    }

    @Test
    void timeOutAroundIsNotSwallowed() {
        Task<?> slow = after(3);
        Task<?> waiter = driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(
                        ONE_SECOND, () -> awaitTasks(List.of(slow), When.ALL_COMPLETED, ONE_SECOND.multipliedBy(2)))));

        driven.advance(ONE_SECOND);

        assertThat(waiter.isDone()).isTrue();
    }

    @Test
    void noTasksAreAnError() {
        driven.run(() -> {
            assertThatIllegalArgumentException().isThrownBy(() -> awaitTasks(List.of(), When.ALL_COMPLETED));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> awaitTasks(List.of(), When.ALL_COMPLETED, ONE_SECOND));
        });
    }

    @Test
    void taskThatWaitsForItselfIsTold() {
        driven.run(() -> assertThatIllegalStateException()
                .isThrownBy(() -> awaitTasks(List.of(currentTask()), When.ALL_COMPLETED))
                .withMessageContaining("waits for itself"));
    }

    @Test
    void taskOfAnotherLoopIsRefused() {
        Task<?> task = after(1);

        var other = OtherThread.run(() -> EventLoop.run(() -> assertThatExceptionOfType(WrongLoopException.class)
                .isThrownBy(() -> awaitTasks(List.of(task), When.ALL_COMPLETED))
                .withMessageContaining("belongs to EventLoop[hand-driven]")));

        assertThat(other).succeedsWithin(HandDrivenLoop.PATIENCE);
    }

    @Test
    void callThatIsRefusedObservesNothing() throws Exception {
        var foreign = new CompletableFuture<Task<?>>();
        var end = new CountDownLatch(1);
        var other = OtherThread.run(() -> {
            try (EventLoop otherLoop = EventLoop.create()) {
                foreign.complete(otherLoop.createTask(() -> {}));
                end.await();
            }
        });
        Task<?> failing = failingAfter(1);
        List<Task<?>> tasks = List.of(failing, foreign.join());

        driven.run(() -> assertThatExceptionOfType(WrongLoopException.class)
                .isThrownBy(() -> awaitTasks(tasks, When.ALL_COMPLETED)));
        driven.advance(ONE_SECOND);
        end.countDown();
        other.get();

        assertThat(driven.takeFailures()).hasSize(1);
    }
}
