package io.gyre.loop.conformance;

import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Combinators.gather;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.Task;
import io.gyre.loop.TimeoutException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code asyncio.shield}, as far as a block in the same task can do what it does. */
class ShieldConformanceTest extends ConformanceCase {
    /** test_tasks.BaseTaskTests.test_shield_result */
    @Test
    void resultIsThatOfTheBlock() {
        assertThat(driven.<Integer>call(() -> shield(ONE_DAY, () -> 42))).isEqualTo(42);
    }

    /** test_tasks.BaseTaskTests.test_shield_exception */
    @Test
    void exceptionIsThatOfTheBlock() {
        driven.run(() -> assertThatThrownBy(() -> shield(ONE_DAY, () -> {
                    throw boom;
                }))
                .isSameAs(boom));
    }

    /** test_tasks.BaseTaskTests.test_shield_effect: what is shielded goes on when the task is cancelled. */
    @Test
    void blockGoesOnWhenTheTaskIsCancelled() {
        Task<?> task = driven.start(() -> {
            shield(ONE_DAY, () -> {
                sleep(seconds(1));
                log.add("done");
            });
            yieldNow();
            log.add("not reached");
        });

        task.cancel("enough");
        pass(1);

        assertLog("done");
        assertThat(task.isCancelled()).isTrue();
    }

    /** test_tasks.BaseTaskTests.test_shield_gather: a shielded gather completes. */
    @Test
    void shieldedGatherCompletes() {
        Task<?> task = driven.start(() -> shield(ONE_DAY, () -> {
            List<String> results = gather(after(1, "a"), after(1, "b"));
            log.addAll(results);
        }));

        task.cancel("enough");
        pass(1);

        assertLog("a", "b");
    }

    /** test_tasks.BaseTaskTests.test_gather_shield: shields among the gathered complete, the others are cancelled. */
    @Test
    void shieldsAmongTheGatheredComplete() {
        Task<?> task = driven.start(() -> gather(
                after(5, "plain"),
                () -> shield(ONE_DAY, () -> {
                    sleep(seconds(1));
                    return note("shielded");
                })));

        task.cancel("enough");
        pass(1);

        assertLog("plain cancelled", "shielded");
        assertThat(task.isCancelled()).isTrue();
    }

    /** asyncio.shield: a time-out inside works as always. */
    @Test
    void timeOutInsideWorks() {
        Task<?> task = driven.start(() -> shield(ONE_DAY, () -> {
            try {
                timeout(seconds(1), () -> sleep(seconds(5)));
            } catch (TimeoutException e) {
                log.add("timed out");
            }
        }));

        pass(1);

        assertThat(task.isDone()).isTrue();
        assertLog("timed out");
    }
}
