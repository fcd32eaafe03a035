package io.gyre.loop.sync;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.Awaitable;
import io.gyre.loop.EventLoop;
import io.gyre.loop.Handle;
import io.gyre.loop.LoopLocal;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import io.gyre.loop.dump.Wait;
import io.gyre.loop.spi.WaitReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the first of several events, and leaves the others untouched.
 *
 * {@snippet :
 * String next = Select.<String>first()
 *         .onReceive(jobs, job -> "job " + job)
 *         .onDone(stopped, task -> "stop")
 *         .onTimeout(Duration.ofSeconds(10), () -> "nothing to do")
 *         .await();
 * }
 *
 * <p>If several are ready at once, the first clause wins, or, in a {@linkplain #fair() fair} select, any of them. A clause
 * that loses has taken, sent and acquired nothing. The winner's value is passed to its function, which runs in the calling
 * task and may suspend.
 *
 * <p><b>Confinement:</b> a task of one loop; one {@code Select} is awaited once.
 *
 * <p><b>Source:</b> Go {@code select}, Kotlin {@code select}. Differs: by default biased towards the first clause.
 *
 * @param <R> the result
 */
public final class Select<R extends @Nullable Object> {
    /*
     * Design.
     *
     * The task waits in the queues of all channels at once. The call that serves it in one queue also removes it from
     * all others (Selected.markServed), so it is never served twice and no value is lost. A clause that only signals
     * readiness (a task, the time-out) takes nothing; a late signal is dropped.
     *
     * Only the order in which ready clauses are tried can be unfair: among waiting clauses the first event wins. The random
     * numbers begin anew in each loop, so that a test sees the same order each time.
     */
    private static final LoopLocal<Random> ORDER = LoopLocal.withInitial(() -> new Random(1));

    private final boolean fair;
    private final List<Clause<R>> clauses = new ArrayList<>();
    private @Nullable Supplier<? extends R> otherwise;
    private @Nullable Clause<R> winner;
    private boolean parked;

    /** The abort handler, and the wait reason. A separate object for each select, because it identifies the wait. */
    private final SelectWait wait = new SelectWait();

    private final class SelectWait implements AbortHandler, WaitReason {
        @Override
        public boolean abort() {
            withdrawAll();
            return true;
        }

        @Override
        public Wait explain(String words) {
            return new Wait.OnFirst(words, clauses.stream().map(Clause::explain).toList());
        }

        @Override
        public String toString() {
            return Select.this.toString();
        }
    }

    /** One event to wait for. */
    private interface Clause<R extends @Nullable Object> {
        /** {@return the outcome, if it is ready now} */
        @Nullable
        Supplier<R> poll();

        void enlist(Task<?> task);

        void withdraw();

        /** {@return the outcome, once this clause has won} */
        R result();

        /** {@return the event as data} Any thread. */
        default Wait explain() {
            return new Wait.OnOther(toString());
        }
    }

    /**
     * What a waiter brings to the queue of a primitive.
     *
     * @param <V> the value that it brings or is handed
     */
    @FunctionalInterface
    private interface Brought<V> {
        @Nullable
        V by(Task<?> task);
    }

    private Select(boolean fair) {
        this.fair = fair;
    }

    /**
     * {@return a select without clauses}
     *
     * @param <R> the result
     */
    public static <R extends @Nullable Object> Select<R> first() {
        return new Select<>(false);
    }

    /**
     * {@return a select without clauses that prefers none: if several are ready, each wins as often as the others}
     *
     * <p>For loops in which a clause that is always ready would starve those behind it.
     *
     * @param <R> the result
     */
    public static <R extends @Nullable Object> Select<R> fair() {
        return new Select<>(true);
    }

    /**
     * Adds a clause that waits for a value. The value is taken only if this clause wins.
     *
     * @param <T> the values
     * @param receiver the source of the value
     * @param then makes the result from it
     * @return this
     */
    public <T> Select<R> onReceive(Receiver<T> receiver, Function<? super T, ? extends R> then) {
        clauses.add(new Receive<>(receiver, then));
        return this;
    }

    /**
     * Adds a clause that sends a value. It is sent only if this clause wins.
     *
     * @param <T> the values
     * @param sender where to send it
     * @param value what to send
     * @param then makes the result when the value was sent, or dropped by a channel whose senders never wait
     * @return this
     */
    public <T> Select<R> onSend(Sender<T> sender, T value, Supplier<? extends R> then) {
        clauses.add(new Send<>(sender, Objects.requireNonNull(value), then));
        return this;
    }

    /**
     * Adds a clause that takes a permit of a semaphore. It is taken only if this clause wins.
     *
     * @param semaphore the semaphore
     * @param then makes the result, and closes what it receives to release the permit
     * @return this
     */
    public Select<R> onAcquire(Semaphore semaphore, Function<? super Held, ? extends R> then) {
        clauses.add(new Acquire<>(
                semaphore.selectPlace(), _ -> 1, semaphore::tryAcquire, () -> then.apply(semaphore.held())));
        return this;
    }

    /**
     * Adds a clause that acquires a lock. It is acquired only if this clause wins.
     *
     * @param lock the lock; {@link #await} throws an {@link IllegalStateException} if the calling task holds it, or if its
     *     owner ends without releasing it
     * @param then makes the result, and closes what it receives to release the lock
     * @return this
     */
    public Select<R> onAcquire(Lock lock, Function<? super Held, ? extends R> then) {
        clauses.add(new Acquire<>(lock.selectPlace(), _ -> null, lock::tryAcquire, () -> then.apply(lock.held())));
        return this;
    }

    /**
     * Adds a clause that borrows a token of a limiter for the task that awaits this. It is borrowed only if this clause
     * wins.
     *
     * @param limiter the limiter; {@link #await} throws an {@link IllegalStateException} if the calling task has a token of
     *     it already
     * @param then makes the result, and closes what it receives to return the token
     * @return this
     */
    public Select<R> onAcquire(CapacityLimiter limiter, Function<? super Held, ? extends R> then) {
        clauses.add(new Acquire<>(
                limiter.selectPlace(), task -> task, limiter::tryAcquire, () -> then.apply(limiter.held())));
        return this;
    }

    /**
     * Adds a clause that waits until a task or future is done, whether it succeeds or fails; a failure counts as
     * observed.
     *
     * @param <T> its result
     * @param awaitable what to wait for
     * @param then makes the result from it
     * @return this
     */
    public <T extends @Nullable Object> Select<R> onDone(
            Awaitable<T> awaitable, Function<? super Awaitable<T>, ? extends R> then) {
        clauses.add(new Done<>(awaitable, then));
        return this;
    }

    /**
     * Adds a time-out.
     *
     * @param timeout how long to wait, from the call of {@link #await}
     * @param then makes the result when the time is over
     * @return this
     */
    public Select<R> onTimeout(Duration timeout, Supplier<? extends R> then) {
        clauses.add(new Timeout(timeout, then));
        return this;
    }

    /**
     * Adds a default: if no clause is ready, {@link #await} does not wait.
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
     * <p><b>Suspends:</b> until one is ready, unless there is an {@link #orElse}. Always a checkpoint.
     * <b>Cancellation:</b> takes, sends and acquires nothing; once a clause has won, its function runs.
     *
     * @return the result of the winner's function
     * @throws ChannelEndedException if a channel to receive from has ended, also while waiting
     * @throws ChannelBrokenException if all receivers of a channel to send to are closed, also while waiting
     * @throws ChannelClosedException if a receiver or sender is closed, also while waiting
     * @throws IllegalStateException if there are no clauses
     */
    public R await() {
        Task<?> task = LowLevel.checkpoint();
        if (clauses.isEmpty() && otherwise == null) {
            throw new IllegalStateException("there is nothing to select from");
        }
        for (Clause<R> clause : inOrder()) {
            Supplier<R> ready = clause.poll();
            if (ready != null) {
                return ready.get();
            }
        }
        return otherwise != null ? otherwise.get() : park(task);
    }

    private List<Clause<R>> inOrder() {
        if (!fair) {
            return clauses;
        }
        var shuffled = new ArrayList<>(clauses);
        Collections.shuffle(shuffled, ORDER.get());
        return shuffled;
    }

    private R park(Task<?> task) {
        enlistAll(task);
        parked = true;
        LowLevel.park(wait, wait);
        withdrawAll();
        if (winner == null) {
            // Dismissed: a channel has ended or was closed. Polling again throws the reason.
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

    /** The first signal wins and withdraws this select from all other clauses. */
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

    /** A clause that waits in the queue of a primitive. */
    private abstract class Queued<V> implements Clause<R> {
        private final SelectPlace<V> place;
        private final Brought<V> brought;
        private @Nullable Waiter<V> waiter;
        private boolean enlisted;

        private final class Selected extends Waiter<V> {
            Selected(Task<?> task) {
                super(place.queue(), task, place.primitive(), brought.by(task));
            }

            @Override
            AbortHandler handler() {
                return wait;
            }

            @Override
            void markServed(@Nullable V handed) {
                super.markServed(handed);
                win(Queued.this);
            }
        }

        Queued(SelectPlace<V> place, Brought<V> brought) {
            this.place = place;
            this.brought = brought;
        }

        @Override
        public final void enlist(Task<?> task) {
            waiter = new Selected(task);
            enlisted = true;
            place.enlist().accept(waiter);
        }

        @Override
        public final void withdraw() {
            if (waiter != null && enlisted) {
                enlisted = false;
                place.withdraw().accept(waiter);
            }
        }

        @Override
        public final Wait explain() {
            return WaitData.of(place.primitive(), toString());
        }

        final V handed() {
            return Objects.requireNonNull(waiter).value(); // the winner was enlisted
        }
    }

    private final class Receive<T> extends Queued<T> {
        private final Receiver<T> receiver;
        private final Function<? super T, ? extends R> then;

        Receive(Receiver<T> receiver, Function<? super T, ? extends R> then) {
            super(receiver.selectPlace(), _ -> null);
            this.receiver = receiver;
            this.then = then;
        }

        @Override
        public @Nullable Supplier<R> poll() {
            Optional<T> value = receiver.tryReceive();
            return value.isEmpty() ? null : () -> then.apply(value.get());
        }

        @Override
        public R result() {
            return then.apply(handed());
        }

        @Override
        public String toString() {
            return "receive from " + receiver;
        }
    }

    private final class Send<T> extends Queued<T> {
        private final Sender<T> sender;
        private final T value;
        private final Supplier<? extends R> then;

        Send(Sender<T> sender, T value, Supplier<? extends R> then) {
            super(sender.selectPlace(), _ -> value);
            this.sender = sender;
            this.value = value;
            this.then = then;
        }

        @Override
        public @Nullable Supplier<R> poll() {
            return sender.tryFinish(value) ? this::result : null;
        }

        @Override
        public R result() {
            return then.get();
        }

        @Override
        public String toString() {
            return "send to " + sender;
        }
    }

    private final class Acquire<V> extends Queued<V> {
        private final SelectPlace<V> place;
        private final BooleanSupplier tryAcquire;
        private final Supplier<? extends R> then;

        Acquire(SelectPlace<V> place, Brought<V> brought, BooleanSupplier tryAcquire, Supplier<? extends R> then) {
            super(place, brought);
            this.place = place;
            this.tryAcquire = tryAcquire;
            this.then = then;
        }

        @Override
        public @Nullable Supplier<R> poll() {
            LowLevel.requireStackForRelease();
            return tryAcquire.getAsBoolean() ? this::result : null;
        }

        @Override
        public R result() {
            return then.get();
        }

        @Override
        public String toString() {
            return "acquire " + place.primitive();
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
        public Wait explain() {
            return awaitable instanceof Task<?> task
                    ? new Wait.OnTasks(toString(), List.of(LowLevel.refTo(task)), false)
                    : new Wait.OnFuture(toString(), null);
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
