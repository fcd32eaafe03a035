package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.sync.Event;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TaskGroupStartTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<String> log = new ArrayList<>();
    private final Exception boom = new IOException("boom");

    @Test
    void callerGoesOnWhenTheTaskIsReady() {
        driven.start(() -> TaskGroup.run(group -> {
            String said = group.start(ready -> {
                sleep(ONE_SECOND);
                ready.setResult("port 80");
                sleep(ONE_SECOND);
                return log.add("task done");
            });
            log.add("ready: " + said);
        }));
        assertThat(log).isEmpty();

        driven.advance(ONE_SECOND);
        assertThat(log).containsExactly("ready: port 80");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("ready: port 80", "task done");
    }

    @Test
    void failureBeforeTheTaskIsReadyGoesToTheCallerAlone() {
        driven.run(() -> TaskGroup.run(group -> {
            group.createTask(() -> {
                yieldNow();
                yieldNow();
                log.add("sibling lives");
            });
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> group.start(ready -> {
                        throw boom;
                    }))
                    .withCause(boom);
            yieldNow();
            log.add("block lives");
        }));

        assertThat(log).containsExactlyInAnyOrder("sibling lives", "block lives");
    }

    @Test
    void failureAfterTheTaskIsReadyIsOneOfTheGroup() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> {
                    group.start(ready -> {
                        ready.setResult("ready");
                        throw boom;
                    });
                    sleep(ONE_DAY);
                }))
                .satisfies(thrown -> assertThat(thrown.failures()).containsExactly(boom)));
    }

    @Test
    void endWithoutBeingReadyIsAnErrorOfTheCaller() {
        driven.run(() -> TaskGroup.run(group -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> group.start(ready -> "done"))
                .withCauseInstanceOf(IllegalStateException.class)
                .withMessageContaining("ended before it was ready")));
    }

    @Test
    void cancellationOfTheCallerCancelsTheTaskThatStarts() {
        driven.start(() -> TaskGroup.run(group -> {
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(
                            ONE_SECOND,
                            () -> group.start(ready -> {
                                try {
                                    sleep(ONE_DAY);
                                    return "slept";
                                } finally {
                                    log.add("cleaned up");
                                }
                            })));
            yieldNow();
            log.add("block lives");
        }));

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("cleaned up", "block lives");
    }

    @Test
    void failureOfACleanUpThatNobodyWaitsForIsOneOfTheGroup() {
        driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(group -> Async.moveOnAfter(
                        ONE_SECOND,
                        () -> group.start(ready -> {
                            try {
                                sleep(ONE_DAY);
                                return "slept";
                            } catch (CancelledException e) {
                                throw boom;
                            }
                        }))))
                .satisfies(thrown -> assertThat(thrown.failures()).containsExactly(boom)));

        driven.advance(ONE_SECOND);
    }

    @Test
    void taskThatFailsToStartIsNoneOfTheJoiners() {
        Task<String> task = driven.start(() -> TaskGroup.join(Joiner.<String>anySuccessfulOrThrow(), group -> {
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(() -> group.start(ready -> {
                        throw boom;
                    }));
            group.createTask(() -> "winner");
        }));

        assertThat(task.resultNow()).isEqualTo("winner");
    }

    @Test
    void cancellationOfTheGroupCancelsCallerAndTask() {
        driven.run(() -> TaskGroup.run(group -> {
            group.createTask(() -> group.cancel("enough"));
            group.start(ready -> {
                try {
                    sleep(ONE_DAY);
                    return "slept";
                } finally {
                    log.add("cleaned up");
                }
            });
            log.add("went on");
        }));

        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void cancellationOfTheTaskAloneIsAnErrorOfTheCaller() {
        driven.run(() -> TaskGroup.run(group -> assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> group.start(ready -> {
                    Async.currentTask().cancel("by itself");
                    sleep(ONE_DAY);
                    return "slept";
                }))
                .withCauseInstanceOf(CancelledException.class)));
    }

    @Test
    void taskOfTheGroupMayStartAnother() {
        driven.run(() -> TaskGroup.run(group -> group.createTask(() -> {
            String said = group.start(ready -> {
                ready.setResult("inner");
                return "";
            });
            log.add(said);
        })));

        assertThat(log).containsExactly("inner");
    }

    @Test
    void failureInTheTickInWhichTheCallerIsCancelledIsOneOfTheGroup() {
        var fails = new Event();
        Task<?> group = driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> TaskGroup.run(members -> {
                    Task<?> caller = members.createTask(() -> members.start(ready -> {
                        fails.await();
                        throw boom;
                    }));
                    yieldNow();
                    yieldNow();
                    fails.set();
                    caller.cancel("in the same tick");
                }))
                .satisfies(thrown -> assertThat(thrown.failures()).containsExactly(boom)));

        assertThat(group.state()).isEqualTo(State.SUCCESS);
    }
}
