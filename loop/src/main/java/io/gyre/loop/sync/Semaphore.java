package io.gyre.loop.sync;

import io.gyre.loop.Body;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many tasks go on at the same time: a stock of permits.
 *
 * {@snippet :
 * var downloads = Semaphore.bounded("downloads", 10);
 * downloads.withPermit(() -> fetch(url));
 * }
 *
 * <p>A task that asks for many permits does not starve: tasks that ask for fewer queue behind it.
 *
 * <p><b>Confinement:</b> one loop, see the package. Permits have no owner: one task may acquire a permit and another
 * may release it.
 *
 * <p><b>Source:</b> asyncio {@code Semaphore} and {@code BoundedSemaphore}, with several permits at once as in tokio.
 */
public final class Semaphore {
    private final Label label;
    private final int limit;
    private final Confinement confinement = new Confinement(this);
    private final Runnable releaseOne = this::release;
    private final WaitQueue<Integer> waiters = new WaitQueue<>("") {
        @Override
        String describe(Waiter<Integer> waiter) {
            int count = waiter.value();
            return count + (count == 1 ? " permit of " : " permits of ") + waiter.place();
        }

        /** Smaller requests may have queued behind the waiter that left. */
        @Override
        void left(Waiter<Integer> waiter) {
            grant();
        }
    };

    private int permits;

    /**
     * Creates a semaphore to which any number of permits may be released.
     *
     * @param permits the initial number of permits
     */
    public Semaphore(int permits) {
        this(null, permits, Integer.MAX_VALUE);
    }

    /**
     * Creates a semaphore to which any number of permits may be released.
     *
     * @param name for messages
     * @param permits the initial number of permits
     */
    public Semaphore(String name, int permits) {
        this(name, permits, Integer.MAX_VALUE);
    }

    private Semaphore(@Nullable String name, int permits, int limit) {
        if (permits < 0) {
            throw new IllegalArgumentException("a semaphore cannot start with " + permits + " permits");
        }
        this.label = new Label("Semaphore", name);
        this.limit = limit;
        this.permits = permits;
    }

    /**
     * {@return a semaphore that never has more permits than initially: releasing a permit that was not acquired is an
     * error}
     *
     * @param permits how many there are
     */
    public static Semaphore bounded(int permits) {
        return new Semaphore(null, permits, permits);
    }

    /**
     * {@return a semaphore that never has more permits than initially: releasing a permit that was not acquired is an
     * error}
     *
     * @param name for messages
     * @param permits how many there are
     */
    public static Semaphore bounded(String name, int permits) {
        return new Semaphore(name, permits, permits);
    }

    /**
     * A semaphore at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param permits how many are free
     * @param waiting how many tasks wait for permits
     */
    public record Statistics(int permits, int waiting) {}

    /**
     * Takes a permit.
     *
     * <p><b>Suspends:</b> until there is one. Always a checkpoint. <b>Cancellation:</b> takes nothing; once the permit has
     * been handed over, this call returns and the next checkpoint raises.
     */
    public void acquire() {
        acquire(1);
    }

    /**
     * Takes several permits at once.
     *
     * <p><b>Suspends:</b> until enough permits are free. Always a checkpoint. <b>Cancellation:</b> takes nothing, as
     * {@link #acquire()}.
     *
     * @param count how many, at least one
     * @throws IllegalArgumentException if there can never be that many permits
     */
    public void acquire(int count) {
        requireFeasible(count);
        Task<?> task = confinement.checkpoint();
        if (!take(count)) {
            waiters.park(task, this, count);
        }
    }

    /**
     * Takes a permit if one is free and no task waits. <b>Suspends:</b> no.
     *
     * @return whether it was taken
     */
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes several permits if enough are free and no task waits. <b>Suspends:</b> no.
     *
     * @param count how many, at least one
     * @return whether they were taken
     * @throws IllegalArgumentException if there can never be that many permits
     */
    public boolean tryAcquire(int count) {
        requireFeasible(count);
        confinement.check();
        return take(count);
    }

    private boolean take(int count) {
        if (permits < count || !waiters.isEmpty()) {
            return false;
        }
        permits -= count;
        return true;
    }

    /** Releases a permit. <b>Suspends:</b> no. */
    public void release() {
        release(1);
    }

    /**
     * Releases several permits. <b>Suspends:</b> no.
     *
     * @param count how many, at least one
     * @throws IllegalStateException if there would be more permits than the bound allows; none is released then
     */
    public void release(int count) {
        requirePositive(count);
        confinement.check();
        if (limit - permits < count) {
            throw new IllegalStateException("release of " + count + " would give " + this + " more permits than "
                    + limit + ". Release once for each acquire.");
        }
        permits += count;
        grant();
    }

    /** {@return where a {@link Select} waits for one permit} */
    SelectPlace<Integer> selectPlace() {
        return new SelectPlace<>(waiters, this, waiters::enlist, waiters::withdraw);
    }

    /** {@return what releases a permit that this task has} */
    Held held() {
        return new Held(releaseOne);
    }

    private void grant() {
        Waiter<Integer> next = waiters.first();
        while (next != null && next.value() <= permits) {
            permits -= next.value();
            waiters.serve(next);
            next = waiters.first();
        }
    }

    private void requireFeasible(int count) {
        requirePositive(count);
        if (count > limit) {
            throw new IllegalArgumentException(this + " will never have " + count + " permits, at most " + limit);
        }
    }

    private static void requirePositive(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("the number of permits must be 1 or more, and is " + count);
        }
    }

    /**
     * Takes a permit for a {@code try} statement.
     *
     * <p><b>Suspends:</b> as {@link #acquire()}.
     *
     * @return releases the permit when closed
     */
    public Held hold() {
        LowLevel.requireStackForRelease();
        acquire();
        return held();
    }

    /**
     * Runs a body while holding a permit.
     *
     * <p><b>Suspends:</b> as {@link #acquire()} and the body do.
     *
     * @param <T> the result
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @return its result
     * @throws X the exception of the body, unchanged
     */
    public <T extends @Nullable Object, X extends Exception> T withPermit(Body<T, X> body) throws X {
        LowLevel.requireStackForRelease();
        acquire();
        try {
            return body.run();
        } finally {
            release();
        }
    }

    /**
     * Runs a body without a result while holding a permit.
     *
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @throws X the exception of the body, unchanged
     */
    public <X extends Exception> void withPermit(VoidBody<X> body) throws X {
        LowLevel.requireStackForRelease();
        acquire();
        try {
            body.run();
        } finally {
            release();
        }
    }

    /** {@return how many permits are free} */
    public int permits() {
        return permits;
    }

    /** {@return a snapshot of the free permits and the number of waiting tasks} */
    public Statistics statistics() {
        return new Statistics(permits, waiters.size());
    }

    @Override
    public String toString() {
        return label.with(limit == Integer.MAX_VALUE ? String.valueOf(permits) : permits + "/" + limit);
    }
}
