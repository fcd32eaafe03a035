package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.effectiveDeadline;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.moveOnAt;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.timeoutAt;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.CancelScope;
import io.gyre.loop.CancelToken;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
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
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final Duration ONE_DAY = Duration.ofDays(1);

    private final List<String> log = new ArrayList<>();

    @LoopTest
    @Row("1.5 cancel(reason); request count; uncancel")
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
    @Row("1.5 cancel scopes (block-level), nested")
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
    @Row("1.5 level-triggered: stays cancelled, each checkpoint throws again")
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
    @Row("1.5 value wins: a task already resumed with a value gets it, cancel hits next checkpoint")
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
    @Row("1.5 task cancelled before start still enters body")
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
    @Row("1.5 shield a block from outer cancel")
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

    @LoopTest
    @Row("1.5 timeouts throwing / silent")
    void timeoutsThrowOrAreSilent(VirtualClock clock) throws IOException {
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> sleep(ONE_DAY)))
                .isNotInstanceOf(CancellationException.class);
        assertThat(clock.elapsed()).isEqualTo(ONE_SECOND);
        String inTime = timeout(ONE_SECOND, CancellationFeaturesTest::value);
        assertThat(inTime).isEqualTo("value");

        assertThat(moveOnAfter(ONE_SECOND, () -> {
                    sleep(ONE_DAY);
                    return value();
                }))
                .isEmpty();
        assertThat(moveOnAfter(ONE_SECOND, CancellationFeaturesTest::value)).contains("value");
        boolean completed = moveOnAfter(ONE_SECOND, () -> sleep(ONE_DAY));
        assertThat(completed).isFalse();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
    }

    private static String value() throws IOException {
        sleep(Duration.ZERO);
        return "value";
    }

    @LoopTest
    @Row("1.5 absolute deadlines, reschedule, expired?, effective deadline")
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
    @Row("1.5 cancellation exception not swallowed by catch-all")
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
    @Row("1.5 cancel and wait until really stopped")
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
    @Row("1.5 cancel a JDK-blocking region (interrupt)")
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
    @Row("1.5 per-op cancel safety documented")
    void cancelSafetyOfEachOperationIsDocumented() throws IOException {
        assertThat(SuspendingApi.calls()).allSatisfy(call -> assertThat(call.javadoc() + call.surroundings())
                .as("what %s says about its cancellation", call)
                .containsAnyOf("<b>Cancellation:</b>", "CancelledException"));
    }

    @LoopTest
    @Row("1.5 timeout reason text")
    void timeoutSaysWhatHasTakenTooLong() {
        assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, "the look-up of gyre.io", () -> sleep(ONE_DAY)))
                .withMessageEndingWith("timed out after PT1S: the look-up of gyre.io");
    }

    @LoopTest
    @Row("1.5 cancellation tokens, tree-shaped, usable outside tasks")
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
