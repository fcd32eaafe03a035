package io.gyre.loop;

import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.moveOnAt;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.timeoutAt;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code timeout} and {@code moveOnAfter}. The tests of asyncio that assert the same are named; they are in test_timeouts.py. */
class TimeoutTest {
    private static final Duration TWO_SECONDS = Duration.ofSeconds(2);

    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    /** Runs a block that is expected to time out, and notes by which message. */
    private void expectTimeout(VoidBody<?> block) throws Exception {
        try {
            block.run();
            log.add("no time-out");
        } catch (TimeoutException e) {
            log.add(String.valueOf(e.getMessage()).replaceFirst("task-\\d+ ", ""));
        }
    }

    /** asyncio: test_timeout_not_called. */
    @Test
    void blockInTimeHasItsResult() {
        Task<String> task = driven.start(() -> timeout(TWO_SECONDS, () -> {
            sleep(ONE_SECOND);
            return "in time";
        }));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("in time");
        assertThat(loop.statistics().timers()).isZero();
    }

    /** asyncio: test_timeout_basic, test_outer_task_is_not_cancelled, test_wait_for_waits_for_task_cancellation. */
    @Test
    @Feature("Time-outs that throw")
    void blockThatTakesTooLongIsCancelled() {
        Task<?> task = loop.createTask("slow", () -> {
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(ONE_SECOND, () -> {
                        try {
                            sleep(ONE_DAY);
                        } finally {
                            log.add("cleaned up");
                        }
                    }))
                    .withMessage("task 'slow' timed out after PT1S")
                    .withCauseInstanceOf(CancelledException.class);
            yieldNow();
            return log.add("went on");
        });
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("cleaned up", "went on");
        assertThat(task.isDone()).isTrue();
        assertThat(task.isCancelled()).isFalse();
    }

    /** asyncio: test_timeout_zero, test_timeout_in_the_past. */
    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void blockWithoutTimeIsEnteredAndStopsAtItsFirstCheckpoint(long seconds) {
        driven.run(() -> expectTimeout(() -> timeout(Duration.ofSeconds(seconds), () -> {
            log.add("entered");
            yieldNow();
            log.add("went on");
        })));

        assertThat(log).containsExactly("entered", "timed out after " + Duration.ofSeconds(seconds));
    }

    @Test
    void timeOutWithoutEndIsNone() {
        Task<String> task = driven.start(() -> timeout(Duration.ofSeconds(Long.MAX_VALUE), () -> {
            sleep(ONE_DAY);
            return "slept";
        }));

        driven.advance(ONE_DAY);

        assertThat(task.resultNow()).isEqualTo("slept");
    }

    @Test
    void valueOfABlockWhoseTimeHasPassedWins() {
        Task<String> task = driven.start(() -> timeout(ONE_SECOND, () -> {
            driven.ticker.advance(ONE_DAY);
            return "late";
        }));

        assertThat(task.resultNow()).isEqualTo("late");
    }

    @Test
    void valueOfABlockThatSwallowsItsCancellationWins() {
        Task<String> task = driven.start(() -> timeout(ONE_SECOND, () -> {
            try {
                sleep(ONE_DAY);
                return "slept";
            } catch (CancelledException e) {
                return "swallowed";
            }
        }));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("swallowed");
    }

    @Test
    void blockThatSwallowsAndSuspendsAgainTimesOutThere() {
        Task<?> task = driven.start(() -> expectTimeout(() -> timeout(ONE_SECOND, () -> {
            try {
                sleep(ONE_DAY);
            } catch (CancelledException e) {
                log.add("swallowed");
            }
            sleep(ONE_DAY);
            log.add("went on");
        })));

        driven.advance(ONE_SECOND);

        assertThat(task.isDone()).isTrue();
        assertThat(log).containsExactly("swallowed", "timed out after PT1S");
    }

    /** asyncio: test_foreign_exception_passed. */
    @Test
    void exceptionOfTheBlockPassesAsItIs() {
        var failure = new IOException("boom");

        driven.run(() -> assertThatThrownBy(() -> timeout(ONE_SECOND, () -> {
                    throw failure;
                }))
                .isSameAs(failure));
    }

    /** asyncio: test_foreign_exception_on_timeout. */
    @Test
    void exceptionOfTheBlockPassesAsItIsAfterTheTimeToo() {
        var failure = new IOException("boom");
        driven.start(() -> assertThatThrownBy(() -> timeout(ONE_SECOND, () -> {
                    try {
                        sleep(ONE_DAY);
                    } catch (CancelledException e) {
                        throw failure;
                    }
                }))
                .isSameAs(failure));

        driven.advance(ONE_SECOND);
    }

    /** asyncio: test_nested_timeouts; the outer time-out strikes first. */
    @Test
    void earlierOuterDeadlineEndsBoth() {
        driven.start(() -> expectTimeout(() -> timeout(ONE_SECOND, () -> {
            expectTimeout(() -> timeout(TWO_SECONDS, () -> sleep(ONE_DAY)));
            log.add("between");
        })));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("timed out after PT1S");
    }

    /** asyncio: test_nested_timeouts; the inner time-out strikes first. */
    @Test
    void earlierInnerDeadlineEndsTheInnerBlock() {
        driven.start(() -> expectTimeout(() -> timeout(TWO_SECONDS, () -> {
            expectTimeout(() -> timeout(ONE_SECOND, () -> sleep(ONE_DAY)));
            yieldNow();
        })));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("timed out after PT1S", "no time-out");
    }

    @Test
    void deadlinesOfTheSameInstantEndBoth() {
        driven.start(() -> expectTimeout(() -> timeoutAt(loop.time() + ONE_SECOND.toNanos(), () -> {
            expectTimeout(() -> timeout(ONE_SECOND, () -> sleep(ONE_DAY)));
            return log.add("between");
        })));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("has passed its deadline");
    }

    @Test
    void innerTimeOutPassesThroughTheOuterOne() {
        driven.start(() -> expectTimeout(() -> timeout(TWO_SECONDS, () -> timeout(ONE_SECOND, () -> sleep(ONE_DAY)))));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("timed out after PT1S");
    }

    /** The inner block has timed out before; what its exception meets on the way does not change that. */
    @Test
    void innerTimeOutOfABlockingCallIsNotTakenForTheOuterOne() {
        Task<?> task = driven.start(() -> expectTimeout(() -> moveOnAfter(TWO_SECONDS, () -> {
            try {
                timeout(ONE_SECOND, () -> Thread.sleep(ONE_DAY));
            } finally {
                driven.ticker.advance(ONE_SECOND);
                Async.shield(ONE_DAY, () -> yieldNow());
            }
        })));

        driven.ticker.advance(ONE_SECOND);
        driven.runUntil(task::isDone);

        assertThat(log).containsExactly("timed out after PT1S");
    }

    /** asyncio: test_foreign_cancel_doesnt_timeout_if_not_expired. */
    @Test
    void cancellationOfTheTaskIsNoTimeOut() {
        Task<?> task = driven.start(() -> timeout(ONE_SECOND, () -> sleep(ONE_DAY)));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancellationOfTheTaskThatCrossesTheTimeOutIsCaughtUpWith() {
        Task<?> task = driven.start(() -> expectTimeout(() -> timeout(ONE_SECOND, () -> {
            try {
                sleep(ONE_DAY);
            } finally {
                Async.currentTask().cancel("enough");
            }
        })));
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isTrue();

        assertThat(log).containsExactly("timed out after PT1S");
    }

    /** asyncio: test_timeout_at_basic. */
    @Test
    void timeoutAtTakesAnInstant() {
        long deadline = loop.time() + ONE_SECOND.toNanos();
        driven.start(() -> expectTimeout(() -> timeoutAt(deadline, () -> {
            sleep(ONE_DAY);
            return "";
        })));
        driven.advance(ONE_SECOND.minusNanos(1));
        assertThat(log).isEmpty();

        driven.advance(Duration.ofNanos(1));

        assertThat(log).containsExactly("has passed its deadline");
    }

    @Test
    void moveOnAfterReturnsTheResultInTime() {
        Task<Optional<String>> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> "in time"));

        assertThat(task.resultNow()).hasValue("in time");
    }

    @Test
    @Feature("Time-outs that move on")
    void moveOnAfterIsEmptyWhenTheTimeHasPassed() {
        Task<Optional<String>> task = driven.start(() -> moveOnAfter(ONE_SECOND, () -> {
            sleep(ONE_DAY);
            return "late";
        }));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEmpty();
    }

    @Test
    void moveOnAfterOfABlockWithoutAResultTellsWhetherItWasInTime() {
        Task<Boolean> inTime = driven.start(() -> moveOnAfter(TWO_SECONDS, () -> sleep(ONE_SECOND)));
        Task<Boolean> late = driven.start(() -> moveOnAfter(ONE_SECOND, () -> sleep(TWO_SECONDS)));

        driven.advance(ONE_SECOND);

        assertThat(inTime.resultNow()).isTrue();
        assertThat(late.resultNow()).isFalse();
    }

    @Test
    void moveOnAtTakesAnInstant() {
        long deadline = loop.time() + ONE_SECOND.toNanos();
        Task<Optional<String>> late = driven.start(() -> moveOnAt(deadline, () -> {
            sleep(TWO_SECONDS);
            return "late";
        }));
        Task<Optional<String>> inTime = driven.start(() -> moveOnAt(deadline, () -> "in time"));

        driven.advance(ONE_SECOND);

        assertThat(late.resultNow()).isEmpty();
        assertThat(inTime.resultNow()).hasValue("in time");
    }

    @Test
    void moveOnAfterDoesNotSwallowTheTimeOutAround() {
        driven.start(() -> expectTimeout(() -> timeout(ONE_SECOND, () -> {
            moveOnAfter(TWO_SECONDS, () -> sleep(ONE_DAY));
            log.add("between");
        })));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("timed out after PT1S");
    }

    /** asyncio: test_timeout_taskgroup. */
    @Test
    void timeOutAroundAGroupCancelsItsTasksAndWaitsForThem() {
        driven.start(() -> expectTimeout(() -> timeout(
                ONE_SECOND,
                () -> TaskGroup.run(group -> {
                    for (int i = 0; i < 2; i++) {
                        group.createTask(() -> {
                            try {
                                sleep(ONE_DAY);
                            } finally {
                                log.add("task cleaned up");
                            }
                        });
                    }
                }))));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("task cleaned up", "task cleaned up", "timed out after PT1S");
    }

    @Test
    void timeOutInATaskOfAGroupIsAFailureOfThatTask() {
        driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.createTask(() -> timeout(ONE_SECOND, () -> sleep(ONE_DAY)));
                    group.createTask(() -> {
                        try {
                            sleep(ONE_DAY);
                        } finally {
                            log.add("sibling cleaned up");
                        }
                    });
                }))
                .satisfies(
                        thrown -> assertThat(thrown.failures()).singleElement().isInstanceOf(TimeoutException.class)));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("sibling cleaned up");
    }

    @Test
    void timeOutInTheBlockOfAGroupPassesAsItIs() {
        driven.start(() -> expectTimeout(() -> TaskGroup.run(group -> {
            group.createTask(() -> sleep(ONE_DAY));
            timeout(ONE_SECOND, () -> sleep(ONE_DAY));
        })));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("timed out after PT1S");
    }

    @Test
    @Feature("Named time-outs")
    void messageSaysWhatHasTakenTooLong() {
        Task<?> named = driven.loop.createTask(
                "asker",
                () -> timeout(ONE_SECOND, "the look-up of example.org", () -> {
                    sleep(ONE_DAY);
                    return "";
                }));
        Task<?> withoutResult =
                driven.loop.createTask("asker", () -> timeout(ONE_SECOND, "the handshake", () -> sleep(ONE_DAY)));
        named.whenDone(done -> {});
        withoutResult.whenDone(done -> {});

        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(named.exceptionNow())
                .isInstanceOf(TimeoutException.class)
                .hasMessage("task 'asker' timed out after PT1S: the look-up of example.org");
        assertThat(withoutResult.exceptionNow()).hasMessageEndingWith("PT1S: the handshake");
    }
}
