package io.gyre.loop.sync;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.Awaitable;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Handle;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several things, and leaves the others as if nobody had waited for them.
 *
 * {@snippet :
 * String next = Select.<String>first()
 *         .onReceive(jobs, job -> "job " + job)
 *         .onDone(stopped, task -> "stop")
 *         .onTimeout(Duration.ofSeconds(10), () -> "nothing to do")
 *         .await();
 * }
 *
 * <p>If several are ready at once, the one that was named first wins. What the winner has brought is passed to its function,
 * which runs in the calling task and may suspend.
 *
 * <p><b>Confinement:</b> a task of one loop; one {@code Select} is awaited once.
 *
 * <p><b>Source:</b> Go {@code select}, Kotlin {@code select}. Differs: biased in the order of the clauses.
 *
 * @param <R> the result
 */
public final class Select<R extends @Nullable Object> {
    /*
     * Design.
     *
     * The task stands in the wait queue of each channel at once. Whoever serves it in one of them has, in the same call,
     * taken it out of all the others (Selected.markServed), so it is never served twice and no value is taken for nobody.
     * A clause that only says "ready", a task or the time-out, takes nothing; such a word may come late, and is dropped.
     */
    private final List<Clause<R>> clauses = new ArrayList<>();
    private @Nullable Supplier<? extends R> otherwise;
    private @Nullable Clause<R> winner;
    private boolean parked;

    /** The wait. An object of this choice's own, because it tells that wait from all others. */
    private final AbortHandler wait = new AbortHandler() {
        @Override
        public boolean abort() {
            withdrawAll();
            return true;
        }
    };

    /** One thing to wait for. */
    private interface Clause<R extends @Nullable Object> {
        /** {@return what came of it, if it is ready now} */
        @Nullable
        Supplier<R> poll();

        void enlist(Task<?> task);

        void withdraw();

        /** {@return what came of it, once it has won} */
        R result();
    }

    private Select() {}

    /**
     * {@return a choice between nothing yet}
     *
     * @param <R> the result
     */
    public static <R extends @Nullable Object> Select<R> first() {
        return new Select<>();
    }

    /**
     * Waits for a value, too. Only the winner takes one.
     *
     * @param <T> the values
     * @param receiver where it comes from
     * @param then makes the result of it
     * @return this
     */
    public <T> Select<R> onReceive(Receiver<T> receiver, Function<? super T, ? extends R> then) {
        clauses.add(new Receive<>(receiver, then));
        return this;
    }

    /**
     * Waits for a task or future to be done, too, well or badly; a failure counts as observed.
     *
     * @param <T> its result
     * @param awaitable what to wait for
     * @param then makes the result of it
     * @return this
     */
    public <T extends @Nullable Object> Select<R> onDone(
            Awaitable<T> awaitable, Function<? super Awaitable<T>, ? extends R> then) {
        clauses.add(new Done<>(awaitable, then));
        return this;
    }

    /**
     * Waits for a limited time.
     *
     * @param timeout how long, from the call of {@link #await}
     * @param then makes the result when it has passed
     * @return this
     */
    public Select<R> onTimeout(Duration timeout, Supplier<? extends R> then) {
        clauses.add(new Timeout(timeout, then));
        return this;
    }

    /**
     * Does not wait: if nothing is ready, this makes the result.
     *
     * @param then makes the result
     * @return this
     */
    public Select<R> orElse(Supplier<? extends R> then) {
        otherwise = then;
        return this;
    }

    /**
     * Waits for the first.
     *
     * <p><b>Suspends:</b> until one is ready, unless there is an {@link #orElse}. Always a checkpoint. <b>Cancellation:</b> takes
     * nothing from anybody; once a value has been handed over, it is delivered.
     *
     * @return what the winner's function has made of it
     * @throws ChannelEndedException if a channel has ended, also while waiting
     * @throws ChannelClosedException if a receiver is closed, also while waiting
     * @throws IllegalStateException if there is nothing to wait for
     */
    public R await() {
        Task<?> task = LowLevel.checkpoint();
        if (clauses.isEmpty() && otherwise == null) {
            throw new IllegalStateException("there is nothing to select from");
        }
        for (Clause<R> clause : clauses) {
            Supplier<R> ready = clause.poll();
            if (ready != null) {
                return ready.get();
            }
        }
        return otherwise != null ? otherwise.get() : park(task);
    }

    private R park(Task<?> task) {
        enlistAll(task);
        parked = true;
        LowLevel.park(this, wait);
        withdrawAll();
        if (winner == null) {
            // Sent away: a channel has ended or was closed. Asking again throws what it has to say.
            return await();
        }
        return winner.result();
    }

    private void enlistAll(Task<?> task) {
        try {
            clauses.forEach(clause -> clause.enlist(task));
        } catch (Throwable refused) {
            withdrawAll();
            throw refused;
        }
    }

    private void withdrawAll() {
        parked = false;
        clauses.forEach(Clause::withdraw);
    }

    /** The first word wins, and takes this out of everything else. */
    private boolean win(Clause<R> clause) {
        if (!parked) {
            return false;
        }
        winner = clause;
        withdrawAll();
        return true;
    }

    @Override
    public String toString() {
        return "the first of " + clauses;
    }

    private final class Receive<T> implements Clause<R> {
        private final Receiver<T> receiver;
        private final Function<? super T, ? extends R> then;
        private @Nullable Selected waiter;
        private boolean enlisted;

        private final class Selected extends Waiter<T> {
            Selected(Task<?> task) {
                super(receiver.waiters(), task, receiver, null);
            }

            @Override
            AbortHandler handler() {
                return wait;
            }

            @Override
            void markServed(@Nullable T handed) {
                super.markServed(handed);
                win(Receive.this);
            }
        }

        Receive(Receiver<T> receiver, Function<? super T, ? extends R> then) {
            this.receiver = receiver;
            this.then = then;
        }

        @Override
        public @Nullable Supplier<R> poll() {
            Optional<T> value = receiver.tryReceive();
            return value.isEmpty() ? null : () -> then.apply(value.get());
        }

        @Override
        public void enlist(Task<?> task) {
            waiter = new Selected(task);
            receiver.enlist(waiter);
            enlisted = true;
        }

        @Override
        public void withdraw() {
            if (waiter != null && enlisted) {
                enlisted = false;
                receiver.withdraw(waiter);
            }
        }

        @Override
        @SuppressWarnings("NullAway") // the winner was enlisted
        public R result() {
            return then.apply(waiter.value());
        }

        @Override
        public String toString() {
            return "receive from " + receiver;
        }
    }

    private final class Done<T extends @Nullable Object> implements Clause<R> {
        private final Awaitable<T> awaitable;
        private final Function<? super Awaitable<T>, ? extends R> then;
        private @Nullable Handle callback;

        Done(Awaitable<T> awaitable, Function<? super Awaitable<T>, ? extends R> then) {
            this.awaitable = awaitable;
            this.then = then;
        }

        @Override
        public @Nullable Supplier<R> poll() {
            return awaitable.isDone() ? this::result : null;
        }

        @Override
        public void enlist(Task<?> task) {
            callback = awaitable.whenDone(done -> {
                if (win(this)) {
                    LowLevel.unpark(task, wait);
                }
            });
        }

        @Override
        public void withdraw() {
            if (callback != null) {
                callback.cancel();
            }
        }

        @Override
        public R result() {
            return then.apply(awaitable);
        }

        @Override
        public String toString() {
            return awaitable.toString();
        }
    }

    private final class Timeout implements Clause<R> {
        private final Duration timeout;
        private final Supplier<? extends R> then;
        private @Nullable Handle timer;

        Timeout(Duration timeout, Supplier<? extends R> then) {
            this.timeout = timeout;
            this.then = then;
        }

        @Override
        public @Nullable Supplier<R> poll() {
            return timeout.isPositive() ? null : this::result;
        }

        @Override
        public void enlist(Task<?> task) {
            timer = EventLoop.current().callLater(timeout, () -> {
                if (win(this)) {
                    LowLevel.unpark(task, wait);
                }
            });
        }

        @Override
        public void withdraw() {
            if (timer != null) {
                timer.cancel();
            }
        }

        @Override
        public R result() {
            return then.get();
        }

        @Override
        public String toString() {
            return "a time-out of " + timeout;
        }
    }
}
