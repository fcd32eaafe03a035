package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future.State;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class CancelAndJoinTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private Task<String> cleaningUpFor(Duration time) {
        return loop.createTask(() -> {
            try {
                sleep(ONE_DAY);
            } finally {
                shield(ONE_DAY, () -> sleep(time));
                log.add("cleaned up");
            }
            return "slept";
        });
    }

    @Test
    void returnsWhenTheTaskHasStopped() {
        Task<String> task = cleaningUpFor(ONE_SECOND);
        driven.settle();
        driven.start(() -> {
            task.cancelAndJoin("enough");
            log.add("joined " + task.state());
        });
        assertThat(log).isEmpty();

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("cleaned up", "joined CANCELLED");
    }

    @Test
    void failureOfTheTaskIsNeitherThrownNorReported() {
        Task<String> task = loop.createTask(() -> {
            try {
                sleep(ONE_DAY);
                return "slept";
            } catch (CancelledException e) {
                throw new IllegalStateException("clean-up failed");
            }
        });
        driven.settle();

        driven.run(() -> task.cancelAndJoin("enough"));

        assertThat(task.state()).isEqualTo(State.FAILED);
    }

    @Test
    void taskThatIsDoneIsLeftAsItIs() {
        Task<String> task = driven.start(() -> "done");

        driven.run(() -> task.cancelAndJoin("late"));

        assertThat(task.resultNow()).isEqualTo("done");
    }

    @Test
    void taskThatSwallowsItsCancellationIsAwaitedToo() {
        Task<String> task = loop.createTask(() -> {
            try {
                sleep(ONE_DAY);
                return "slept";
            } catch (CancelledException e) {
                return "swallowed";
            }
        });
        driven.settle();

        driven.run(() -> task.cancelAndJoin("enough"));

        assertThat(task.resultNow()).isEqualTo("swallowed");
    }

    @Test
    void taskThatHasNotBegunIsEntered() {
        driven.run(() -> {
            Task<?> task = Async.createTask(() -> {
                log.add("entered");
                yieldNow();
                log.add("went on");
            });
            task.cancelAndJoin("early");
        });

        assertThat(log).containsExactly("entered");
    }

    @Test
    void cancellationEndsTheWaitAndTheRequestStands() {
        Task<String> task = cleaningUpFor(ONE_SECOND.multipliedBy(2));
        driven.settle();
        driven.start(() -> {
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> timeout(ONE_SECOND, () -> task.cancelAndJoin("enough")));
            log.add("gave up");
        });

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("gave up", "cleaned up");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void taskThatJoinsItselfEndsCancelled() {
        Task<?> task = driven.start(() -> currentTask().cancelAndJoin("by itself"));

        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void twoTasksMayJoinOne() {
        Task<String> task = cleaningUpFor(ONE_SECOND);
        driven.settle();
        for (int i = 0; i < 2; i++) {
            driven.start(() -> {
                task.cancelAndJoin("enough");
                log.add("joined");
            });
        }

        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("cleaned up", "joined", "joined");
    }
}
