package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A value that changes, and tasks that want to know the latest one.
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
 * <p>Setters never wait. A receiver that is slower than the changes sees the last of them, and may miss those between.
 * Setting an equal value is a change too.
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
     * A broadcast in which each subscriber keeps one value and drops the older one, and the value itself for those who only
     * look.
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
     * @param newValue the latest from now on
     * @throws ChannelClosedException if this is closed
     */
    public void set(T newValue) {
        changes.trySend(newValue);
        value = newValue;
    }

    /**
     * Changes the value to one that is made from it. <b>Suspends:</b> no.
     *
     * @param change makes the new value; must not suspend
     * @throws ChannelClosedException if this is closed
     */
    public void update(UnaryOperator<T> change) {
        set(change.apply(value));
    }

    /**
     * {@return a receiver of the present value, and then of the latest each time that it has changed}
     *
     * <p><b>Suspends:</b> no. <b>Resources:</b> close it.
     */
    public Receiver<T> receiver() {
        return changes.subscribe(1, Overflow.DROP_OLDEST, value);
    }

    /**
     * Waits until a predicate is true of the value. A value that is replaced before this task runs is not seen.
     *
     * <p><b>Suspends:</b> until then. Always a checkpoint. <b>Cancellation:</b> ends the wait.
     *
     * @param predicate is asked of the present value, and then of the latest each time that it has changed
     * @return the value of which it is true
     * @throws ChannelEndedException if this is closed before
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

    /** Ends it: receivers get the last value if they have not seen it, then {@link ChannelEndedException}. */
    @Override
    public void close() {
        changes.close();
    }

    /** {@return whether this is closed} */
    public boolean isClosed() {
        return changes.isClosed();
    }

    /** {@return how many receivers there are, and how many wait} */
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
