package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class TickOrderTest {
    @AutoClose
    private final HandDrivenLoop driven = new HandDrivenLoop();

    private final EventLoop loop = driven.loop;
    private final List<String> log = new ArrayList<>();

    private Runnable logs(String line) {
        return () -> log.add(line);
    }

    @Test
    void callbacksAndTasksShareOneOrder() {
        loop.callSoon(logs("callback 1"));
        loop.createTask("t", () -> log.add("task 2"));
        loop.callSoon(logs("callback 3"));
        loop.callSoon(logs("callback 4"));
        loop.createTask("t", () -> log.add("task 5"));

        int steps = driven.tick();

        assertThat(log).containsExactly("callback 1", "task 2", "callback 3", "callback 4", "task 5");
        assertThat(steps).isEqualTo(5);
    }

    @Test
    void callbackAddedDuringATickRunsInTheNext() {
        loop.callSoon(() -> {
            log.add("first");
            loop.callSoon(logs("second"));
        });

        driven.tick();
        assertThat(log).containsExactly("first");
        driven.tick();

        assertThat(log).containsExactly("first", "second");
    }

    @Test
    void taskCreatedDuringATickRunsInTheNext() {
        loop.createTask("outer", () -> {
            log.add("outer");
            return createTask("inner", () -> log.add("inner"));
        });

        driven.tick();
        assertThat(log).containsExactly("outer");
        driven.tick();

        assertThat(log).containsExactly("outer", "inner");
    }

    @Test
    void tasksThatYieldTakeTurns() {
        for (String name : List.of("a", "b")) {
            loop.createTask(name, () -> {
                for (int turn = 1; turn <= 3; turn++) {
                    log.add(name + turn);
                    yieldNow();
                }
                return null;
            });
        }

        driven.settle();

        assertThat(log).containsExactly("a1", "b1", "a2", "b2", "a3", "b3");
    }

    @Test
    void emptyTickHasNothingToDo() {
        assertThat(driven.tick()).isZero();
    }

    @Test
    void timersFireInOrderOfTheirInstants() {
        loop.callLater(Duration.ofMillis(30), logs("30"));
        loop.callLater(Duration.ofMillis(10), logs("10"));
        loop.callLater(Duration.ofMillis(20), logs("20"));

        driven.advance(Duration.ofMillis(30));

        assertThat(log).containsExactly("10", "20", "30");
    }

    @Test
    void timersOfOneInstantFireInOrderOfScheduling() {
        for (int number = 0; number < 20; number++) {
            loop.callLater(Duration.ofMillis(10), logs("timer " + number));
        }

        driven.advance(Duration.ofMillis(10));

        assertThat(log)
                .hasSize(20)
                .isSortedAccordingTo(
                        (a, b) -> Integer.compare(Integer.parseInt(a.substring(6)), Integer.parseInt(b.substring(6))));
    }

    @Test
    void timerDoesNotFireBeforeItsInstant() {
        TimerHandle timer = loop.callLater(Duration.ofNanos(100), logs("due"));

        driven.advance(Duration.ofNanos(99));
        assertThat(log).isEmpty();
        driven.advance(Duration.ofNanos(1));

        assertThat(log).containsExactly("due");
        assertThat(timer.deadlineNanos()).isEqualTo(loop.time());
    }

    @Test
    void timerThatIsDueRunsInTheSameTick() {
        loop.callLater(Duration.ofMillis(1), logs("due"));
        driven.ticker.advance(Duration.ofMillis(1));

        driven.tick();

        assertThat(log).containsExactly("due");
    }

    @Test
    void callbackWithoutDelayRunsInTheNextTickBehindWhatIsReady() {
        loop.callLater(Duration.ZERO, logs("timer"));
        loop.callLater(Duration.ofSeconds(-1), logs("past"));
        loop.callAt(loop.time() - 1, logs("longer past"));
        loop.callSoon(logs("ready"));

        driven.tick();

        assertThat(log.getFirst()).isEqualTo("ready");
        assertThat(log).containsExactlyInAnyOrder("ready", "past", "longer past", "timer");
    }

    @Test
    void hugeDelaysNeverFireAndDoNotOverflow() {
        TimerHandle never = loop.callLater(Duration.ofSeconds(Long.MAX_VALUE), logs("never"));
        loop.callLater(Duration.ofDays(100_000), logs("never"));
        loop.callLater(Duration.ofSeconds(Long.MIN_VALUE), logs("at once"));

        driven.advance(Duration.ofDays(365));

        assertThat(log).containsExactly("at once");
        assertThat(never.deadlineNanos() - loop.time()).isPositive();
        assertThat(loop.statistics().timers()).isEqualTo(2);
    }

    @Test
    void cancelledTimerDoesNotFireAndIsGoneAtOnce() {
        TimerHandle timer = loop.callLater(Duration.ofMillis(1), logs("never"));

        timer.cancel();

        assertThat(timer.isCancelled()).isTrue();
        assertThat(loop.statistics().timers()).isZero();
        driven.advance(Duration.ofMillis(1));
        assertThat(log).isEmpty();
    }

    @Test
    void timerCanBeCancelledBetweenFiringAndRunning() {
        loop.callSoon(() -> log.add("ready first"));
        var timer = new TimerHandle[1];
        loop.callSoon(() -> timer[0].cancel());
        timer[0] = loop.callLater(Duration.ZERO, logs("never"));

        driven.tick();

        assertThat(log).containsExactly("ready first");
        assertThat(timer[0].isCancelled()).isTrue();
    }

    @Test
    void cancelAfterACallbackHasBegunDoesNothing() {
        var handle = new Handle[1];
        handle[0] = loop.callSoon(() -> {
            handle[0].cancel();
            log.add("went on");
        });

        driven.tick();

        assertThat(log).containsExactly("went on");
        assertThat(handle[0].isCancelled()).isFalse();
    }

    @Test
    void callbackCanCancelTheNextOneOfItsTick() {
        var next = new Handle[1];
        loop.callSoon(() -> next[0].cancel());
        next[0] = loop.callSoon(logs("never"));
        loop.callSoon(logs("third"));

        driven.tick();

        assertThat(log).containsExactly("third");
        assertThat(next[0].isCancelled()).isTrue();
    }

    @Test
    void callbackThatReschedulesItselfDoesNotStarveIo() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        loop.callSoon(new Runnable() {
            @Override
            public void run() {
                if (log.isEmpty()) {
                    loop.callSoon(this);
                }
            }
        });
        loop.callSoon(() -> addReader(pipe));
        driven.tick();
        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));

        driven.runUntil(() -> !log.isEmpty());

        assertThat(log).containsExactly("readable");
        pipe.source().close();
        pipe.sink().close();
    }

    private void addReader(Pipe pipe) {
        try {
            LowLevel.addReader(pipe.source(), () -> {
                log.add("readable");
                LowLevel.removeReader(pipe.source());
            });
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sleepersWakeInOrderOfTheirInstants() {
        for (int delay : List.of(30, 10, 20)) {
            loop.createTask("sleeper", () -> {
                sleep(Duration.ofMillis(delay));
                return log.add(delay + " ms");
            });
        }
        driven.settle();

        driven.advance(Duration.ofMillis(20));
        assertThat(log).containsExactly("10 ms", "20 ms");
        driven.advance(Duration.ofMillis(10));

        assertThat(log).containsExactly("10 ms", "20 ms", "30 ms");
    }

    @Test
    void callbacksOfAnotherThreadRunInTheOrderOfItsCalls() throws InterruptedException {
        Thread other = Thread.ofPlatform().start(() -> {
            for (int number = 0; number < 100; number++) {
                loop.callSoonThreadsafe(logs("" + number));
            }
            loop.execute(logs("100"));
        });
        other.join();

        driven.tick();

        assertThat(log).hasSize(101).first().isEqualTo("0");
        assertThat(log).isSortedAccordingTo((a, b) -> Integer.compare(Integer.parseInt(a), Integer.parseInt(b)));
    }
}
