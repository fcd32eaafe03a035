package io.gyre.loop;

import static io.gyre.loop.Async.createTask;
import static io.gyre.loop.Async.offload;
import static io.gyre.loop.Async.sleep;
import static io.gyre.loop.Async.yieldNow;
import static io.gyre.loop.Durations.ONE_DAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.gyre.loop.spi.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailurePolicyTest {
    private final IllegalStateException boom = new IllegalStateException("boom");
    private final List<Failure> reported = new ArrayList<>();
    private final LoopOptions stopping =
            LoopOptions.defaults().withFailureHandler(reported::add).withFailurePolicy(FailurePolicy.STOP_LOOP);

    private void fail() {
        throw boom;
    }

    @Test
    void unobservedFailureStopsTheRunAndIsItsFailure() {
        var cleanedUp = new ArrayList<String>();

        assertThatExceptionOfType(LoopFailedException.class)
                .isThrownBy(() -> EventLoop.run(stopping, () -> {
                    createTask("one who looks after nothing", () -> createTask("worker", this::fail));
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        cleanedUp.add("main");
                    }
                }))
                .withMessageContaining("stopped by a failure that nobody observed: task 'worker' failed")
                .withCause(boom);

        assertThat(cleanedUp).as("the other tasks are cancelled and awaited").containsExactly("main");
        assertThat(reported).hasSize(1);
    }

    @Test
    void failureOfACallbackStopsARunForEver() {
        try (EventLoop loop = EventLoop.create(stopping)) {
            loop.callSoon(this::fail);

            assertThatExceptionOfType(LoopFailedException.class)
                    .isThrownBy(loop::runForever)
                    .withCause(boom);
        }
    }

    @Test
    void failureThatIsReportedByAnotherThreadStopsTheLoopToo() {
        assertThatExceptionOfType(LoopFailedException.class)
                .isThrownBy(() -> EventLoop.run(stopping, () -> {
                    EventLoop loop = EventLoop.current();
                    offload(() -> loop.callSoonThreadsafe(this::fail));
                    sleep(ONE_DAY);
                }))
                .withCause(boom);
    }

    @Test
    void observedFailureStopsNothing() {
        EventLoop.run(stopping, () -> {
            Task<?> failing = createTask(this::fail);
            failing.whenDone(done -> {});
            sleep(Duration.ofMillis(1));
        });

        assertThat(reported).isEmpty();
    }

    @Test
    void byDefaultTheLoopGoesOn() {
        String result = EventLoop.run(LoopOptions.defaults().withFailureHandler(reported::add), () -> {
            createTask(this::fail);
            sleep(Duration.ofMillis(1));
            return "went on";
        });

        assertThat(result).isEqualTo("went on");
        assertThat(reported).hasSize(1);
    }

    @Test
    void failureStopsOneRunAndNotTheNext() {
        try (EventLoop loop = EventLoop.create(stopping)) {
            loop.callSoon(this::fail);
            assertThatExceptionOfType(LoopFailedException.class).isThrownBy(loop::runForever);

            String result = loop.runUntilComplete(() -> "result");

            assertThat(result).isEqualTo("result");
        }
    }

    @Test
    void runOnceThrowsItToo() {
        try (EventLoop loop = EventLoop.create(stopping)) {
            loop.callSoon(this::fail);

            assertThatExceptionOfType(LoopFailedException.class)
                    .isThrownBy(() -> loop.runOnce(Duration.ZERO))
                    .withCause(boom);

            assertThat(loop.runOnce(Duration.ZERO)).isZero();
        }
    }

    @Test
    void failureOfMainInTheSameTickIsSuppressedInIt() {
        var failureOfMain = new IOException("main");

        assertThatExceptionOfType(LoopFailedException.class)
                .isThrownBy(() -> EventLoop.run(stopping, () -> {
                    createTask("helper", this::fail);
                    yieldNow(); // both run in the next tick
                    throw failureOfMain;
                }))
                .withCause(boom)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).contains(failureOfMain));
    }

    private static void failToSave() throws IOException {
        throw new IOException("cannot save");
    }

    @Test
    void failureOfMainAfterTheLoopWasStoppedIsReported() {
        assertThatIllegalStateException()
                .isThrownBy(() -> EventLoop.run(LoopOptions.defaults().withFailureHandler(reported::add), () -> {
                    EventLoop.current().stop();
                    try {
                        sleep(ONE_DAY);
                    } finally {
                        failToSave();
                    }
                }))
                .withMessageContaining("stopped before");

        assertThat(reported).singleElement().satisfies(failure -> assertThat(failure.exception())
                .hasMessage("cannot save"));
    }
}
