package io.gyre.loop.testing;

import io.gyre.loop.LoopOptions;
import io.gyre.loop.spi.FailureHandler;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.opentest4j.IncompleteExecutionException;

/**
 * How one invocation of a {@link LoopTest} runs.
 *
 * @param seed of the random order, or null for first come, first served
 */
record LoopTestSettings(
        LoopTest.Time time, Duration timeout, @Nullable Long seed) {
    /** Long enough for clean-up, which takes no real time on a virtual clock, and short enough for a test run. */
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    Ticker newTicker() {
        return switch (time) {
            case AUTOJUMP -> VirtualClock.autojump();
            case AUTOJUMP_DESPITE_IO -> VirtualClock.autojumpDespiteIo();
            case MANUAL -> VirtualClock.manual();
            case REAL -> new RealClock();
        };
    }

    LoopOptions options(Ticker ticker, FailureHandler failureHandler) {
        LoopOptions options = LoopOptions.defaults()
                .withName("loop-test")
                .withTicker(ticker)
                .withFailureHandler(failureHandler)
                .withCloseTimeout(CLOSE_TIMEOUT);
        return seed == null ? options : options.withRandomOrder(seed);
    }

    /** {@return a test failure that names the seed, if there is one; a failed assumption stays an assumption} */
    Throwable named(Throwable failure) {
        return seed == null || failure instanceof IncompleteExecutionException
                ? failure
                : new AssertionError(
                        "in the random order of seed " + seed + ", to be replayed with @LoopTest(seed = " + seed
                                + "L): " + failure,
                        failure);
    }
}
