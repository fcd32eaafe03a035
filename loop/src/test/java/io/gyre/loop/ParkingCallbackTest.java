package io.gyre.loop;

import static io.gyre.loop.Async.currentTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Durations.ONE_SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Callbacks run in a virtual thread that is replaced when one of them parks. */
class ParkingCallbackTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private Runnable logs(String line) {
        return () -> log.add(line);
    }

    private void sleepAndLog(String line) {
        sleep(ONE_SECOND);
        log.add(line);
    }

    @Test
    void callbackThatParksDoesNotHoldUpTheOnesBehindIt() {
        loop.callSoon(() -> sleepAndLog("woken"));
        loop.callSoon(logs("second"));
        loop.callSoon(logs("third"));

        driven.tick();
        assertThat(log).containsExactly("second", "third");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("second", "third", "woken");
    }

    @Test
    void callbackThatParksCountsAsATaskUntilItEnds() {
        loop.callSoon(() -> sleepAndLog("woken"));

        driven.settle();
        assertThat(loop.statistics().tasks()).isEqualTo(1);
        assertThat(loop.tasks()).singleElement().satisfies(task -> {
            assertThat(task.name()).isEqualTo("hand-driven-callbacks");
            assertThat(task.waitsFor()).contains("sleep");
        });
        driven.advance(ONE_SECOND);

        driven.assertIdle();
    }

    @Test
    void severalCallbacksCanBeParkedAtOnce() {
        for (int number = 1; number <= 5; number++) {
            int self = number;
            loop.callSoon(() -> sleepAndLog("callback " + self));
        }

        driven.settle();
        assertThat(loop.statistics().tasks()).isEqualTo(5);
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("callback 1", "callback 2", "callback 3", "callback 4", "callback 5");
        driven.assertIdle();
    }

    @Test
    void callbackThatWaitsForALockOfAParkedTaskDoesNotStopTheLoop() {
        var lock = new ReentrantLock();
        loop.createTask("holder", () -> {
            lock.lock();
            try {
                sleep(ONE_SECOND);
            } finally {
                lock.unlock();
            }
            return null;
        });
        loop.callSoon(() -> {
            lock.lock();
            try {
                log.add("got the lock");
            } finally {
                lock.unlock();
            }
        });
        loop.callSoon(logs("went on"));

        driven.settle();
        assertThat(log).containsExactly("went on");
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("went on", "got the lock");
    }

    @Test
    void callbackThatYieldsGoesOnInTheNextTick() {
        loop.callSoon(() -> {
            Async.yieldNow();
            log.add("first");
        });
        loop.callSoon(logs("second"));

        driven.tick();
        assertThat(log).containsExactly("second");
        driven.tick();

        assertThat(log).containsExactly("second", "first");
        driven.assertIdle();
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // what a callback does by mistake is the subject
    void callbackThatCallsThreadYieldGoesOnInTheNextTick() {
        loop.callSoon(() -> {
            Thread.yield();
            log.add("first");
        });
        loop.callSoon(logs("second"));

        driven.settle();

        assertThat(log).containsExactly("second", "first");
        driven.assertIdle();
    }

    @Test
    void callbackThatInterruptsItselfHarmsNoOther() {
        loop.callSoon(() -> Thread.currentThread().interrupt());
        loop.callSoon(() -> log.add("interrupted: " + Thread.currentThread().isInterrupted()));
        driven.settle();

        loop.callSoon(() -> log.add("interrupted: " + Thread.currentThread().isInterrupted()));
        driven.settle();

        assertThat(log).containsExactly("interrupted: false", "interrupted: false");
    }

    @Test
    void callbackThatCancelsItselfHarmsNoOther() {
        loop.callSoon(() -> {
            currentTask().cancel("by itself");
            sleepAndLog("never");
        });
        loop.callSoon(() -> sleepAndLog("slept"));

        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("slept");
    }

    @Test
    void cancellingTheThreadOfAnEarlierCallbackHarmsNoLaterOne() {
        var runner = new ArrayList<Task<?>>();
        loop.callSoon(() -> runner.add(currentTask()));
        driven.settle();

        runner.getFirst().cancel("too late");
        loop.callSoon(() -> sleepAndLog("slept"));
        driven.settle();
        driven.advance(ONE_SECOND);

        assertThat(log).containsExactly("slept");
    }

    @Test
    void interruptOfALaterCallbackIsStillACancellation() {
        var runner = new ArrayList<Task<?>>();
        loop.callSoon(() -> runner.add(currentTask()));
        driven.settle();
        runner.getFirst().cancel("too late");
        var threads = new ArrayList<Thread>();
        loop.callSoon(() -> {
            threads.add(Thread.currentThread());
            try {
                sleep(ONE_SECOND);
                log.add("slept");
            } catch (CancelledException cancelled) {
                log.add("" + cancelled.getMessage());
            }
        });
        driven.settle();

        threads.getFirst().interrupt();
        driven.settle();

        assertThat(log).singleElement().asString().endsWith("was cancelled: its thread was interrupted");
    }

    @Test
    void parkedCallbackCanBeCancelled() {
        loop.callSoon(() -> {
            try {
                sleep(ONE_SECOND);
            } finally {
                log.add("cleaned up");
            }
        });
        driven.settle();

        loop.tasks().getFirst().cancel("enough");
        driven.settle();

        assertThat(log).containsExactly("cleaned up");
        driven.assertIdle();
    }

    @Test
    void callbackThatThrowsIsReportedAndTheNextOneRuns() {
        loop.callSoon(() -> {
            throw new IllegalStateException("boom");
        });
        loop.callSoon(logs("next"));

        driven.settle();

        assertThat(log).containsExactly("next");
        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> {
            assertThat(failure.exception()).hasMessage("boom");
            assertThat(failure.what()).contains("callback " + getClass().getName());
        });
    }

    @Test
    void callbackThatParksAndThenThrowsIsReported() {
        loop.callSoon(() -> {
            sleep(ONE_SECOND);
            throw new AssertionError("late boom");
        });
        driven.settle();

        driven.advance(ONE_SECOND);

        assertThat(driven.takeFailures()).singleElement().satisfies(failure -> assertThat(failure.exception())
                .isInstanceOf(AssertionError.class));
        driven.assertIdle();
    }

    @Test
    void callbackThatParksWhileTheLoopClosesIsCancelled() {
        loop.callSoon(() -> {
            try {
                sleep(Duration.ofDays(1));
            } finally {
                log.add("cleaned up");
            }
        });
        long begin = System.nanoTime();

        loop.close();

        assertThat(log).containsExactly("cleaned up");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }
}
