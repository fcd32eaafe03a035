package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A program that owns the thread drives the loop in portions. */
class RunOnceTest {
    private static final Duration NO_WAIT = Duration.ZERO;

    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    @Test
    void budgetThatIsSpentLeavesTheRestReadyInOrder() {
        loop.createTask(() -> log.add("task"));
        loop.callSoon(() -> log.add("first"));
        loop.callSoon(() -> log.add("second"));
        loop.createTask(() -> log.add("last"));

        for (int tick = 0; tick < 4; tick++) {
            assertThat(loop.runOnce(NO_WAIT, Duration.ZERO)).as("tick " + tick).isOne();
        }

        assertThat(log).containsExactly("task", "first", "second", "last");
        assertThat(loop.runOnce(NO_WAIT, Duration.ZERO)).isZero();
    }

    /** As it does when it takes the stack of a task which another thread unparks at that moment. */
    @Test
    void whatTheTickerMakesReadyIsNotSleptOver() {
        var ticker = new BusyTicker();
        try (EventLoop busy = EventLoop.create(LoopOptions.defaults().withTicker(ticker))) {
            ticker.work = () -> busy.callSoon(() -> log.add("ready"));

            assertThat(busy.runOnce(Duration.ofDays(1))).isOne();

            ticker.work = () -> {};
        }
        assertThat(log).containsExactly("ready");
    }

    private static final class BusyTicker implements Ticker {
        Runnable work = () -> {};

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public long waitNanos(long maxWaitNanos, IdleLoop idle) {
            work.run();
            return maxWaitNanos;
        }
    }

    @Test
    void budgetThatIsNotSpentChangesNothing() {
        loop.callSoon(() -> log.add("first"));
        loop.createTask(() -> log.add("second"));

        assertThat(loop.runOnce(NO_WAIT, Duration.ofDays(1))).isEqualTo(2);

        assertThat(log).containsExactly("first", "second");
    }

    @Test
    void budgetDoesNotLetNewWorkOvertakeWhatWasPostponed() {
        loop.callSoon(() -> {
            log.add("first");
            loop.callSoon(() -> log.add("new"));
        });
        loop.callSoon(() -> log.add("postponed"));

        for (int tick = 0; tick < 3; tick++) {
            loop.runOnce(NO_WAIT, Duration.ZERO);
        }

        assertThat(log).containsExactly("first", "postponed", "new");
    }

    @Test
    void wakeupEndsAWait() throws Exception {
        FutureTask<@Nullable Void> waker = OtherThread.run(loop::wakeup);

        int steps = loop.runOnce(Duration.ofHours(1));

        assertThat(steps).isZero();
        waker.get();
    }

    @Test
    void wakeupOfAClosedLoopDoesNothing() {
        EventLoop closed = EventLoop.create();
        closed.close();

        closed.wakeup();
    }
}
