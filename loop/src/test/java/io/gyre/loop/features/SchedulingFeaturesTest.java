package io.gyre.loop.features;

import static io.gyre.loop.Async.checkCancelled;
import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.sleepUntil;
import static io.gyre.loop.Async.timeout;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_SECOND;
import static io.gyre.loop.testing.LoopTesting.assertDoesNotSuspend;
import static io.gyre.loop.testing.LoopTesting.assertSuspends;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gyre.loop.CancelScope;
import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.Handle;
import io.gyre.loop.Interval;
import io.gyre.loop.Interval.MissedTicks;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.LowLevel;
import io.gyre.loop.ManualTicker;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.TimerHandle;
import io.gyre.loop.spi.Ticker;
import io.gyre.loop.sync.Queue;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulingFeaturesTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    @LoopTest
    @Feature("Callbacks, first in first out")
    void callSoonIsFifoAndReturnsACancellableHandle(EventLoop loop) {
        loop.callSoon(() -> log.add("first"));
        Handle second = loop.callSoon(() -> log.add("second"));
        loop.callSoon(() -> log.add("third"));

        second.cancel();
        yieldNow();

        assertThat(log).containsExactly("first", "third");
        assertThat(second.isCancelled()).isTrue();
    }

    @Test
    @Feature("Thread-safe callbacks")
    void threadSafeCallSoonWakesTheLoopUpAndIsRefusedAfterClose() throws Exception {
        EventLoop loop = EventLoop.create();
        Executor executor = loop;
        FutureTask<?> other = OtherThread.run(() -> {
            loop.callSoonThreadsafe(() -> log.add("first"));
            executor.execute(() -> log.add("second"));
            loop.callSoonThreadsafe(loop::stop);
        });

        loop.runForever(); // waits for ever, unless it is woken up
        other.get();
        loop.close();

        assertThat(log).containsExactly("first", "second");
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> loop.callSoonThreadsafe(() -> {}));
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(() -> executor.execute(() -> {}));
    }

    @LoopTest
    @Feature("Timers")
    void callLaterAndCallAtAreCancellableAndSayWhen(EventLoop loop, VirtualClock clock) {
        TimerHandle at = loop.callAt(loop.time() + 2_000_000_000, () -> log.add("at " + clock.elapsed()));
        TimerHandle later = loop.callLater(ONE_SECOND, () -> log.add("later " + clock.elapsed()));
        TimerHandle cancelled = loop.callLater(ONE_SECOND, () -> log.add("cancelled"));

        assertThat(at.deadlineNanos()).isEqualTo(loop.time() + 2_000_000_000);
        assertThat(later.deadlineNanos()).isEqualTo(loop.time() + 1_000_000_000);
        cancelled.cancel();
        sleep(Duration.ofSeconds(3));

        assertThat(log).containsExactly("later PT1S", "at PT2S");
        assertThat(cancelled.isCancelled()).isTrue();
    }

    @Test
    @Feature("Pluggable clock")
    void loopClockIsMonotonicAndInjectable() {
        var injected = new ManualTicker();

        try (EventLoop loop = EventLoop.create(LoopOptions.defaults().withTicker(injected))) {
            long before = loop.time();
            injected.advance(Duration.ofDays(1_000)); // across the wrap-around
            assertThat(loop.time() - before).isEqualTo(Duration.ofDays(1_000).toNanos());
            assertThat(loop.ticker()).isSameAs(injected);
        }

        Ticker system = LoopOptions.defaults().ticker();
        long first = system.nanoTime();
        assertThat(system.nanoTime() - first).isNotNegative();
    }

    @LoopTest
    @Feature("Intervals (periodic timers)")
    void periodicTimerKeepsItsRateOrItsDelayOrCatchesUp(VirtualClock clock) {
        assertThat(missingTwo(MissedTicks.SKIP, clock)).as("fixed rate").containsExactly(10L, 35L, 40L, 50L);
        assertThat(missingTwo(MissedTicks.DELAY, clock)).as("fixed delay").containsExactly(10L, 35L, 45L, 55L);
        assertThat(missingTwo(MissedTicks.BURST, clock)).as("all ticks").containsExactly(10L, 35L, 35L, 40L);
    }

    /**
     * {@return the seconds at which four ticks came, between the first and second of which there was no time for two}
     */
    private static List<Long> missingTwo(MissedTicks policy, VirtualClock clock) {
        Duration begin = clock.elapsed();
        Interval interval = Interval.of(Duration.ofSeconds(10), policy);
        var ticks = new ArrayList<Long>();
        while (ticks.size() < 4) {
            interval.await();
            ticks.add(clock.elapsed().minus(begin).toSeconds());
            if (ticks.size() == 1) {
                sleep(Duration.ofSeconds(25));
            }
        }
        return ticks;
    }

    @LoopTest
    @Feature("Cancelled timers are reclaimed")
    void cancelledTimersLeaveTheTimerHeapAtOnce(EventLoop loop) {
        List<TimerHandle> timers = IntStream.range(0, 1_000)
                .mapToObj(i -> loop.callLater(Duration.ofHours(1 + i % 7), () -> log.add("fired")))
                .toList();
        assertThat(loop.statistics().timers()).isEqualTo(1_000);

        timers.forEach(Handle::cancel);
        assertThat(loop.statistics().timers()).isZero();
        for (int i = 0; i < 1_000; i++) {
            timeout(Duration.ofHours(1), () -> {});
        }

        assertThat(loop.statistics().timers())
                .as("time-outs that did not strike")
                .isZero();
    }

    @Test
    @Feature("Sleep")
    void sleepSleepUntilAndSleepForever() {
        try (var driven = new HandDrivenLoop()) {
            driven.start(() -> {
                sleep(ONE_SECOND);
                log.add("slept");
            });
            driven.start(() -> {
                sleepUntil(driven.loop.time() + 2_000_000_000);
                log.add("slept until");
            });
            Task<?> forever = driven.start(() -> sleep(ChronoUnit.FOREVER.getDuration()));

            driven.advance(ONE_SECOND);
            assertThat(log).containsExactly("slept");
            driven.advance(ONE_SECOND);
            assertThat(log).containsExactly("slept", "slept until");
            driven.advance(Duration.ofDays(36_500));
            assertThat(forever.isDone()).isFalse();
        }
    }

    @LoopTest
    @Feature("Checkpoints: yield, and look for a cancellation")
    void yieldPointCancellationCheckpointAndCheckOnly() {
        createTask(() -> log.add("others run"));
        assertSuspends(() -> yieldNow());
        assertThat(log).containsExactly("others run");
        assertSuspends(() -> sleep(Duration.ZERO));
        assertDoesNotSuspend(() -> checkCancelled());
        LowLevel.checkpoint();

        CancelScope.run(scope -> {
            scope.cancel("enough");
            assertDoesNotSuspend(
                    () -> assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> checkCancelled()));
            assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> LowLevel.checkpoint());
            assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> yieldNow());
            assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> sleep(Duration.ZERO));
        });
    }

    @Test
    @Feature("Fairness between callbacks and I/O")
    void onePassRunsOnlyWhatWasReadyAtItsStartAndThenPollsIo() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        try (var driven = new HandDrivenLoop()) {
            driven.run(() -> LowLevel.addReader(pipe.source(), () -> log.add("readable")));
            driven.loop.callSoon(new Runnable() {
                @Override
                public void run() {
                    log.add("again");
                    driven.loop.callSoon(this); // for ever
                }
            });
            pipe.sink().write(ByteBuffer.allocate(1));

            driven.tick();
            assertThat(log).containsExactly("again", "readable");
            driven.tick();
            assertThat(log).containsExactly("again", "readable", "again", "readable");
        }
        pipe.sink().close();
        pipe.source().close();
    }

    @LoopTest
    @Feature("Cooperative budgeting")
    void operationsThatAreAlwaysReadyForceAYieldAfter128() {
        var queue = new Queue<Integer>();
        var operations = new ArrayList<Integer>();
        yieldNow();
        Task<Integer> other = createTask(() -> operations.size());

        for (int i = 0; i < 1_000; i++) {
            queue.put(i);
            operations.add(i);
        }

        assertThat(other.resultNow()).isEqualTo(128);
    }

    @Test
    @Feature("Randomised scheduling by seed")
    void randomOrderInABatchFindsOrderBugsAndIsDeterminedByItsSeed() {
        List<Integer> order = orderOfTen(1);

        assertThat(order)
                .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
                .isNotEqualTo(order.stream().sorted().toList())
                .isEqualTo(orderOfTen(1))
                .isNotEqualTo(orderOfTen(2));
    }

    private static List<Integer> orderOfTen(long seed) {
        return EventLoop.run(LoopOptions.defaults().withRandomOrder(seed), () -> {
            var order = new ArrayList<Integer>();
            for (int i = 0; i < 10; i++) {
                int self = i;
                createTask(() -> order.add(self));
            }
            while (order.size() < 10) {
                yieldNow();
            }
            return order;
        });
    }
}
