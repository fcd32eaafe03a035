package io.gyre.loop.conformance;

import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.sleepUntil;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.Task;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code asyncio.sleep}. */
class SleepConformanceTest extends ConformanceCase {
    /** test_tasks.BaseTaskTests.test_sleep */
    @Test
    void sleepTakesItsTime() {
        Task<String> task = task(after(2, "slept"));
        pass(1);
        assertThat(task.isDone()).isFalse();

        pass(1);

        assertThat(task.resultNow()).isEqualTo("slept");
    }

    /** test_tasks.SleepTests.test_sleep_zero: lets the others run once. */
    @ParameterizedTest
    @ValueSource(longs = {0, -5})
    void sleepOfNoTimeLetsTheOthersRun(long duration) {
        task(() -> {
            log.add("before");
            sleep(seconds(duration));
            return note("after");
        });
        loop.callSoon(() -> log.add("other"));

        driven.settle();

        assertLog("before", "other", "after");
    }

    /** asyncio.sleep: sleep(0) suspends for one iteration only. */
    @Test
    void yieldGoesOnInTheNextTick() {
        task(() -> {
            yieldNow();
            return note("after");
        });
        driven.tick();
        assertLog();

        driven.tick();

        assertLog("after");
    }

    /** test_tasks.BaseTaskTests.test_sleep_cancel: the timer is taken back. */
    @Test
    void cancelledSleepLeavesNoTimer() {
        Task<String> task = driven.start(after(10, "slept"));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(loop.statistics().timers()).isZero();
    }

    /** test_tasks.BaseTaskTests.test_task_cancel_sleeping_task */
    @Test
    void sleepingTaskIsCancelledByAnother() {
        driven.run(() -> {
            Task<String> sleeper = task(after(5, "sleeper"));
            yieldNow();
            sleeper.cancelAndJoin("enough");
            log.add("joined");
        });

        assertLog("sleeper cancelled", "joined");
    }

    /** asyncio.sleep: sleepers wake in the order of their instants. */
    @Test
    void sleepersWakeInOrderOfTheirInstants() {
        for (int i = 3; i > 0; i--) {
            int number = i;
            task(() -> {
                sleep(seconds(number));
                return note(Integer.toString(number));
            });
        }

        pass(3);

        assertLog("1", "2", "3");
    }

    /** asyncio.sleep always suspends the current task. */
    @Test
    void sleepUntilAnInstantThatHasPassedSuspendsOnce() {
        task(() -> {
            sleepUntil(loop.time() - 1);
            return note("after");
        });
        loop.callSoon(() -> log.add("other"));

        driven.settle();

        assertLog("other", "after");
    }

    /** asyncio-task, "date example": sleeps in a row add up, whatever the others do. */
    @Test
    void sleepsInARowAddUp() {
        task(() -> {
            for (int i = 0; i < 3; i++) {
                sleep(Duration.ofMillis(500));
                log.add("tick");
            }
            return "";
        });

        driven.settle();
        driven.advance(Duration.ofMillis(500));
        driven.advance(Duration.ofMillis(500));
        assertLog("tick", "tick");
        driven.advance(Duration.ofMillis(500));

        assertLog("tick", "tick", "tick");
    }
}
