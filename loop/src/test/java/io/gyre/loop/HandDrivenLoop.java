package io.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.gyre.loop.spi.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A loop whose time and ticks belong to the test. Every failure that it reports must be taken by the test: closing
 * fails otherwise. A test class has one in a field that JUnit closes behind each test:
 *
 * <pre>{@code
 *     @AutoClose
 *     private final HandDrivenLoop driven = HandDrivenLoop.idleAtTheEnd();
 * }</pre>
 */
public final class HandDrivenLoop implements AutoCloseable {
    /** How long to wait for another thread before the test counts as hung. */
    public static final Duration PATIENCE = Duration.ofSeconds(8);

    public final ManualTicker ticker = new ManualTicker();
    public final EventLoop loop;
    private final List<Failure> failures = new CopyOnWriteArrayList<>();
    private boolean isIdleAtTheEnd;

    /** Makes a loop with the options that tests want. */
    public HandDrivenLoop() {
        this(options -> options);
    }

    /** {@return a loop whose {@link #close} fails if anything is left on it; one that the test has closed has nothing} */
    public static HandDrivenLoop idleAtTheEnd() {
        var driven = new HandDrivenLoop();
        driven.isIdleAtTheEnd = true;
        return driven;
    }

    /** Makes a loop with options that start from {@code change}. */
    public HandDrivenLoop(UnaryOperator<LoopOptions> change) {
        loop = EventLoop.create(change.apply(LoopOptions.defaults()
                .withName("hand-driven")
                .withTicker(ticker)
                .withFailureHandler(failures::add)
                .withDebug(false)));
    }

    /** Runs one tick that does not wait. */
    public int tick() {
        return loop.runOnce(Duration.ZERO);
    }

    /** Ticks until nothing is ready. */
    public void settle() {
        int quiet = 0;
        while (quiet < 2) {
            quiet = tick() == 0 ? quiet + 1 : 0;
        }
    }

    /** Moves the clock on, and ticks until nothing is ready. */
    public void advance(Duration duration) {
        ticker.advance(duration);
        settle();
    }

    /** Ticks until other threads have brought a condition about. */
    public void runUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            assertThat(left)
                    .as("patience left, in ns; tasks are %s", loop.tasks())
                    .isPositive();
            loop.runOnce(Duration.ofMillis(20));
        }
    }

    /** Starts a task and ticks until nothing is ready. */
    public <T extends @Nullable Object> Task<T> start(Callable<? extends T> body) {
        Task<T> task = loop.createTask(body);
        settle();
        return task;
    }

    /** Starts a task without a result and ticks until nothing is ready. */
    public Task<@Nullable Void> start(VoidBody<?> body) {
        return start(() -> {
            body.run();
            return null;
        });
    }

    /** Runs a body as a task that ends without waiting for anything outside the loop. */
    public <T extends @Nullable Object> T call(Callable<? extends T> body) {
        return start(body).resultNow();
    }

    /** Runs a body as a task that ends without waiting for anything outside the loop. */
    public void run(VoidBody<?> body) {
        start(body).resultNow();
    }

    /** {@return the failures that would be reported if the loop ended now, which from now on count as expected} */
    public List<Failure> takeFailures() {
        loop.core.unseenFailures.reportAll();
        return takeReportedFailures();
    }

    /** {@return the failures that have been reported, which from now on count as expected} */
    public List<Failure> takeReportedFailures() {
        var taken = new ArrayList<>(failures);
        failures.clear();
        return taken;
    }

    /** Fails unless nothing is left on the loop. */
    public void assertIdle() {
        runUntil(() -> loop.offloadedCalls().isEmpty()); // a call that was interrupted ends in its own thread
        settle();
        LoopStatistics left = loop.statistics();
        assertThat(left.tasks()).as("tasks").isZero();
        assertThat(left.ready()).as("ready").isZero();
        assertThat(left.timers()).as("timers").isZero();
        assertThat(loop.core.foreignWaiters).isEmpty();
    }

    @Override
    public void close() {
        if (isIdleAtTheEnd && !loop.isClosed()) {
            assertIdle();
        }
        loop.close();
        assertThat(failures).isEmpty();
    }
}
