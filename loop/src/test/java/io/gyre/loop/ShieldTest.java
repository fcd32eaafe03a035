package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.moveOnAfter;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
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
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ShieldTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<String> log = new ArrayList<>();

    @Test
    void blockHasItsResult() {
        assertThat(driven.<String>call(() -> shield(ONE_SECOND, () -> "value"))).isEqualTo("value");
    }

    @Test
    void exceptionOfTheBlockPassesAsItIs() {
        var failure = new IOException("boom");

        driven.run(() -> assertThatThrownBy(() -> shield(ONE_SECOND, () -> {
                    throw failure;
                }))
                .isSameAs(failure));
    }

    @Test
    void cancellationOfTheTaskWaitsForTheEndOfTheBlock() {
        Task<?> task = driven.start(() -> {
            shield(ONE_DAY, () -> sleep(ONE_SECOND));
            log.add("block done");
            yieldNow();
            log.add("went on");
        });

        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("block done");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cleanUpOfACancelledTaskMaySuspend() {
        Task<?> task = driven.start(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                shield(ONE_DAY, () -> {
                    sleep(ONE_SECOND);
                    log.add("said goodbye");
                });
            }
        });

        task.cancel("enough");
        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("said goodbye");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancellationThatWaitedIsRaisedWhenTheLimitHasPassed() {
        Task<?> task = driven.start(() -> shield(ONE_SECOND, () -> sleep(ONE_DAY)));
        task.cancel("enough");
        driven.settle();
        assertThat(task.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void cancellationAfterTheLimitIsRaisedAtOnce() {
        Task<?> task = driven.start(() -> shield(ONE_SECOND, () -> sleep(ONE_DAY)));
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void blockThatNobodyCancelsMayTakeLongerThanTheLimit() {
        Task<String> task = driven.start(() -> shield(ONE_SECOND, () -> {
            sleep(ONE_DAY);
            return "slept";
        }));

        driven.advance(ONE_DAY);

        assertThat(task.resultNow()).isEqualTo("slept");
    }

    @Test
    void shieldWithoutTimeEndsWithTheTick() {
        Task<?> task = driven.start(() -> {
            currentTask().cancel("by itself");
            shield(Duration.ofSeconds(-1), () -> {
                log.add("entered");
                yieldNow();
                log.add("yielded");
                sleep(ONE_DAY);
            });
        });

        assertThat(log).containsExactly("entered", "yielded");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void timeOutAroundAShieldWaitsForItsEnd() {
        driven.start(() -> {
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(ONE_SECOND, () -> {
                        shield(ONE_DAY, () -> sleep(ONE_SECOND.multipliedBy(2)));
                        log.add("shield done");
                        yieldNow();
                    }));
        });
        driven.advance(ONE_SECOND);
        assertThat(log).isEmpty();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("shield done");
    }

    @Test
    void valueOfAShieldedBlockWinsOverTheTimeOutAround() {
        Task<String> task = driven.start(() -> timeout(
                ONE_SECOND,
                () -> shield(ONE_DAY, () -> {
                    sleep(ONE_SECOND.multipliedBy(2));
                    return "value";
                })));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("value");
    }

    @Test
    void timeOutInAShieldWorksAsAlways() {
        Task<Boolean> task = driven.start(
                () -> shield(ONE_DAY, () -> moveOnAfter(ONE_SECOND, () -> sleep(ONE_DAY.multipliedBy(2)))));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isFalse();
    }

    @Test
    void shieldInAShieldHoldsAsLongAsOneOfThem() {
        Task<?> task = driven.start(() -> shield(ONE_SECOND, () -> {
            shield(ONE_SECOND.multipliedBy(3), () -> sleep(ONE_SECOND.multipliedBy(2)));
            log.add("inner done");
            yieldNow();
            log.add("went on");
        }));
        task.cancel("enough");
        driven.settle();

        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("inner done");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void shieldCoversTheTasksOfAGroupInIt() {
        Task<?> task = driven.start(() -> shield(
                ONE_DAY,
                () -> TaskGroup.run(group -> group.createTask(() -> {
                    sleep(ONE_SECOND);
                    log.add("child done");
                }))));

        task.cancel("enough");
        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("child done");
    }

    @Test
    void limitThatPassesReachesTheTasksOfAGroupInTheShield() {
        Task<?> task = driven.start(() -> shield(
                ONE_SECOND,
                () -> TaskGroup.run(group -> group.createTask(() -> {
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        log.add("child cleaned up");
                    }
                }))));
        task.cancel("enough");
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("child cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void shieldInATaskOfAGroupHoldsUpTheGroup() {
        Task<?> task = driven.start(() -> TaskGroup.run(group -> {
            group.createTask(() -> shield(ONE_DAY, () -> sleep(ONE_SECOND)));
            group.cancel("enough");
        }));
        assertThat(task.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(task.isDone()).isTrue();
        assertThat(task.isCancelled()).isFalse();
    }

    @Test
    void shieldDoesNotProtectTheTasksThatTheBlockCreatesForTheLoop() {
        var created = new ArrayList<Task<?>>();
        driven.run(() -> shield(ONE_DAY, () -> created.add(createTask(() -> sleep(ONE_DAY)))));

        created.getFirst().cancel("enough");
        driven.settle();

        assertThat(created.getFirst().isCancelled()).isTrue();
    }

    @Test
    void interruptOfSomebodyElseInAShieldIsACancellationThatWaits() {
        Task<?> task = driven.start(() -> {
            shield(ONE_DAY, () -> sleep(ONE_SECOND));
            log.add("block done");
            yieldNow();
            log.add("went on");
        });

        ((VirtualThreadTask<?>) task).thread().interrupt();
        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("block done");
        assertThat(task.isCancelled()).isTrue();
    }
}
