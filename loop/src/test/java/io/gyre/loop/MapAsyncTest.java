package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.shield;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Combinators.mapAsync;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gyre.loop.sync.Channel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapAsyncTest {
    @AutoClose
    private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();

    private final List<Object> log = new ArrayList<>();
    private int running;
    private int mostAtATime;

    private int slowly(int element) {
        running++;
        mostAtATime = Math.max(mostAtATime, running);
        try {
            sleep(ONE_SECOND);
        } finally {
            running--;
        }
        return element * element;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 100})
    void resultsAreInOrderAndNoMoreThanTheLimitRunAtATime(int concurrency) {
        List<Integer> elements = IntStream.range(0, 5).boxed().toList();
        Task<List<Integer>> task = driven.start(() -> mapAsync(concurrency, elements, this::slowly));

        for (int second = 0; !task.isDone() && second < 10; second++) {
            driven.advance(ONE_SECOND);
        }

        assertThat(task.resultNow()).containsExactly(0, 1, 4, 9, 16);
        assertThat(mostAtATime).isEqualTo(Math.min(concurrency, 5));
    }

    @Test
    void noElementsAreNoResults() {
        assertThat(driven.<List<Integer>>call(() -> mapAsync(3, List.of(), this::slowly)))
                .isEmpty();
    }

    @Test
    void nullIsAResult() {
        assertThat(driven.<List<@Nullable Integer>>call(
                        () -> Combinators.<Integer, @Nullable Integer>mapAsync(2, List.of(1, 2), element -> null)))
                .containsExactly(null, null);
    }

    @Test
    void elementsAreTakenWhenThereIsRoomForThem() {
        Iterable<Integer> endless =
                () -> Stream.iterate(0, last -> last + 1).peek(log::add).iterator();
        Task<?> task = driven.start(() -> mapAsync(2, endless, this::slowly));
        int takenAtFirst = log.size();

        driven.advance(ONE_SECOND);

        assertThat(takenAtFirst).isLessThanOrEqualTo(3);
        assertThat(log).hasSizeLessThanOrEqualTo(5);
        task.cancel("over");
    }

    @Test
    void failureCancelsTheCallsThatRun() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> mapAsync(2, List.of(1, 2), element -> {
                    if (element == 2) {
                        throw new IllegalStateException("boom");
                    }
                    try {
                        return slowly(element);
                    } finally {
                        log.add("cleaned up");
                    }
                }))
                .withMessageContaining("boom"));

        assertThat(log).containsExactly("cleaned up");
    }

    @Test
    void noCallBeginsAfterAFailureEvenIfOneThatRanReturnsAValue() {
        Task<?> task = driven.start(() -> mapAsync(2, List.of(1, 2, 3, 4), element -> {
            log.add(element);
            if (element == 2) {
                throw new IllegalStateException("boom");
            }
            return shield(ONE_DAY, () -> slowly(element));
        }));
        task.whenDone(done -> {});

        driven.advance(ONE_SECOND);

        assertThat(task.exceptionNow()).isInstanceOf(TaskGroupException.class);
        assertThat(log).containsExactly(1, 2);
    }

    @Test
    void callThatCancelsItselfLeavesNoResults() {
        driven.run(() -> assertThatExceptionOfType(TaskGroupException.class)
                .isThrownBy(() -> mapAsync(2, List.of(1, 2), element -> {
                    currentTask().cancel("by itself");
                    yieldNow();
                    sleep(ONE_SECOND);
                    return element;
                })));
    }

    @Test
    void cancellationCancelsTheCallsAndIsRaised() {
        Task<?> task = driven.start(() -> mapAsync(2, List.of(1, 2, 3), this::slowly));

        task.cancel("enough");
        driven.settle();

        assertThat(task.isCancelled()).isTrue();
        assertThat(running).isZero();
    }

    @Test
    void timeOutIsATimeOut() {
        driven.start(() -> assertThatExceptionOfType(TimeoutException.class)
                .isThrownBy(() -> timeout(ONE_SECOND, () -> mapAsync(2, List.of(1, 2, 3), this::slowly))));

        driven.advance(ONE_SECOND);

        assertThat(running).isZero();
    }

    @Test
    void elementsThatThrowFailTheCall() {
        Iterable<Integer> broken = () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw new IllegalStateException("broken");
            }

            @Override
            public Integer next() {
                return 1;
            }
        };

        driven.run(() -> assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> mapAsync(2, broken, this::slowly))
                .withMessage("broken"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void concurrencyIsOneOrMore(int concurrency) {
        driven.run(() -> assertThatIllegalArgumentException()
                .isThrownBy(() -> mapAsync(concurrency, List.of(1), this::slowly))
                .withMessageContaining("it must be 1 or more"));
    }

    @Test
    void sourceMaySuspendAndLosesNoElement() {
        Channel<Integer> channel = Channel.open(2);
        Task<List<Integer>> task = driven.start(() -> mapAsync(3, channel.receiver(), this::slowly));

        driven.run(() -> channel.sender().send(1));
        assertThat(task.waitsFor()).startsWith("receive from");
        driven.advance(ONE_SECOND); // the call has ended, and nobody but the one above waits for an element
        assertThat(channel.statistics().receiving()).isOne();
        driven.run(() -> {
            channel.sender().send(2);
            channel.sender().send(3);
            channel.sender().close();
        });
        driven.advance(ONE_SECOND);

        assertThat(task.resultNow()).containsExactly(1, 4, 9);
    }

    @Test
    void roomIsWaitedForWithAReason() {
        Task<?> task = driven.start(() -> mapAsync(1, List.of(1, 2), this::slowly));

        assertThat(task.waitsFor()).isEqualTo("a running call to end before the next one starts");

        driven.advance(ONE_SECOND);
        driven.advance(ONE_SECOND);
        assertThat(task.isDone()).isTrue();
    }
}
