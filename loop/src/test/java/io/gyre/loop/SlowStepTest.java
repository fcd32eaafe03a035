package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A step that takes long is reported while it runs. Each step here goes on until its report has been logged. */
class SlowStepTest {
    private static final LoopOptions IMPATIENT =
            LoopOptions.defaults().withName("impatient").withSlowStep(Duration.ofMillis(1));

    private final LoopLog log = new LoopLog();

    @AfterEach
    void stopListening() {
        log.close();
    }

    @Test
    void slowTaskIsReportedWhileItRunsWithItsStackAndItsOrigin() {
        EventLoop.run(IMPATIENT, () -> {
            Async.createTask("thinker", () -> log.computeUntilLogged("It computes", 1))
                    .await();
        });

        assertThat(log.first("It computes")) // the first of all may be of a busy machine
                .startsWith("task 'thinker' has kept EventLoop[impatient]")
                .contains("without suspending")
                .contains("Async.offload")
                .contains("LoopLog.computeUntilLogged")
                .contains("created at io.gyre.loop.SlowStepTest.");
    }

    @Test
    void slowCallbackIsReportedWithItsStack() {
        EventLoop.run(IMPATIENT, () -> {
            LoopFuture<Boolean> done = EventLoop.current().createFuture();
            EventLoop.current().callSoon(() -> {
                log.computeUntilLogged("callback io.gyre.loop.SlowStepTest has kept", 1);
                done.setResult(true);
            });
            done.await();
        });

        assertThat(log.first("callback io.gyre.loop.SlowStepTest has kept"))
                .contains("LoopLog.computeUntilLogged")
                .contains("created at io.gyre.loop.SlowStepTest.");
    }

    @Test
    void slowThreadOfATaskIsReportedWithTheTaskThatStartedIt() {
        EventLoop.run(IMPATIENT, () -> {
            Async.createTask("host", () -> {
                        Thread guest = Thread.ofVirtual()
                                .start(() -> log.computeUntilLogged("a thread that task 'host' started has kept", 1));
                        guest.join();
                    })
                    .await();
        });

        assertThat(log.first("a thread that task 'host' started has kept")).contains("EventLoop[impatient]");
    }

    @Test
    @Feature("Repeated reports of a blocker")
    void stepThatHangsIsReportedAgainAndAgain() {
        EventLoop.run(IMPATIENT, () -> {
            Async.createTask("hanging", () -> log.computeUntilLogged("task 'hanging' has kept", 3))
                    .await();
        });

        assertThat(log.count("task 'hanging' has kept")).isGreaterThanOrEqualTo(3);
    }

    @Test
    void endOfASlowStepIsReportedOnce() {
        String end = "task 'thinker' on EventLoop[impatient] continued after about";

        EventLoop.run(IMPATIENT, () -> {
            Async.createTask("thinker", () -> log.computeUntilLogged("task 'thinker' has kept", 1))
                    .await();
            Async.offload(() -> log.computeUntilLogged(end, 1)); // in another thread: here it would be a slow step, too
        });

        assertThat(log.count(end)).isEqualTo(1);
    }

    @Test
    void suspendedTaskIsNotSlow() {
        EventLoop.run(IMPATIENT, () -> {
            Task<?> waiting = Async.createTask(
                    "waiting", () -> EventLoop.current().createFuture().await());
            Async.yieldNow();
            log.clear(); // the first step may have been slow
            Async.createTask("thinker", () -> log.computeUntilLogged("task 'thinker' has kept", 1))
                    .await();
            assertThat(log.count("'waiting' has kept")).isZero();
            waiting.cancel("the test is over");
        });
    }

    @Test
    void negativeLimitIsRejected() {
        assertThatThrownBy(() -> LoopOptions.defaults().withSlowStep(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slowStep");
    }

    @Test
    void logThatFailsOnceDoesNotEndTheReports() {
        Logger logger = Logger.getLogger("io.gyre.loop");
        var failures = new AtomicInteger();
        var failing = new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (failures.getAndIncrement() == 0) {
                    throw new IllegalStateException("the disk is full");
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(failing);
        try {
            EventLoop.run(IMPATIENT, () -> log.computeUntilLogged("task 'main' has kept", 2));
        } finally {
            logger.removeHandler(failing);
        }

        assertThat(failures).hasValueGreaterThan(1);
    }

    @Test
    void anyThresholdWillDo() {
        LoopOptions patient = LoopOptions.defaults().withSlowStep(Duration.ofSeconds(Long.MAX_VALUE));

        String result = EventLoop.run(patient, () -> "result");

        assertThat(result).isEqualTo("result");
    }
}
