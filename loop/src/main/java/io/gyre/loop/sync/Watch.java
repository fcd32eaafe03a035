package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A value that changes, for tasks that need the latest one.
 *
 * {@snippet :
 * var state = new Watch<State>("state", State.STARTING);
 * createTask(() -> {
 *     state.await(now -> now == State.READY);
 *     serve();
 * });
 * state.set(State.READY);
 * }
 *
 * <p>Setters never wait. A slow receiver sees the latest value and may miss values in between. Setting an equal value
 * is a change too.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> tokio {@code watch} and kotlinx.coroutines {@code StateFlow}.
 *
 * @param <T> the value, not null
 */
public final class Watch<T> implements AutoCloseable {
    /*
     * Design.
     *
     * A broadcast in which each subscriber keeps one value and drops the older one, plus the value itself for readers
     * that do not wait.
     */
    private final Label label;
    private final Broadcast<T> changes;
    private T value;

    /**
     * Creates a watch without a name.
     *
     * @param initial the first value
     */
    public Watch(T initial) {
        this(new Label("Watch", null), initial);
    }

    /**
     * Creates a watch.
     *
     * @param name for messages
     * @param initial the first value
     */
    public Watch(String name, T initial) {
        this(new Label("Watch", name), initial);
    }

    private Watch(Label label, T initial) {
        this.label = label;
        this.changes = new Broadcast<>(label);
        this.value = Objects.requireNonNull(initial);
    }

    /**
     * A watch at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param receivers how many receivers are not closed
     * @param waiting how many tasks wait for a change
     */
    public record Statistics(int receivers, int waiting) {}

    /** {@return the latest value} */
    public T value() {
        return value;
    }

    /**
     * Changes the value. <b>Suspends:</b> no.
     *
     * @param newValue the new value
     * @throws ChannelClosedException if this is closed
     */
    public void set(T newValue) {
        changes.trySend(newValue);
        value = newValue;
    }

    /**
     * Replaces the value by a function of it. <b>Suspends:</b> no.
     *
     * @param change makes the new value; must not suspend
     * @throws ChannelClosedException if this is closed
     */
    public void update(UnaryOperator<T> change) {
        set(change.apply(value));
    }

    /**
     * {@return a receiver of the current value, and then of the latest value after each change}
     *
     * <p><b>Suspends:</b> no. <b>Resources:</b> close it.
     */
    public Receiver<T> receiver() {
        return changes.subscribe(1, Overflow.DROP_OLDEST, value);
    }

    /**
     * Waits until the value satisfies a predicate. A value that is replaced before this task runs is not seen.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. <b>Cancellation:</b> ends the wait.
     *
     * @param predicate tests the current value, and then the latest value after each change
     * @return the value that satisfies it
     * @throws ChannelEndedException if this is closed first
     */
    public T await(Predicate<? super T> predicate) {
        try (Receiver<T> receiver = receiver()) {
            while (true) {
                T latest = receiver.receive();
                if (predicate.test(latest)) {
                    return latest;
                }
            }
        }
    }

    /** Ends the watch: receivers get the last value if they have not seen it, then {@link ChannelEndedException}. */
    @Override
    public void close() {
        changes.close();
    }

    /** {@return whether this is closed} */
    public boolean isClosed() {
        return changes.isClosed();
    }

    /** {@return a snapshot of the number of receivers and of waiting tasks} */
    public Statistics statistics() {
        int receivers = 0;
        int waiting = 0;
        for (Channel.Statistics subscription : changes.statistics().subscriptions()) {
            receivers += subscription.openReceivers();
            waiting += subscription.receiving();
        }
        return new Statistics(receivers, waiting);
    }

    @Override
    public String toString() {
        return label.with(LowLevel.describe(value));
    }
}
