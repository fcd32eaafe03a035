package io.gyre.loop.sync;

import io.gyre.loop.Task;
import java.util.Objects;

/**
 * The sending end of a {@link Channel}.
 *
 * {@snippet :
 * for (Path file : files) {
 *     Sender<Result> results = channel.sender().duplicate();
 *     createTask(() -> {
 *         try (results) {
 *             results.send(read(file));
 *         }
 *     });
 * }
 * channel.sender().close();
 * }
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> trio {@code MemorySendChannel}.
 *
 * @param <T> the values, not null
 */
public final class Sender<T> implements AutoCloseable {
    private final Conduit<T> conduit;
    /** As in {@link Receiver}. */
    private int waiting;

    private boolean closed;

    Sender(Conduit<T> conduit) {
        this.conduit = conduit;
        conduit.senderOpened();
    }

    /**
     * Sends a value.
     *
     * <p><b>Suspends:</b> until a receiver or the buffer has taken it; not if the channel drops values instead. Always
     * a checkpoint. <b>Cancellation:</b> the value is not sent; once it has been taken, this call returns and the next
     * checkpoint raises.
     *
     * @param value what to send
     * @throws ChannelBrokenException if all receivers are closed, also while waiting
     * @throws ChannelClosedException if this sender is closed, also while waiting
     */
    public void send(T value) {
        Objects.requireNonNull(value);
        Task<?> task = conduit.confinement.checkpoint();
        requireOpen();
        if (!conduit.offer(value) && conduit.suspendsSenders()) {
            awaitRoom(task, value);
        }
    }

    private void awaitRoom(Task<?> task, T value) {
        waiting++;
        try {
            if (!conduit.senders.park(task, this, value).isServed()) {
                requireOpen();
            }
        } finally {
            waiting--;
        }
    }

    /**
     * Sends a value if that is possible without waiting. <b>Suspends:</b> no.
     *
     * @param value what to send
     * @return false if it was not sent because the channel is full
     * @throws ChannelBrokenException if all receivers are closed
     * @throws ChannelClosedException if this sender is closed
     */
    public boolean trySend(T value) {
        Objects.requireNonNull(value);
        conduit.confinement.check();
        requireOpen();
        return conduit.offer(value);
    }

    /** {@return whether a value was taken, or dropped because the channel does not make its senders wait} */
    boolean tryFinish(T value) {
        return trySend(value) || !conduit.suspendsSenders();
    }

    /** {@return where a {@link Select} waits for room} Closing this sender dismisses its waiter, too. */
    SelectPlace<T> selectPlace() {
        return new SelectPlace<>(
                conduit.senders,
                this,
                waiter -> {
                    waiting++;
                    conduit.senders.enlist(waiter);
                },
                waiter -> {
                    waiting--;
                    conduit.senders.withdraw(waiter);
                });
    }

    private void requireOpen() {
        if (closed) {
            throw new ChannelClosedException(conduit, "sender");
        }
        if (conduit.isBroken()) {
            throw new ChannelBrokenException(conduit);
        }
    }

    /**
     * {@return another sender to the same channel, which is closed on its own}
     *
     * <p><b>Suspends:</b> no.
     *
     * @throws ChannelClosedException if this sender is closed
     */
    public Sender<T> duplicate() {
        conduit.confinement.check();
        if (closed) {
            throw new ChannelClosedException(conduit, "sender");
        }
        return new Sender<>(conduit);
    }

    /**
     * Closes this sender. Closing the last sender ends the channel: receivers get the remaining values, then
     * {@link ChannelEndedException}.
     *
     * <p><b>Suspends:</b> no. Tasks that wait in this sender, also in a {@link Select}, get
     * {@link ChannelClosedException}.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        conduit.confinement.check();
        closed = true;
        if (waiting > 0) {
            conduit.senders.dismissAllAt(this);
        }
        conduit.senderClosed();
    }

    /** {@return whether this sender is closed} */
    public boolean isClosed() {
        return closed;
    }

    /** {@return a snapshot of the channel's contents and waiters} */
    public Channel.Statistics statistics() {
        return conduit.statistics();
    }

    @Override
    public String toString() {
        return conduit.toString();
    }
}
