package io.gyre.loop.sync;

import io.gyre.loop.Body;
import io.gyre.loop.EventLoop;
import io.gyre.loop.LowLevel;
import io.gyre.loop.VoidBody;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many pieces of work run at the same time, and finds the limit by itself: it rises while they are quick, and
 * falls when one is slow.
 *
 * {@snippet :
 * var queries = new AdaptiveLimiter("queries", 4, 200, Duration.ofMillis(100));
 * Row row = queries.withToken(() -> database.ask(query));
 * }
 *
 * <p>For work on something whose capacity nobody knows, or that changes, such as a server behind this one. Tasks beyond the
 * limit wait, first come, first served; {@link #tryHold} refuses instead, so that those who are admitted are served in time.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> additive increase and multiplicative decrease (AIMD), as in TCP and in Netflix concurrency-limits.
 * Differs from the latter: the limit rises by one for each full round of work, and not for each piece; one slow moment
 * lowers it once.
 *
 * @see CapacityLimiter
 */
public final class AdaptiveLimiter {
    /*
     * Design.
     *
     * Work that began before the last decrease tells about the limit of that time, so it lowers nothing: otherwise a
     * slow moment would lower the limit once for each piece of work that it has met. A limit of which less than half is
     * in use does not rise: nothing is known about more.
     */

    /** What is left of the limit after a slow piece of work; the value of the models. */
    private static final double DECREASE = 0.9;

    private final CapacityLimiter tokens;
    private final int least;
    private final int most;
    private final long targetNanos;
    private double limit;
    private long decreasedAt;
    private long decreases;

    /** A piece of work: the borrower of a token. */
    private final class Work {
        private long begunAt;

        void begin() {
            begunAt = EventLoop.current().time();
        }

        void end(boolean successful) {
            adapt(this, successful);
            tokens.releaseOnBehalfOf(this);
        }

        @Override
        public String toString() {
            return "a piece of work";
        }
    }

    /**
     * Creates a limiter.
     *
     * @param name for messages
     * @param least the smallest limit, 1 or more, with which it begins
     * @param most the largest limit
     * @param target how long a piece of work may take: more than it takes on a service that is not busy, and less than
     *     callers wait
     */
    public AdaptiveLimiter(String name, int least, int most, Duration target) {
        if (least < 1 || most < least || !target.isPositive()) {
            throw new IllegalArgumentException("limits from " + least + " to " + most + " and a target of " + target
                    + "; the smallest limit must be 1 or more, the largest not below it, and the target positive");
        }
        this.tokens = new CapacityLimiter(new Label("AdaptiveLimiter", name), least);
        this.least = least;
        this.most = most;
        this.targetNanos = TimeUnit.NANOSECONDS.convert(target); // the longest, if it is longer
        this.limit = least;
    }

    /**
     * A limiter at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param limit how many pieces of work may run
     * @param running how many run; may exceed {@code limit} for a while after it has fallen
     * @param waiting how many tasks wait for their turn
     * @param decreases how often the limit has fallen
     */
    public record Statistics(int limit, int running, int waiting, long decreases) {}

    /**
     * Begins a piece of work, for a {@code try} statement.
     *
     * <p><b>Suspends:</b> until it is within the limit. Always a checkpoint. <b>Cancellation:</b> begins nothing; once the
     * work has begun, this call returns and the next checkpoint raises.
     *
     * @return ends the work when closed
     */
    public Held hold() {
        Work work = begin();
        return new Held(() -> work.end(true));
    }

    /**
     * {@return what ends a piece of work that has begun; empty if it would exceed the limit, or a task waits}
     * <b>Suspends:</b> no.
     */
    public Optional<Held> tryHold() {
        LowLevel.requireStackForRelease();
        var work = new Work();
        if (!tokens.tryAcquireOnBehalfOf(work)) {
            return Optional.empty();
        }
        work.begin();
        return Optional.of(new Held(() -> work.end(true)));
    }

    /**
     * Does a piece of work. If it throws, the limit does not rise.
     *
     * <p><b>Suspends:</b> as {@link #hold()} and the body do.
     *
     * @param <T> the result
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @return its result
     * @throws X the exception of the body, unchanged
     */
    public <T extends @Nullable Object, X extends Exception> T withToken(Body<T, X> body) throws X {
        Work work = begin();
        boolean successful = false;
        try {
            T result = body.run();
            successful = true;
            return result;
        } finally {
            work.end(successful);
        }
    }

    /**
     * Does a piece of work without a result. If it throws, the limit does not rise.
     *
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @throws X the exception of the body, unchanged
     */
    public <X extends Exception> void withToken(VoidBody<X> body) throws X {
        this.<@Nullable Void, X>withToken(() -> {
            body.run();
            return null;
        });
    }

    private Work begin() {
        LowLevel.requireStackForRelease();
        var work = new Work();
        tokens.acquireOnBehalfOf(work);
        work.begin();
        return work;
    }

    private void adapt(Work ended, boolean successful) {
        long now = EventLoop.current().time();
        if (now - ended.begunAt > targetNanos) {
            if (limit > least && (decreases == 0 || ended.begunAt - decreasedAt >= 0)) {
                become(Math.max(least, limit * DECREASE));
                decreasedAt = now;
                decreases++;
            }
        } else if (successful && 2 * tokens.borrowed() >= tokens.total()) {
            become(Math.min(most, limit + 1 / limit));
        }
    }

    private void become(double newLimit) {
        tokens.resize((int) newLimit);
        limit = newLimit;
    }

    /** {@return how many pieces of work may run now} */
    public int limit() {
        return tokens.total();
    }

    /** {@return a snapshot of the limit, of what runs, and of what waits} */
    public Statistics statistics() {
        return new Statistics(
                tokens.total(), tokens.borrowed(), tokens.statistics().waiting(), decreases);
    }

    @Override
    public String toString() {
        return tokens.toString();
    }
}
