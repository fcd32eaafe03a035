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
 * How a loop is made. Start from {@link #defaults()} and change what you need.
 *
 * {@snippet :
 * var options = LoopOptions.defaults().withName("crawler").withCloseTimeout(Duration.ofSeconds(2));
 * EventLoop.run(options, () -> crawl());
 * }
 *
 * <p><b>Confinement:</b> immutable.
 */
public final class LoopOptions {
    /** Long enough for clean-up that talks to a peer, short enough that nobody reaches for kill -9. */
    private static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /** Nobody notices less, and a garbage collection is rarely longer. */
    private static final Duration DEFAULT_SLOW_STEP = Duration.ofMillis(100);

    private final Values values;

    /** One component for each option. Private, so that adding an option breaks nobody. */
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
     * {@return the name for messages and threads; null, the default, for the next of {@code gyre-1}, {@code gyre-2} and so
     * on, when a loop is made}
     */
    public @Nullable String name() {
        return values.name;
    }

    /** {@return the clock; the system's by default} */
    public Ticker ticker() {
        return values.ticker;
    }

    /** {@return the receiver of failures that nobody observes; logs them by default} */
    public FailureHandler failureHandler() {
        return values.failureHandler;
    }

    /** {@return what else happens when nobody observes a failure; nothing by default} */
    public FailurePolicy failurePolicy() {
        return values.failurePolicy;
    }

    /**
     * {@return what carries the thread-locals of libraries to tasks, callbacks and offloaded calls; null, the default,
     * for none}
     */
    public @Nullable ContextSnapshotter contextSnapshotter() {
        return values.contextSnapshotter;
    }

    /**
     * {@return the executor of offloaded calls, which the loop does not shut down; null, the default, for a pool of the loop's
     * own: at most 32 daemon threads, or processors + 4 if that is less, made when they are needed}
     */
    public @Nullable Executor offloadExecutor() {
        return values.offloadExecutor;
    }

    /**
     * {@return how long {@link EventLoop#close()} waits for cancelled tasks and offloaded work, all in all; if there
     * are system tasks, a quarter of it is kept for them; 10 s by default}
     */
    public Duration closeTimeout() {
        return values.closeTimeout;
    }

    /**
     * {@return whether to remember the whole stack where each task and callback was created, instead of one frame; by
     * default false, or the system property {@code gyre.debug}}
     */
    public boolean debug() {
        return values.debug;
    }

    /**
     * {@return how long a task or callback may run without suspending before a warning with its stack is logged, and
     * again after twice that time and so on; 100 ms by default, as asyncio's {@code slow_callback_duration}; zero for
     * no warnings}
     */
    public Duration slowStep() {
        return values.slowStep;
    }

    /**
     * {@return the seed of a random order in which ready tasks take turns, for tests; null, the default, for first come,
     * first served}
     */
    public @Nullable Long randomOrderSeed() {
        return values.randomOrderSeed;
    }

    /** {@return the options that a loop has when nothing is said} */
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
     * @param newName the name, which loops have exactly as it is
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
     * {@return these options with another receiver of failures}
     *
     * @param newHandler the receiver
     */
    public LoopOptions withFailureHandler(FailureHandler newHandler) {
        return with(draft -> draft.failureHandler = newHandler);
    }

    /**
     * {@return these options with another policy for failures that nobody observes}
     *
     * @param newPolicy what happens after the failure was handed to the failure handler
     */
    public LoopOptions withFailurePolicy(FailurePolicy newPolicy) {
        return with(draft -> draft.failurePolicy = newPolicy);
    }

    /**
     * {@return these options with another way to carry thread-locals}
     *
     * @param newSnapshotter the way, or null for none
     */
    public LoopOptions withContextSnapshotter(@Nullable ContextSnapshotter newSnapshotter) {
        return with(draft -> draft.contextSnapshotter = newSnapshotter);
    }

    /**
     * {@return these options with another executor for offloaded work}
     *
     * @param newExecutor the executor, or null for a pool of the loop's own
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
     * {@return these options with another limit for steps}
     *
     * @param newLimit how long a step may take before it is warned of; zero for no warnings
     */
    public LoopOptions withSlowStep(Duration newLimit) {
        return with(draft -> draft.slowStep = newLimit);
    }

    /**
     * {@return these options with tasks that take turns in a random order}
     *
     * <p>In each tick those that are ready are shuffled, so that a test finds what depends on their order. The order in
     * which callbacks were scheduled is kept among callbacks.
     *
     * @param seed determines the order: the same program does the same again
     */
    public LoopOptions withRandomOrder(long seed) {
        return with(draft -> draft.randomOrderSeed = seed);
    }

    private LoopOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** Options while one of them is changed. */
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
