package io.gyre.loop.sync;

import static io.gyre.loop.Async.currentTask;

import io.gyre.loop.Body;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.VoidBody;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many tasks do something at the same time: a semaphore that knows its borrowers and can be resized.
 *
 * {@snippet :
 * var parsers = new CapacityLimiter("parsers", 8);
 * Document document = parsers.withToken(() -> offload(() -> parse(file)));
 * }
 *
 * <p>Each borrower has at most one token. The borrower is the task or, on request, any object, such as a connection;
 * borrowers are compared by identity.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> trio {@code CapacityLimiter}.
 */
public final class CapacityLimiter {
    private final Label label;
    private final Confinement confinement = new Confinement(this);
    private final Set<Object> borrowers = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Object> candidates = Collections.newSetFromMap(new IdentityHashMap<>());
    private final WaitQueue<Object> waiters = new WaitQueue<>("a token of") {
        @Override
        void left(Waiter<Object> waiter) {
            candidates.remove(waiter.value());
        }

        @Override
        void died(Waiter<Object> waiter) {
            candidates.remove(waiter.value());
        }
    };

    private int total;

    /**
     * Creates a limiter.
     *
     * @param total how many tokens there are
     */
    public CapacityLimiter(int total) {
        this(new Label("CapacityLimiter", null), total);
    }

    /**
     * Creates a limiter.
     *
     * @param name for messages
     * @param total how many tokens there are
     */
    public CapacityLimiter(String name, int total) {
        this(new Label("CapacityLimiter", name), total);
    }

    CapacityLimiter(Label label, int total) {
        this.label = label;
        this.total = requireNotNegative(total);
    }

    private static int requireNotNegative(int total) {
        if (total < 0) {
            throw new IllegalArgumentException("a limiter cannot have " + total + " tokens");
        }
        return total;
    }

    /**
     * A limiter at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param borrowed how many tokens are borrowed; may exceed {@code total} for a while after the limiter was made
     *     smaller
     * @param total how many tokens there are
     * @param borrowers the holders of a token
     * @param waiting how many tasks wait for one
     */
    public record Statistics(int borrowed, int total, List<Object> borrowers, int waiting) {}

    /**
     * Borrows a token for the current task.
     *
     * <p><b>Suspends:</b> until there is one. Always a checkpoint. <b>Cancellation:</b> takes nothing; once the token has
     * been handed over, this call returns and the next checkpoint raises.
     *
     * @throws IllegalStateException if the task has one already
     */
    public void acquire() {
        acquireOnBehalfOf(currentTask());
    }

    /**
     * Borrows a token for another borrower.
     *
     * <p><b>Suspends:</b> until there is one. Always a checkpoint. <b>Cancellation:</b> as {@link #acquire()}.
     *
     * @param borrower the holder of the token
     * @throws IllegalStateException if the borrower has one already, or a task waits for a token on its behalf
     */
    public void acquireOnBehalfOf(Object borrower) {
        Task<?> task = confinement.checkpoint();
        if (!take(borrower)) {
            candidates.add(borrower);
            waiters.park(task, this, borrower);
        }
    }

    /** {@return where a {@link Select} waits for a token} The waiter brings the borrower. */
    SelectPlace<Object> selectPlace() {
        return new SelectPlace<>(waiters, this, this::enlist, waiters::withdraw);
    }

    private void enlist(Waiter<Object> waiter) {
        candidates.add(waiter.value());
        waiters.enlist(waiter);
    }

    /**
     * Borrows a token for the current task if one is free and no task waits. <b>Suspends:</b> no.
     *
     * @return whether the task has a token now
     * @throws IllegalStateException if the task has one already
     */
    public boolean tryAcquire() {
        confinement.check();
        return take(currentTask());
    }

    /**
     * Borrows a token for another borrower if one is free and no task waits. <b>Suspends:</b> no.
     *
     * @param borrower the holder of the token
     * @return whether the borrower has a token now
     * @throws IllegalStateException if the borrower has one already, or a task waits for a token on its behalf
     */
    public boolean tryAcquireOnBehalfOf(Object borrower) {
        confinement.check();
        return take(borrower);
    }

    private boolean take(Object borrower) {
        if (borrowers.contains(borrower) || candidates.contains(borrower)) {
            throw new IllegalStateException(
                    LowLevel.describe(borrower) + " has a token of " + this
                            + " or waits for one already. A borrower has at most one token; use acquireOnBehalfOf for several pieces of work.");
        }
        return borrowers.size() < total && waiters.isEmpty() && borrowers.add(borrower);
    }

    /**
     * Returns the current task's token. <b>Suspends:</b> no.
     *
     * @throws IllegalStateException if the task has none
     */
    public void release() {
        confinement.check();
        releaseOnBehalfOf(currentTask());
    }

    /**
     * Returns another borrower's token. <b>Suspends:</b> no.
     *
     * @param borrower the holder of the token
     * @throws IllegalStateException if the borrower has none
     */
    public void releaseOnBehalfOf(Object borrower) {
        confinement.check();
        if (!borrowers.remove(borrower)) {
            throw new IllegalStateException(LowLevel.describe(borrower) + " has no token of " + this + " to release.");
        }
        grant();
    }

    /**
     * Changes the number of tokens. If more are borrowed than the new number, none is handed out until enough have come
     * back.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param newTotal the new number
     */
    public void resize(int newTotal) {
        confinement.check();
        total = requireNotNegative(newTotal);
        grant();
    }

    private void grant() {
        for (Waiter<Object> next = waiters.first(); next != null && borrowers.size() < total; next = waiters.first()) {
            candidates.remove(next.value());
            borrowers.add(next.value());
            waiters.serve(next);
        }
    }

    /**
     * Borrows a token for a {@code try} statement.
     *
     * <p><b>Suspends:</b> as {@link #acquire()}.
     *
     * @return returns the token when closed, in any task
     */
    public Held hold() {
        LowLevel.requireStackForRelease();
        acquire();
        return held();
    }

    /** {@return what returns the current task's token} */
    Held held() {
        Task<?> borrower = currentTask();
        return new Held(() -> releaseOnBehalfOf(borrower));
    }

    /**
     * Runs a body while holding a token.
     *
     * <p><b>Suspends:</b> as {@link #acquire()} and the body do.
     *
     * @param <T> the result
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @return its result
     * @throws X the exception of the body, unchanged
     */
    public <T extends @Nullable Object, X extends Exception> T withToken(Body<T, X> body) throws X {
        LowLevel.requireStackForRelease();
        acquire();
        try {
            return body.run();
        } finally {
            release();
        }
    }

    /**
     * Runs a body without a result while holding a token.
     *
     * @param <X> the exception that the body may throw
     * @param body runs in line
     * @throws X the exception of the body, unchanged
     */
    public <X extends Exception> void withToken(VoidBody<X> body) throws X {
        LowLevel.requireStackForRelease();
        acquire();
        try {
            body.run();
        } finally {
            release();
        }
    }

    /** {@return how many tokens there are} */
    public int total() {
        return total;
    }

    /** {@return how many tokens are borrowed} */
    int borrowed() {
        return borrowers.size();
    }

    /** {@return a snapshot of the borrowers and the number of waiting tasks} */
    public Statistics statistics() {
        return new Statistics(borrowers.size(), total, List.copyOf(borrowers), waiters.size());
    }

    @Override
    public String toString() {
        return label.with(borrowers.size() + "/" + total);
    }
}
