package io.gyre.loop.conformance;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static io.gyre.loop.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.CancelledException;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LoopClosedException;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.OtherThread;
import io.gyre.loop.Task;
import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** {@code asyncio.run}, {@code Runner} and the life of a loop. */
class RunConformanceTest extends ConformanceCase {
    private final CopyOnWriteArrayList<Failure> reported = new CopyOnWriteArrayList<>();
    private final LoopOptions options = LoopOptions.defaults().withFailureHandler(reported::add);

    /** test_runners.RunTests.test_asyncio_run_return */
    @Test
    void runReturnsTheResult() {
        assertThat(EventLoop.<String, RuntimeException>run(() -> {
                    yieldNow();
                    return "value";
                }))
                .isEqualTo("value");
    }

    /** test_runners.RunTests.test_asyncio_run_raises */
    @Test
    void runThrowsWhatMainThrows() {
        var failure = new IOException("boom");

        assertThatThrownBy(() -> EventLoop.run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    /** test_runners.RunTests.test_asyncio_run_cancels_hanging_tasks */
    @Test
    void runCancelsWhatMainLeavesBehind() {
        EventLoop.run(() -> {
            createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } finally {
                    log.add("cleaned up");
                }
            });
            yieldNow();
        });

        assertLog("cleaned up");
    }

    /** test_runners.RunTests.test_asyncio_run_reports_hanging_tasks_errors */
    @Test
    void runReportsFailuresOfWhatMainLeavesBehind() {
        EventLoop.run(options, () -> {
            createTask(() -> {
                try {
                    sleep(ONE_DAY);
                } catch (CancelledException e) {
                    throw boom;
                }
            });
            yieldNow();
        });

        assertThat(reported).extracting(Failure::exception).containsExactly(boom);
    }

    /** test_runners.RunTests.test_asyncio_run_debug */
    @Test
    void debugModeRemembersTheWholeStack() {
        EventLoop.run(options.withDebug(true), () -> {
            createTask(() -> {
                throw boom;
            });
            yieldNow();
            yieldNow();
        });

        assertThat(reported).singleElement().satisfies(failure -> assertThat(failure.createdAt())
                .contains("\n    at "));
    }

    /** asyncio.run: after a failure of main the rest is cancelled, too. */
    @Test
    void runCancelsTheRestAfterAFailure() {
        assertThatThrownBy(() -> EventLoop.run(() -> {
                    createTask(() -> after(86_400, "task").call());
                    yieldNow();
                    throw boom;
                }))
                .isSameAs(boom);

        assertLog("task cancelled");
    }

    /** test_runners.RunnerTests.test_run: several runs share one loop. */
    @Test
    void loopRunsSeveralMains() {
        try (EventLoop runner = EventLoop.create(options)) {
            assertThat(runner.<Integer, RuntimeException>runUntilComplete(() -> 1))
                    .isEqualTo(1);
            assertThat(runner.<Integer, RuntimeException>runUntilComplete(() -> 2))
                    .isEqualTo(2);
        }
    }

    /** test_runners.RunnerTests.test_second_with_block_raises: not after it is closed. */
    @Test
    void closedLoopRunsNothing() {
        EventLoop runner = EventLoop.create(options);
        runner.close();

        assertThatExceptionOfType(LoopClosedException.class)
                .isThrownBy(() -> runner.<String, RuntimeException>runUntilComplete(() -> "never"));
        assertThatExceptionOfType(LoopClosedException.class).isThrownBy(runner::runForever);
    }

    /** test_base_events.BaseEventLoopTests.test_close: twice is once. */
    @Test
    void closeTwiceIsCloseOnce() {
        EventLoop runner = EventLoop.create(options);

        runner.close();
        runner.close();

        assertThat(runner.isClosed()).isTrue();
    }

    /** test_events.EventLoopTestsMixin.test_close_running_event_loop: closing a running loop is an error. */
    @Test
    void runningLoopCannotBeClosed() {
        driven.run(() -> assertThatIllegalStateException().isThrownBy(loop::close));

        assertThat(loop.isClosed()).isFalse();
    }

    /** test_base_events.BaseEventLoopTests.test_running_loop_within_a_loop: one thread drives one loop at a time. */
    @Test
    void runningLoopCannotBeDrivenAgain() throws Exception {
        driven.run(() -> log.add("running " + loop.isRunning()));
        loop.callSoon(() -> {
            var other = OtherThread.run(() -> loop.runOnce(seconds(0)));
            OtherThread.spinUntil(other::isDone);
            log.add(other.state().toString());
        });
        driven.settle();

        assertLog("running true", "FAILED");
        assertThat(loop.isRunning()).isFalse();
    }

    /** test_events.EventLoopTestsMixin.test_run_until_complete_stopped */
    @Test
    void stopBeforeMainIsDoneIsAnError() {
        try (EventLoop runner = EventLoop.create(options)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> runner.<String, RuntimeException>runUntilComplete(() -> {
                        runner.stop();
                        sleep(ONE_DAY);
                        return "slept";
                    }))
                    .withMessageContaining("was stopped before");
        }
    }

    /** loop.run_forever, loop.stop: the present iteration is finished. */
    @Test
    void stopFinishesThePresentTick() {
        try (EventLoop runner = EventLoop.create(options)) {
            runner.callSoon(runner::stop);
            runner.callSoon(() -> log.add("same tick"));
            runner.callSoon(() -> runner.callSoon(() -> log.add("next tick")));

            runner.runForever();

            assertLog("same tick");
        }
    }

    /** loop.stop before run_forever: one iteration, then it returns. */
    @Test
    void stopBeforeTheRunEndsItAfterOneTick() {
        try (EventLoop runner = EventLoop.create(options)) {
            runner.callSoon(() -> log.add("ran"));
            runner.callSoon(runner::stop);

            runner.runForever();
            runner.callSoon(runner::stop);
            runner.runForever();

            assertLog("ran");
        }
    }

    /** loop.run_until_complete: other tasks go on in the next run. */
    @Test
    void otherTasksGoOnInTheNextRun() {
        try (EventLoop runner = EventLoop.create(options)) {
            Task<String> task = runner.<Task<String>, RuntimeException>runUntilComplete(() -> createTask(() -> {
                yieldNow();
                yieldNow();
                return "done";
            }));
            assertThat(task.isDone()).isFalse();

            assertThat(runner.<String, RuntimeException>runUntilComplete(() -> task.await()))
                    .isEqualTo("done");
        }
    }

    /** loop.close: callbacks that have not begun are dropped, as asyncio clears its queues. */
    @Test
    void timersThatAreNotDueAreDroppedByClose() {
        EventLoop runner = EventLoop.create(options);
        runner.callLater(ONE_DAY, () -> log.add("never"));

        runner.close();

        assertLog();
    }

    /** asyncio.get_running_loop */
    @Test
    void currentLoopIsTheOneThatRuns() {
        driven.run(() -> assertThat(EventLoop.current()).isSameAs(loop));
        loop.callSoon(() -> log.add(EventLoop.current() == loop ? "same" : "other"));
        driven.settle();

        assertLog("same");
    }

    /** asyncio.Runner with threads: each thread may have its loop. */
    @Test
    void otherThreadsRunLoopsOfTheirOwn() throws Exception {
        String here = driven.call(() -> EventLoop.current().toString());
        String there = OtherThread.call(
                        () -> EventLoop.run(() -> EventLoop.current().name()))
                .get();

        assertThat(here).contains("hand-driven");
        assertThat(there).matches("gyre-\\d+");
    }

    /** test_runners.RunnerTests.test_interrupt_wait: an interrupt of the thread cancels main. */
    @Test
    void interruptOfTheThreadCancelsMain() {
        Thread.currentThread().interrupt();
        try (EventLoop runner = EventLoop.create(options)) {
            assertThatExceptionOfType(CancelledException.class)
                    .isThrownBy(() -> runner.<String, RuntimeException>runUntilComplete(() -> {
                        sleep(ONE_DAY);
                        return "slept";
                    }));
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** test_runners.RunnerTests.test_interrupt_cancelled_task: main may finish in spite of it. */
    @Test
    void mainMayCatchTheInterrupt() {
        Thread.currentThread().interrupt();
        try (EventLoop runner = EventLoop.create(options)) {
            String result = runner.<String, RuntimeException>runUntilComplete(() -> {
                try {
                    sleep(ONE_DAY);
                    return "slept";
                } catch (CancelledException e) {
                    return "caught";
                }
            });
            assertThat(result).isEqualTo("caught");
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
