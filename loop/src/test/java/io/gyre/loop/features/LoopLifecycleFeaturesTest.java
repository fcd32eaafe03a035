package io.gyre.loop.features;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gyre.loop.EventLoop;
import io.gyre.loop.Feature;
import io.gyre.loop.HandDrivenLoop;
import io.gyre.loop.LoopFuture;
import io.gyre.loop.LoopOptions;
import io.gyre.loop.OtherThread;
import io.gyre.loop.sync.Lock;
import io.gyre.loop.testing.LoopTest;
import io.gyre.loop.testing.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class LoopLifecycleFeaturesTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    private void sleepAndCleanUp() {
        try {
            sleep(ONE_DAY);
        } finally {
            log.add("cleaned up");
        }
    }

    @Test
    @Feature("Run a program with one call")
    void oneCallEntryMakesTheLoopRunsMainCancelsLeftoversAndCloses() {
        EventLoop made = EventLoop.run(() -> {
            createTask(this::sleepAndCleanUp);
            yieldNow();
            log.add(EventLoop.run(() -> "from a nested call"));
            return EventLoop.current();
        });

        assertThat(log).containsExactly("from a nested call", "cleaned up");
        assertThat(made.isClosed()).isTrue();
    }

    @Test
    @Feature("Runner: several programs on one loop")
    void reusableRunnerRunsSeveralTimesOnOneLoopAndFinalisesForSure() {
        var failure = new IllegalStateException("a run that fails");

        try (EventLoop runner = EventLoop.create()) {
            EventLoop first = runner.runUntilComplete(() -> {
                createTask(this::sleepAndCleanUp);
                yieldNow();
                return EventLoop.current();
            });
            assertThat(first).isSameAs(runner);
            assertThatThrownBy(() -> runner.runUntilComplete(() -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
            int tasks = runner.runUntilComplete(() -> runner.tasks().size());
            log.add("third run, tasks: " + tasks);
        }

        assertThat(log).containsExactly("third run, tasks: 2", "cleaned up");
    }

    @Test
    @Feature("Run until told to stop")
    void runForeverEndsWithStopAndLoopsSayWhetherTheyRunOrAreClosed() {
        EventLoop loop = EventLoop.create();
        loop.callSoon(() -> {
            log.add("running: " + loop.isRunning());
            loop.stop();
        });

        loop.runForever();
        assertThat(loop.isRunning()).isFalse();
        assertThat(loop.isClosed()).isFalse();
        loop.close();
        loop.close();

        assertThat(log).containsExactly("running: true");
        assertThat(loop.isClosed()).isTrue();
    }

    @Test
    @Feature("Run until a future completes")
    void runUntilAFutureCompletesOrTellThatTheLoopWasStoppedBefore() {
        try (EventLoop loop = EventLoop.create()) {
            LoopFuture<String> future = loop.createFuture();
            loop.callSoon(() -> future.setResult("value"));
            String value = loop.runUntilComplete(future::await);
            assertThat(value).isEqualTo("value");

            LoopFuture<String> never = loop.createFuture();
            loop.callSoon(loop::stop);
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.runUntilComplete(never::await))
                    .withMessageContaining("stopped before");
        }
    }

    @Test
    @Feature("Options of a loop")
    void loopFactoryTakesAnOptionsObject() {
        var clock = VirtualClock.manual();
        LoopOptions options = LoopOptions.defaults()
                .withName("mine")
                .withTicker(clock)
                .withFailureHandler(failure -> log.add(failure.source() + " failed"))
                .withOffloadExecutor(call -> {
                    log.add("offloaded");
                    call.run();
                })
                .withCloseTimeout(Duration.ofSeconds(1))
                .withDebug(true)
                .withSlowStep(Duration.ZERO);

        try (EventLoop loop = EventLoop.create(options)) {
            loop.runUntilComplete(() -> {
                offload(() -> {});
                createTask("bad", () -> {
                    throw new IllegalStateException("lost");
                });
                yieldNow();
                return "";
            });
            assertThat(loop.name()).isEqualTo("mine");
            assertThat(loop.ticker()).isSameAs(clock);
        }

        assertThat(log).containsExactly("offloaded", "bad failed");
        assertThat(LoopOptions.defaults().name()).as("options do not change").isNull();
    }

    @LoopTest
    @Feature("Current event loop")
    void currentLoopIsThatOfTheCallerAndFailsOffTheLoop(EventLoop loop) {
        loop.callSoon(() -> log.add("callback: " + (EventLoop.current() == loop)));
        yieldNow();

        assertThat(EventLoop.current()).isSameAs(loop);
        assertThat(log).containsExactly("callback: true");
        assertThatThrownBy(OtherThread.call(EventLoop::current)::get)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is not a task of an event loop");
    }

    @LoopTest
    @Feature("Thread-confinement checks")
    void threadOwnershipIsCheckedOnCallsThatAreNotThreadSafe(EventLoop loop) throws Exception {
        LoopFuture<String> future = loop.createFuture();
        var lock = new Lock();
        List<ThrowingCallable> calls = List.of(
                () -> loop.callSoon(() -> {}),
                () -> loop.callLater(ONE_DAY, () -> {}),
                () -> loop.callAt(0, () -> {}),
                () -> loop.createTask(() -> "value"),
                loop::createFuture,
                loop::tasks,
                loop::statistics,
                () -> future.setResult("value"),
                () -> future.setException(new IllegalStateException()),
                () -> future.whenDone(done -> {}),
                lock::tryAcquire);

        assertThat(loop.inLoop()).isTrue();
        OtherThread.run(() -> {
                    assertThat(loop.inLoop()).isFalse();
                    for (ThrowingCallable call : calls) {
                        assertThatExceptionOfType(WrongThreadException.class)
                                .isThrownBy(call)
                                .withMessageContaining("Use loop.call(() -> ...) there");
                    }
                })
                .get();
    }

    @Test
    @Feature("Bounded close, which names the calls that do not end")
    void defaultExecutorIsShutDownWithATimeoutAndStuckCallsAreReported() throws Exception {
        var begun = new CountDownLatch(1);
        var released = new CountDownLatch(1);
        var bounded = new HandDrivenLoop(options -> options.withCloseTimeout(Duration.ofMillis(20)));
        bounded.start(() -> offload(() -> {
            begun.countDown();
            OtherThread.spinUntil(() -> released.getCount() == 0);
        }));
        begun.await();

        bounded.loop.close();

        assertThat(bounded.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.what())
                .contains("an offloaded call of ", "and has not ended within PT0.02S of closing", "-offload-1"));
        released.countDown();
    }

    @Test
    @Feature("Embedding: single ticks, driven from outside")
    void manualDrivingRunsWhatIsReadyOrAPortionOfItWaitsForAWhileAndCanBeWokenUp() {
        var counts = new ArrayList<Integer>();

        try (EventLoop loop = EventLoop.create()) {
            loop.callSoon(() -> log.add("ready"));
            counts.add(loop.runOnce(Duration.ZERO));
            counts.add(loop.runOnce(Duration.ofMillis(1)));

            loop.callSoon(() -> log.add("within the budget"));
            loop.createTask(() -> log.add("left for the next tick"));
            counts.add(loop.runOnce(Duration.ZERO, Duration.ZERO));
            counts.add(loop.runOnce(Duration.ZERO, ONE_DAY));

            loop.wakeup();
            counts.add(loop.runOnce(ONE_DAY));
            OtherThread.run(() -> loop.callSoonThreadsafe(() -> log.add("woken up")));
            while (log.size() < 4) {
                counts.add(loop.runOnce(ONE_DAY));
            }
        }

        assertThat(counts).startsWith(1, 0, 1, 1, 0).endsWith(1);
        assertThat(log).containsExactly("ready", "within the budget", "left for the next tick", "woken up");
    }
}
