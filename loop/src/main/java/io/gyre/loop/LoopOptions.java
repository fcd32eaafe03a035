package io.gyre.loop;

import io.gyre.loop.spi.ContextSnapshotter;
import io.gyre.loop.spi.FailureHandler;
import io.gyre.loop.spi.Ticker;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Options of a loop. Start from {@link #defaults()} and change what you need.
 *
 * {@snippet :
 * var options = LoopOptions.defaults().withName("crawler").withCloseTimeout(Duration.ofSeconds(2));
 * EventLoop.run(options, () -> crawl());
 * }
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class LoopOptions {
    /** Long enough for clean-up that talks to a peer, short enough to keep users from kill -9. */
    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** Shorter pauses go unnoticed, and garbage collections are rarely longer. */
    private static final Duration DEFAULT_SLOW_STEP = Duration.ofMillis(100);

    private final Values values;

    /** One component for each option. Private, so that adding an option breaks no caller. */
    private record Values(
            @Nullable String name,
            Ticker ticker,
            FailureHandler failureHandler,
            FailurePolicy failurePolicy,
            @Nullable ContextSnapshotter contextSnapshotter,
            @Nullable Executor offloadExecutor,
            Duration closeTimeout,
            boolean debug,
            Duration slowStep,
            @Nullable Long randomOrderSeed) {
        Values {
            Objects.requireNonNull(ticker, "ticker");
            Objects.requireNonNull(failureHandler, "failureHandler");
            Objects.requireNonNull(failurePolicy, "failurePolicy");
            if (closeTimeout.isNegative()) {
                throw new IllegalArgumentException("closeTimeout is " + closeTimeout + "; it must be zero or more");
            }
            if (slowStep.isNegative()) {
                throw new IllegalArgumentException(
                        "slowStep is " + slowStep + "; it must be positive, or zero for none");
            }
        }
    }

    private LoopOptions(Values values) {
        this.values = values;
    }

    /**
     * {@return the name for messages and threads; null, the default, for the next of {@code gyre-1}, {@code gyre-2} and
     * so on when a loop is created}
     */
    public @Nullable String name() {
        return values.name;
    }

    /** {@return the clock; by default the system's} */
    public Ticker ticker() {
        return values.ticker;
    }

    /** {@return the handler of unobserved failures; by default logs them} */
    public FailureHandler failureHandler() {
        return values.failureHandler;
    }

    /** {@return what else happens on an unobserved failure; by default nothing} */
    public FailurePolicy failurePolicy() {
        return values.failurePolicy;
    }

    /**
     * {@return what carries the thread-locals of libraries to tasks, callbacks and offloaded calls; null, the default,
     * for nothing}
     */
    public @Nullable ContextSnapshotter contextSnapshotter() {
        return values.contextSnapshotter;
    }

    /**
     * {@return the executor of offloaded calls, which the loop does not shut down; null, the default, for the loop's
     * own pool of at most 32 daemon threads, or processors + 4 if that is less, started on demand}
     */
    public @Nullable Executor offloadExecutor() {
        return values.offloadExecutor;
    }

    /**
     * {@return how long {@link EventLoop#close()} waits in total for cancelled tasks and offloaded work; a quarter of
     * it is reserved for system tasks, if there are any; by default 10 s}
     */
    public Duration closeTimeout() {
        return values.closeTimeout;
    }

    /**
     * {@return whether to record the whole stack that created each task and callback, instead of one frame; by default
     * false, or the system property {@code gyre.debug}}
     */
    public boolean debug() {
        return values.debug;
    }

    /**
     * {@return how long a task or callback may run without suspending before a warning with the reason and its stack is
     * logged, again after twice the time, and so on; also how long a tick may take with all its steps; by default 100 ms,
     * like asyncio's {@code slow_callback_duration}; zero for no warnings}
     */
    public Duration slowStep() {
        return values.slowStep;
    }

    /**
     * {@return the seed of a random order in which ready tasks run, for tests; null, the default, for first come, first
     * served}
     */
    public @Nullable Long randomOrderSeed() {
        return values.randomOrderSeed;
    }

    /** {@return the default options} */
    public static LoopOptions defaults() {
        return new LoopOptions(new Values(
                null,
                Ticker.system(),
                FailureHandler.logging(),
                FailurePolicy.REPORT,
                null,
                null,
                DEFAULT_CLOSE_TIMEOUT,
                Boolean.getBoolean("gyre.debug"),
                DEFAULT_SLOW_STEP,
                null));
    }

    /**
     * {@return these options with another name}
     *
     * @param newName the exact name of the loops
     */
    public LoopOptions withName(String newName) {
        Objects.requireNonNull(newName, "name");
        return with(draft -> draft.name = newName);
    }

    /**
     * {@return these options with another clock}
     *
     * @param newTicker the clock
     */
    public LoopOptions withTicker(Ticker newTicker) {
        return with(draft -> draft.ticker = newTicker);
    }

    /**
     * {@return these options with another failure handler}
     *
     * @param newHandler the handler
     */
    public LoopOptions withFailureHandler(FailureHandler newHandler) {
        return with(draft -> draft.failureHandler = newHandler);
    }

    /**
     * {@return these options with another policy for unobserved failures}
     *
     * @param newPolicy what happens after the failure handler has received the failure
     */
    public LoopOptions withFailurePolicy(FailurePolicy newPolicy) {
        return with(draft -> draft.failurePolicy = newPolicy);
    }

    /**
     * {@return these options with another snapshotter of thread-locals}
     *
     * @param newSnapshotter the snapshotter, or null for none
     */
    public LoopOptions withContextSnapshotter(@Nullable ContextSnapshotter newSnapshotter) {
        return with(draft -> draft.contextSnapshotter = newSnapshotter);
    }

    /**
     * {@return these options with another executor for offloaded work}
     *
     * @param newExecutor the executor, or null for the loop's own pool
     */
    public LoopOptions withOffloadExecutor(@Nullable Executor newExecutor) {
        return with(draft -> draft.offloadExecutor = newExecutor);
    }

    /**
     * {@return these options with another time-out for closing}
     *
     * @param newTimeout zero or more
     */
    public LoopOptions withCloseTimeout(Duration newTimeout) {
        return with(draft -> draft.closeTimeout = newTimeout);
    }

    /**
     * {@return these options with debug mode on or off}
     *
     * @param newDebug on or off
     */
    public LoopOptions withDebug(boolean newDebug) {
        return with(draft -> draft.debug = newDebug);
    }

    /**
     * {@return these options with another limit for slow steps}
     *
     * @param newLimit how long a step may take before a warning; zero for no warnings
     */
    public LoopOptions withSlowStep(Duration newLimit) {
        return with(draft -> draft.slowStep = newLimit);
    }

    /**
     * {@return these options with ready tasks in random order}
     *
     * <p>Each tick shuffles the ready tasks, so that a test finds code that depends on their order. Callbacks keep the
     * order in which they were scheduled.
     *
     * @param seed determines the order: the same program with the same seed runs in the same order
     */
    public LoopOptions withRandomOrder(long seed) {
        return with(draft -> draft.randomOrderSeed = seed);
    }

    private LoopOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** A mutable copy, to change one option. */
    private static final class Draft {
        private @Nullable String name;
        private Ticker ticker;
        private FailureHandler failureHandler;
        private FailurePolicy failurePolicy;
        private @Nullable ContextSnapshotter contextSnapshotter;
        private @Nullable Executor offloadExecutor;
        private Duration closeTimeout;
        private boolean debug;
        private Duration slowStep;
        private @Nullable Long randomOrderSeed;

        Draft(LoopOptions options) {
            name = options.values.name;
            ticker = options.values.ticker;
            failureHandler = options.values.failureHandler;
            failurePolicy = options.values.failurePolicy;
            contextSnapshotter = options.values.contextSnapshotter;
            offloadExecutor = options.values.offloadExecutor;
            closeTimeout = options.values.closeTimeout;
            debug = options.values.debug;
            slowStep = options.values.slowStep;
            randomOrderSeed = options.values.randomOrderSeed;
        }

        LoopOptions options() {
            return new LoopOptions(new Values(
                    name,
                    ticker,
                    failureHandler,
                    failurePolicy,
                    contextSnapshotter,
                    offloadExecutor,
                    closeTimeout,
                    debug,
                    slowStep,
                    randomOrderSeed));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LoopOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString().replaceFirst("Values", "LoopOptions");
    }
}
