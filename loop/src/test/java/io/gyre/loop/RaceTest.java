package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Combinators.race;
import static io.gyre.loop.Combinators.staggered;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.sync.Queue;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class RaceTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<Object> log = new ArrayList<>();
    private final RuntimeException boom = new IllegalStateException("boom");

    private Callable<String> after(int seconds, String value) {
        return () -> {
            try {
                sleep(ONE_SECOND.multipliedBy(seconds));
                return value;
            } catch (CancelledException e) {
                log.add(value + " cancelled");
                throw e;
            }
        };
    }

    private Callable<String> failingAfter(int seconds) {
        return () -> {
            sleep(ONE_SECOND.multipliedBy(seconds));
            throw boom;
        };
    }

    @Test
    void firstResultWinsAndTheOthersAreCancelled() {
        Task<String> task = driven.start(() -> race(after(2, "slow"), after(1, "fast")));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("fast");
        assertThat(log).containsExactly("slow cancelled");
    }

    @Test
    void losersAreAwaited() {
        Task<String> task = driven.start(() -> race(after(1, "fast"), () -> shield(ONE_DAY, after(2, "slow")::call)));
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("fast");
    }

    @Test
    void failureDoesNotEndTheRace() {
        Task<String> task = driven.start(() -> race(failingAfter(0), after(1, "fast")));

        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).isEqualTo("fast");
    }

    @Test
    void raceThatAllLoseThrowsAllFailures() {
        driven.start(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> race(failingAfter(1), failingAfter(0)))
                .satisfies(thrown -> assertThat(thrown.failures()).hasSize(2)));

        driven.advance(ONE_SECOND);
    }

    @Test
    void raceThatAllAbandonHasNoResult() {
        driven.run(() -> assertThatExceptionOfType(NoSuchElementException.class)
                .isThrownBy(() -> race(() -> {
                    currentTask().cancel("by itself");
                    sleep(ONE_DAY);
                    return "slept";
                })));
    }

    @Test
    void nullIsAResult() {
        Task<@Nullable String> task =
                driven.start(() -> Combinators.<@Nullable String>race(List.of(() -> null, after(1, "slow"))));

        assertThat(task.resultNow()).isNull();
        assertThat(task.isDone()).isTrue();
    }

    @Test
    void nothingToRaceIsAnError() {
        driven.run(() -> assertThatIllegalArgumentException().isThrownBy(() -> race(List.of())));
    }

    @Test
    void cancellationCancelsAllAndIsRaised() {
        Task<?> task = driven.start(() -> race(after(1, "a"), after(1, "b")));

        task.cancel("enough");
        driven.settle();

        assertThat(log).containsExactlyInAnyOrder("a cancelled", "b cancelled");
        assertThat(task.isCancelled()).isTrue();
    }

    @Test
    void timeOutIsATimeOut() {
        driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> race(after(2, "a"), after(3, "b")))));

        driven.advance(ONE_SECOND);

        assertThat(log).hasSize(2);
    }

    @Test
    void winnerBeforeTheTimeOutWinsAlthoughALoserTakesItsTime() {
        Task<String> task = driven.start(() -> timeout(
                ONE_SECOND.multipliedBy(2),
                () -> race(after(1, "winner"), () -> {
                    try {
                        return after(9, "loser").call();
                    } finally {
                        shield(ONE_DAY, () -> sleep(ONE_SECOND.multipliedBy(3)));
                    }
                })));

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isFalse();
        driven.advance(ONE_SECOND.multipliedBy(2));

        assertThat(task.resultNow()).isEqualTo("winner");
    }

    // ---- results of losers

    private record Resource(String name, List<Object> log) implements AutoCloseable {
        @Override
        public void close() {
            log.add(name + " closed");
        }
    }

    private Callable<Resource> opening(String name) {
        return () -> new Resource(name, log);
    }

    @Test
    void resultThatNobodyGetsIsClosed() {
        Task<Resource> task = driven.start(() -> race(opening("winner"), opening("loser")));

        assertThat(task.resultNow().name()).isEqualTo("winner");
        assertThat(log).containsExactly("loser closed");
    }

    @Test
    void resultOfTheWinnerStaysOpenAlsoIfALoserHasTheSame() {
        var shared = new Resource("shared", log);

        Task<Resource> task = driven.start(() -> race(() -> shared, () -> shared));

        assertThat(task.resultNow()).isSameAs(shared);
        assertThat(log).isEmpty();
    }

    @Test
    void channelThatNobodyGetsIsClosed() throws IOException {
        Pipe first = Pipe.open();
        Pipe second = Pipe.open();

        driven.run(() -> race(() -> first.source(), () -> second.source()));

        assertThat(first.source().isOpen()).isTrue();
        assertThat(second.source().isOpen()).isFalse();
        first.source().close();
        first.sink().close();
        second.sink().close();
    }

    @Test
    void valueThatALoserHasTakenIsHandedOn() {
        var first = new Queue<String>();
        var second = new Queue<String>();
        List<Callable<String>> bodies = List.of(first::get, second::get);
        Task<String> task = driven.start(() -> race(bodies, unwanted -> second.tryPut(unwanted)));

        driven.run(() -> {
            first.tryPut("a");
            second.tryPut("b");
        });

        assertThat(task.resultNow()).isEqualTo("a");
        assertThat(driven.call(second::tryGet)).contains("b");
    }

    @Test
    void resultOfARaceThatWasCancelledIsHandedOn() {
        List<Callable<String>> bodies = List.of(() -> shield(ONE_DAY, after(1, "late")::call));
        Task<String> task = driven.start(() -> staggered(ONE_DAY, bodies, log::add));

        task.cancel("enough");
        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(task.isCancelled()).isTrue();
        assertThat(log).containsExactly("late");
    }

    @Test
    void failureToHandOnIsReportedAndTheOthersAreHandedOn() {
        List<Callable<String>> bodies = List.of(() -> "a", () -> "b", () -> "c");
        Task<String> task = driven.start(() -> race(bodies, unwanted -> {
            log.add(unwanted);
            throw boom;
        }));

        assertThat(task.resultNow()).isEqualTo("a");
        assertThat(log).containsExactly("b", "c");
        assertThat(driven.takeFailures()).hasSize(2).allSatisfy(failure -> assertThat(failure.exception())
                .isSameAs(boom));
    }

    @Test
    void failureToCloseIsReported() {
        AutoCloseable stuck = () -> {
            throw new IOException("stuck");
        };

        driven.run(() -> Combinators.<AutoCloseable>race(() -> () -> {}, () -> stuck));

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasRootCauseMessage("stuck"));
    }
}
