package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.spi.FailureHandler;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopOptionsTest {
    private final LoopOptions defaults = LoopOptions.defaults();

    @Test
    void defaultsAreAsDocumented() {
        assertThat(defaults.name()).isNull();
        assertThat(defaults.offloadExecutor()).isNull();
        assertThat(defaults.closeTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(defaults.debug()).isEqualTo(Boolean.getBoolean("gyre.debug"));
    }

    @Test
    void eachWitherChangesOneOption() {
        Ticker ticker = () -> 1;
        FailureHandler handler = failure -> {};
        ContextSnapshotter snapshotter = () -> () -> () -> {};
        Executor executor = Runnable::run;

        LoopOptions changed = defaults.withName("n")
                .withTicker(ticker)
                .withFailureHandler(handler)
                .withFailurePolicy(FailurePolicy.STOP_LOOP)
                .withContextSnapshotter(snapshotter)
                .withOffloadExecutor(executor)
                .withCloseTimeout(Duration.ZERO)
                .withDebug(true)
                .withSlowStep(Duration.ofSeconds(3))
                .withRandomOrder(7);

        assertThat(changed.name()).isEqualTo("n");
        assertThat(changed.ticker()).isSameAs(ticker);
        assertThat(changed.failureHandler()).isSameAs(handler);
        assertThat(changed.failurePolicy()).isEqualTo(FailurePolicy.STOP_LOOP);
        assertThat(changed.contextSnapshotter()).isSameAs(snapshotter);
        assertThat(changed.offloadExecutor()).isSameAs(executor);
        assertThat(changed.closeTimeout()).isZero();
        assertThat(changed.debug()).isTrue();
        assertThat(changed.slowStep()).isEqualTo(Duration.ofSeconds(3));
        assertThat(changed.randomOrderSeed()).isEqualTo(7);
        assertThat(changed.withOffloadExecutor(null).offloadExecutor()).isNull();
    }

    @Test
    void optionsAreValues() {
        LoopOptions same = defaults.withDebug(!defaults.debug()).withDebug(defaults.debug());

        assertThat(same)
                .isEqualTo(defaults)
                .hasSameHashCodeAs(defaults)
                .isNotEqualTo(defaults.withDebug(!defaults.debug()));
        assertThat(same.toString()).startsWith("LoopOptions[name=");
    }

    @Test
    void negativeCloseTimeoutIsRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> defaults.withCloseTimeout(Duration.ofNanos(-1)))
                .withMessageContaining("closeTimeout is PT-0.000000001S; it must be zero or more");
    }

    @Test
    @SuppressWarnings("NullAway") // null is the subject
    void nullIsRejected() {
        assertThatNullPointerException()
                .isThrownBy(() -> defaults.withName(null))
                .withMessage("name");
        assertThatNullPointerException()
                .isThrownBy(() -> defaults.withTicker(null))
                .withMessage("ticker");
        assertThatNullPointerException()
                .isThrownBy(() -> defaults.withFailureHandler(null))
                .withMessage("failureHandler");
    }

    @Test
    void loopsWithoutANameHaveDifferentOnes() throws Exception {
        try (EventLoop first = EventLoop.create(defaults)) {
            String second = OtherThread.call(() ->
                            EventLoop.run(defaults, () -> EventLoop.current().name()))
                    .get();

            assertThat(first.name()).matches("gyre-\\d+");
            assertThat(second).matches("gyre-\\d+").isNotEqualTo(first.name());
        }
    }

    @Test
    void nameOfTheUserStaysAsItIs() {
        LoopOptions named = defaults.withName("crawler");
        for (int i = 0; i < 2; i++) {
            try (EventLoop loop = EventLoop.create(named)) {
                assertThat(loop.name()).isEqualTo("crawler");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @SuppressWarnings("NullAway") // null is the subject
    void nullBodiesAreRefusedAtOnceInDebugModeToo(boolean debug) {
        Callable<String> noBody = null;
        Runnable noCallback = null;
        EventLoop.run(defaults.withDebug(debug), () -> {
            assertThatNullPointerException().isThrownBy(() -> Async.createTask(noBody));
            assertThatNullPointerException().isThrownBy(() -> Async.createTask(null, () -> "body"));
            assertThatNullPointerException()
                    .isThrownBy(() -> EventLoop.current().callSoon(noCallback));
            assertThatNullPointerException()
                    .isThrownBy(() -> EventLoop.current().callSoonThreadsafe(noCallback));
        });
    }
}
