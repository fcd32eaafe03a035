package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.effectiveDeadline;
import static io.gyre.loop.Async.moveOnAt;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.timeoutAt;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.CancelScope;
import io.gyre.loop.CancelToken;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.SuspendingApi;
import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class CancellationFeaturesTest {
    private final List<String> log = new ArrayList<>();

    @LoopTest
    @Feature("Cancel a task, with a reason")
    void cancelHasAReasonAndRepeatedRequestsNeedNoCountAndNoUncancel() {
        Task<?> task = createTask(() -> {
            try {
                sleep(ONE_DAY);
            } catch (CancelledException e) {
                log.add(e.getMessage());
                throw e;
            }
        });
        awaitAllTasksParked();
        assertThat(task.cancel("the user gave up")).isTrue();
        assertThat(task.cancel("twice")).isTrue();
        awaitAllTasksParked();

        assertThat(log).singleElement().asString().endsWith("was cancelled: the user gave up");
        assertThat(task.isCancelled()).isTrue();
        assertThat(task.cancel("too late")).isFalse();

        boolean completed = CancelScope.run(scope -> {
            scope.cancel("once");
            scope.cancel("twice");
            yieldNow();
        });
        assertThat(completed).isFalse();
        yieldNow(); // nothing is left of it
    }

    @LoopTest
    @Feature("Cancel scopes")
    void cancelScopesAreBlocksThatCanBeNested() {
        boolean outer = CancelScope.run(outerScope -> {
            boolean inner = CancelScope.run(innerScope -> {
                innerScope.cancel("inner");
                yieldNow();
            });
            log.add("inner completed: " + inner);
            CancelScope.run(innerScope -> {
                outerScope.cancel("outer");
                yieldNow();
            });
            log.add("not reached");
        });

        assertThat(log).containsExactly("inner completed: false");
        assertThat(outer).isFalse();
        yieldNow();
    }

    @LoopTest
    @Feature("Level-triggered cancellation")
    void cancellationIsLevelTriggeredAndEachCheckpointThrowsAgain() {
        CancelScope.run(scope -> {
            scope.cancel("enough");
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> yieldNow());
                assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> sleep(ONE_DAY));
            }
            log.add("still cancelled: " + scope.isCancelled());
        });

        assertThat(log).containsExactly("still cancelled: true");
    }

    @LoopTest
    @Feature("Cancellation safety: a value wins over a cancellation")
    void valueWinsAndTheCancellationHitsTheNextCheckpoint(EventLoop loop) {
        LoopFuture<String> future = loop.createFuture();
        Task<?> task = createTask(() -> {
            log.add(future.await());
            yieldNow();
            log.add("not reached");
        });
        awaitAllTasksParked();

        future.setResult("value");
        task.cancel("in the same tick");
        awaitAllTasksParked();

        assertThat(log).containsExactly("value");
        assertThat(task.isCancelled()).isTrue();
    }

    @LoopTest
    @Feature("Atomic start: a cancelled task begins nevertheless")
    void taskThatIsCancelledBeforeItsStartStillEntersItsBody() {
        Task<?> task = createTask(() -> {
            log.add("entered");
            yieldNow();
            log.add("not reached");
        });

        task.cancelAndJoin("before it has begun");

        assertThat(log).containsExactly("entered");
        assertThat(task.isCancelled()).isTrue();
    }

    @LoopTest
    @Feature("Shielding, for a limited time")
    void shieldKeepsOuterCancellationFromABlockForALimitedTime(VirtualClock clock) {
        Task<?> task = createTask(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                shield(ONE_SECOND.multipliedBy(2), () -> {
                    sleep(ONE_SECOND);
                    log.add("cleaned up at " + clock.elapsed());
                    sleep(ONE_DAY);
                    log.add("not reached");
                });
            }
        });
        awaitAllTasksParked();

        task.cancelAndJoin("enough");

        assertThat(log).containsExactly("cleaned up at PT1S");
        assertThat(clock.elapsed()).as("the limit").isEqualTo(Duration.ofSeconds(2));
    }

    private static String value() throws IOException {
        sleep(Duration.ZERO);
        return "value";
    }

    @LoopTest
    @Feature("Deadlines that can be rescheduled")
    void deadlinesAreAbsoluteCanBeMovedTellWhetherTheyHavePassedAndAddUp(EventLoop loop, VirtualClock clock)
            throws IOException {
        long inASecond = loop.time() + ONE_SECOND.toNanos();
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeoutAt(inASecond, () -> {
                    sleep(ONE_DAY);
                    return "";
                }));
        assertThat(moveOnAt(loop.time(), CancellationFeaturesTest::value)).isEmpty();
        assertThat(loop.time()).isEqualTo(inASecond);

        CancelScope.run(scope -> {
            assertThat(effectiveDeadline()).isEmpty();
            scope.setTimeout(ONE_SECOND);
            scope.setDeadline(loop.time() + ONE_DAY.toNanos());
            assertThat(scope.deadline()).hasValue(effectiveDeadline().orElseThrow());
            timeout(ONE_SECOND, () -> assertThat(effectiveDeadline()).hasValue(loop.time() + ONE_SECOND.toNanos()));
            shield(ONE_DAY, () -> assertThat(effectiveDeadline()).isEmpty());
            scope.clearDeadline();
            sleep(ONE_DAY.multipliedBy(2));
            log.add("expired: " + scope.isCancelled());
            scope.setTimeout(ONE_SECOND);
            assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> sleep(ONE_DAY));
            log.add("expired: " + scope.isCancelled());
        });
        assertThat(log).containsExactly("expired: false", "expired: true");
        assertThat(clock.elapsed()).isEqualTo(ONE_DAY.multipliedBy(2).plusSeconds(2));
    }

    @LoopTest
    @Feature("Cancellation survives a catch-all")
    void catchAllDoesNotSwallowACancellation() {
        Task<?> task = createTask(() -> {
            for (int i = 0; i < 3; i++) {
                try {
                    sleep(ONE_DAY);
                } catch (Exception e) {
                    log.add("swallowed");
                }
            }
            sleep(ONE_DAY);
            log.add("not reached");
        });
        awaitAllTasksParked();

        task.cancelAndJoin("enough");

        assertThat(log).containsExactly("swallowed", "swallowed", "swallowed");
        assertThat(task.isCancelled()).isTrue();
    }

    @LoopTest
    @Feature("Cancel and join")
    void cancelAndJoinWaitsUntilTheTaskHasReallyStopped(VirtualClock clock) {
        Task<?> task = createTask(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                shield(ONE_DAY, () -> sleep(ONE_SECOND));
            }
        });
        awaitAllTasksParked();

        task.cancelAndJoin("enough");

        assertThat(task.isDone()).isTrue();
        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
    }

    @LoopTest
    @Feature("Cancellation by interrupt of blocking calls")
    void cancelInterruptsABlockingCallOfTheJdkOnce() {
        var never = new CountDownLatch(1);
        var cleanedUp = new CountDownLatch(1);
        Task<?> task = createTask(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                cleanedUp.await(); // not interrupted again
                log.add("cleaned up");
                throw e;
            }
        });
        awaitAllTasksParked();

        task.cancel("enough");
        awaitAllTasksParked();
        assertThat(task.isDone()).isFalse();
        cleanedUp.countDown();
        task.cancelAndJoin("twice");

        assertThat(log).containsExactly("cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    /** That each also does what it says is what the tests of torture show. */
    @Test
    @Feature("Cancellation-safety table, call by call")
    void cancelSafetyOfEachOperationIsDocumented() throws IOException {
        assertThat(SuspendingApi.calls()).allSatisfy(call -> assertThat(call.javadoc() + call.surroundings())
                .as("what %s says about its cancellation", call)
                .containsAnyOf("<b>Cancellation:</b>", "CancelledException"));
    }

    @LoopTest
    @Feature("Cancellation tokens")
    void tokenCancelsTasksCallsAndTokensUnderIt() {
        var shutdown = new CancelToken();
        CancelToken child = shutdown.child();
        Task<Boolean> task = createTask(() -> child.run(() -> sleep(ONE_DAY)));
        awaitAllTasksParked();

        offload(() -> {
            child.throwIfCancelled();
            shutdown.cancel("going home");
            assertThatExceptionOfType(CancellationException.class)
                    .isThrownBy(child::throwIfCancelled)
                    .withMessage("going home");
        });

        assertThat(task.await()).as("completed").isFalse();
    }
}
