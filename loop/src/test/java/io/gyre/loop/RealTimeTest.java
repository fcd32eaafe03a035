package io.gyre.loop;

import static io.gyre.loop.Async.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The one class on the real clock. It asserts lower bounds only: how late a machine may be, nobody knows. */
class RealTimeTest {
    private final EventLoop loop = EventLoop.create();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void timersAreNeverEarly() {
        var early = new ArrayList<String>();

        loop.runUntilComplete(() -> {
            for (int micros = 100; micros <= 3_000; micros += 290) {
                long deadline = loop.time() + micros * 1_000L;
                loop.callAt(deadline, () -> {
                    if (System.nanoTime() - deadline < 0) {
                        early.add("callback");
                    }
                });
                Async.sleepUntil(deadline);
                if (System.nanoTime() - deadline < 0) {
                    early.add("sleep");
                }
            }
            return "";
        });

        assertThat(early).isEmpty();
    }

    @Test
    void sleepLastsAtLeastAsLongAsAsked() {
        long begin = System.nanoTime();

        loop.runUntilComplete(() -> {
            sleep(Duration.ofMillis(5));
            return "";
        });

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(5));
    }

    @Test
    void waitingLoopWakesUpForAnotherThread() throws Exception {
        Thread driver = Thread.currentThread();
        LoopFuture<String> future = loop.createFuture();
        FutureTask<?> other = OtherThread.run(() -> {
            OtherThread.spinUntil(() -> isInSelect(driver));
            loop.callSoonThreadsafe(() -> future.setResult("from outside"));
        });

        String value = loop.runUntilComplete(future::await);

        assertThat(value).isEqualTo("from outside");
        other.get();
    }

    private static boolean isInSelect(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().equals("sun.nio.ch.SelectorImpl")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void runOnceWaitsNoLongerThanAsked() {
        assertThat(loop.runOnce(Duration.ofMillis(1))).isZero();
    }

    @Test
    void tickThatWaitsForATimerRunsIt() {
        loop.callLater(Duration.ofMillis(5), () -> {});

        assertThat(loop.runOnce(Duration.ofSeconds(5))).isEqualTo(1);
    }

    @Test
    void idleLoopDoesNotSpinTowardsATimer() {
        long before = loop.statistics().ticks();

        loop.runUntilComplete(() -> {
            sleep(Duration.ofMillis(20));
            return "";
        });

        assertThat(loop.statistics().ticks() - before).isLessThanOrEqualTo(4);
    }
}
