package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Combinators.staggered;
import static io.gyre.loop.testing.LoopTesting.awaitAllTasksParked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future.State;

class StaggeredTest {
    private static final Duration DELAY = Duration.ofMillis(250);

    private final List<String> log = new ArrayList<>();

    private Callable<String> attempt(String name, long millis, boolean succeeds) {
        return () -> {
            log.add(name + " begins at "
                    + Duration.ofNanos(EventLoop.current().time()).toMillis());
            try {
                sleep(Duration.ofMillis(millis));
            } catch (CancelledException e) {
                log.add(name + " is cancelled");
                throw e;
            }
            if (!succeeds) {
                throw new IOException(name + " failed");
            }
            return name;
        };
    }

    @LoopTest
    void firstThatSucceedsInItsTimeIsAlone(VirtualClock clock) {
        String winner = staggered(DELAY, List.of(attempt("a", 200, true), attempt("b", 0, true)));

        assertThat(winner).isEqualTo("a");
        assertThat(log).containsExactly("a begins at 0");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(200));
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }

    @LoopTest
    void nextBeginsWhenTheDelayHasPassed() {
        String winner =
                staggered(DELAY, List.of(attempt("a", 900, true), attempt("b", 900, true), attempt("c", 100, true)));

        assertThat(winner).isEqualTo("c");
        assertThat(log)
                .containsExactly(
                        "a begins at 0", "b begins at 250", "c begins at 500", "a is cancelled", "b is cancelled");
    }

    @LoopTest
    void nextBeginsAsSoonAsTheOneBeforeHasFailed() {
        String winner = staggered(DELAY, List.of(attempt("a", 100, false), attempt("b", 100, true)));

        assertThat(winner).isEqualTo("b");
        assertThat(log).containsExactly("a begins at 0", "b begins at 100");
    }

    @LoopTest
    void earlierOneMayStillWin() {
        String winner = staggered(DELAY, List.of(attempt("a", 300, true), attempt("b", 300, true)));

        assertThat(winner).isEqualTo("a");
        assertThat(log).containsExactly("a begins at 0", "b begins at 250", "b is cancelled");
    }

    @LoopTest
    void allFailuresAreListed() {
        assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> staggered(DELAY, List.of(attempt("a", 300, false), attempt("b", 0, false))))
                .satisfies(failure -> assertThat(failure.failures())
                        .extracting(Throwable::getMessage)
                        .containsExactly("b failed", "a failed"));
    }

    @LoopTest
    void cancellationCancelsThoseThatHaveBegunAndBeginsNoOther() {
        Task<String> task = createTask(() -> staggered(DELAY, List.of(attempt("a", 900, true), attempt("b", 0, true))));
        awaitAllTasksParked();

        task.cancelAndJoin("test");

        assertThat(task.state()).isEqualTo(State.CANCELLED);
        assertThat(log).containsExactly("a begins at 0", "a is cancelled");
        assertThat(EventLoop.current().statistics().timers()).isZero();
    }

    @LoopTest
    void nothingToRaceIsAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> staggered(DELAY, List.<Callable<String>>of()))
                .withMessage("there is nothing to race");
    }
}
