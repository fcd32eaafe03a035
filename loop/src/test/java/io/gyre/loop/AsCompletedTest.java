package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Combinators.asCompleted;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.Failure;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class AsCompletedTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private Task<String> after(int seconds, String name) {
        return loop.createTask(name, () -> {
            sleep(ONE_SECOND.multipliedBy(seconds));
            return name;
        });
    }

    private Task<String> failing() {
        return loop.createTask("failing", () -> {
            yieldNow();
            throw new IllegalStateException("boom");
        });
    }

    private Task<?> logAsCompleted(List<Task<String>> tasks) {
        return driven.start(() -> {
            for (Task<String> task : asCompleted(tasks)) {
                log.add(task.name());
            }
            log.add("end");
        });
    }

    @Test
    void tasksComeInTheOrderOfTheirCompletion() {
        logAsCompleted(List.of(after(2, "a"), after(1, "b")));
        assertThat(log).isEmpty();

        driven.advance(ONE_SECOND);
        assertThat(log).containsExactly("b");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("b", "a", "end");
    }

    @Test
    void tasksThatAreDoneComeFirstInTheirOrder() {
        Task<String> a = after(0, "a");
        Task<String> b = after(0, "b");
        driven.settle();

        logAsCompleted(List.of(after(1, "c"), b, a));
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("b", "a", "c", "end");
    }

    @Test
    void sameTaskComesOnce() {
        Task<String> a = after(1, "a");
        logAsCompleted(List.of(a, a));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("a", "end");
    }

    @Test
    void noTasksAreNoSteps() {
        logAsCompleted(List.of());

        assertThat(log).containsExactly("end");
    }

    @Test
    void tasksThatFailOrAreCancelledComeToo() {
        Task<String> cancelled = after(1, "cancelled");
        Task<String> failing = failing();
        logAsCompleted(List.of(cancelled, failing));

        cancelled.cancel("enough");
        driven.settle();

        assertThat(log).containsExactlyInAnyOrder("cancelled", "failing", "end").endsWith("end");
        assertThat(failing.state()).isEqualTo(State.FAILED);
    }

    @Test
    void timeOutAroundEndsTheWaitAndLeavesTheTasksAlone() {
        Task<String> slow = after(2, "slow");
        driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> {
                    for (Task<String> task : asCompleted(List.of(slow, after(0, "fast")))) {
                        log.add(task.name());
                    }
                })));

        driven.advance(ONE_SECOND);
        assertThat(log).containsExactly("fast");
        driven.advance(ONE_SECOND);

        assertThat(slow.resultNow()).isEqualTo("slow");
    }

    /** Each step waits anew, so a deadline for one of them does not spoil the rest. */
    @Test
    void iterationGoesOnAfterAStepThatTimedOut() {
        Task<String> slow = after(2, "slow");
        driven.start(() -> {
            Iterator<Task<String>> tasks = asCompleted(List.of(slow)).iterator();
            assertThat(Async.moveOnAfter(ONE_SECOND, tasks::next)).isEmpty();
            log.add("waiting on");
            log.add(tasks.next().name());
        });

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("waiting on", "slow");
    }

    @Test
    void stepBehindTheLastOneIsAnError() {
        driven.run(() -> {
            Iterator<Task<String>> tasks = asCompleted(List.<Task<String>>of()).iterator();
            assertThat(tasks.hasNext()).isFalse();
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(tasks::next);
        });
    }

    @Test
    void cancellationEndsTheWait() {
        Task<String> slow = after(1, "slow");
        Task<?> waiter = logAsCompleted(List.of(slow));

        waiter.cancel("enough");
        driven.settle();
        assertThat(waiter.isCancelled()).isTrue();
        driven.advance(ONE_SECOND);

        assertThat(log).isEmpty();
        assertThat(slow.resultNow()).isEqualTo("slow");
    }

    // ---- iterations that are left early

    private static boolean hasObservers(Task<?> task) {
        return ((Completion<?>) task).hasObservers();
    }

    @Test
    void iterationThatIsLeftEarlyLetsGoWhenItsTaskHasEnded() {
        Task<String> slow = after(2, "slow");
        Task<?> iterating = driven.start(() -> {
            for (Task<String> task : asCompleted(List.of(slow, after(0, "fast")))) {
                log.add(task.name());
                break;
            }
            sleep(ONE_SECOND);
        });
        assertThat(hasObservers(slow)).isTrue();

        driven.advance(ONE_SECOND);

        assertThat(iterating.isDone()).isTrue();
        assertThat(hasObservers(slow)).isFalse();
        driven.advance(ONE_SECOND);
        assertThat(log).containsExactly("fast");
    }

    private Task<String> failingAfterASecond() {
        return loop.createTask("failing", () -> {
            sleep(ONE_SECOND);
            throw new IllegalStateException("boom");
        });
    }

    /** Takes two seconds over each step, and leaves the iteration after so many. */
    private void iterateSlowly(int steps, Task<String> failing) {
        driven.start(() -> {
            int left = steps;
            for (Task<String> task : asCompleted(List.of(after(0, "fast"), failing))) {
                log.add(task.name());
                left--;
                if (left == 0) {
                    break;
                }
                sleep(ONE_SECOND.multipliedBy(2));
            }
            sleep(ONE_SECOND.multipliedBy(2));
        });
    }

    @Test
    void failureAfterTheTaskThatLeftTheIterationHasEndedIsReported() {
        Task<String> failing = failingAfterASecond();
        driven.run(() -> {
            for (Task<String> task : asCompleted(List.of(after(0, "fast"), failing))) {
                log.add(task.name());
                break;
            }
        });

        driven.advance(ONE_SECOND);

        assertThat(driven.takeFailures()).extracting(Failure::source).containsExactly("failing");
    }

    @Test
    void failureThatWasNotReturnedCountsAsOneThatNobodyHasLookedAt() {
        iterateSlowly(1, failingAfterASecond());

        driven.advance(ONE_SECOND);
        assertThat(driven.takeReportedFailures()).as("it may still go on").isEmpty();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("fast");
        assertThat(driven.takeFailures()).extracting(Failure::source).containsExactly("failing");
    }

    @Test
    void failureThatWasNotReturnedButObservedByAnotherIsNotReported() {
        Task<String> failing = failingAfterASecond();
        iterateSlowly(1, failing);
        driven.run(() -> failing.whenDone(done -> log.add("observed")));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("fast", "observed");
    }

    @Test
    void failureBetweenTwoStepsIsReturnedByTheNextAndNotReported() {
        iterateSlowly(2, failingAfterASecond());

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND.multipliedBy(2));

        assertThat(log).containsExactly("fast", "failing");
    }

    @Test
    void stepThatIsCancelledKeepsWhatItWouldHaveReturned() {
        Task<String> failing = failing();
        Task<String> slow = after(2, "slow");
        driven.start(() -> {
            Iterator<Task<String>> tasks = asCompleted(List.of(failing, slow)).iterator();
            sleep(ONE_SECOND);
            CancelScope.run(scope -> {
                scope.cancel("enough");
                tasks.next();
            });
            assertThat(hasObservers(slow)).isFalse();
            log.add(tasks.next().name());
            log.add(tasks.next().name());
        });

        driven.advance(ONE_SECOND);
        assertThat(log).containsExactly("failing");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("failing", "slow");
    }

    @Test
    void iterationIsForTheTaskThatHasBegunIt() {
        driven.run(() -> {
            Iterator<Task<String>> tasks =
                    asCompleted(List.of(after(0, "fast"))).iterator();
            loop.createTask("other", () -> assertThatIllegalStateException()
                            .isThrownBy(tasks::next)
                            .withMessageContaining("Call iterator() in the task that iterates"))
                    .await();
            log.add(tasks.next().name());
        });

        assertThat(log).containsExactly("fast");
    }
}
