package io.gyre.loop.sync;

import io.gyre.loop.AbortHandler;
import io.gyre.loop.LowLevel;
import io.gyre.loop.Task;
import java.util.Iterator;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The receiving end of a {@link Channel}, a {@link Broadcast} or a {@linkplain Flows#subscribe subscription}.
 *
 * {@snippet :
 * for (String line : channel.receiver()) {
 *     System.out.println(line);
 * }
 * }
 *
 * <p>A receiver is iterable: a {@code for} loop suspends for each value and ends with the channel. Leaving the loop
 * early loses no value and leaves the receiver open.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> trio {@code MemoryReceiveChannel}.
 *
 * @param <T> the values, not null
 */
public final class Receiver<T> implements Iterable<T>, AutoCloseable {
    private final Conduit<T> conduit;
    /**
     * How many tasks wait at this end. If none does, closing one of very many ends need not search the queue of the
     * channel.
     */
    private int waiting;

    private boolean closed;

    Receiver(Conduit<T> conduit) {
        this.conduit = conduit;
        conduit.receiverOpened();
    }

    /**
     * Receives the next value.
     *
     * <p><b>Suspends:</b> until there is one. Always a checkpoint. <b>Cancellation:</b> takes no value; once a value has
     * been handed over, this call returns it and the next checkpoint raises.
     *
     * @return the value
     * @throws ChannelEndedException if all senders are closed and the channel is empty, also while waiting
     * @throws CompletionException if the channel is empty because the {@link Generator} or publisher behind it failed,
     *     also while waiting; its failure is the cause
     * @throws ChannelClosedException if this receiver is closed, also while waiting
     */
    public T receive() {
        T value = receiveOrEnd();
        if (value == null) {
            throw new ChannelEndedException(conduit);
        }
        return value;
    }

    private @Nullable T receiveOrEnd() {
        Task<?> task = conduit.confinement.checkpoint();
        requireOpen();
        T value = conduit.poll();
        if (value == null && !conduit.isEnded()) {
            value = awaitValue(task);
        }
        if (value == null) {
            conduit.throwFailure();
        }
        return value;
    }

    private @Nullable T awaitValue(Task<?> task) {
        waiting++;
        try {
            Waiter<T> waiter = conduit.receivers.park(task, this);
            if (waiter.isServed()) {
                return waiter.value();
            }
        } finally {
            waiting--;
        }
        requireOpen();
        return null;
    }

    /**
     * Receives the next value if there is one. <b>Suspends:</b> no.
     *
     * @return the value, or empty
     * @throws ChannelEndedException if all senders are closed and the channel is empty
     * @throws CompletionException if the channel is empty because the {@link Generator} or publisher behind it failed;
     *     its failure is the cause
     * @throws ChannelClosedException if this receiver is closed
     */
    public Optional<T> tryReceive() {
        conduit.confinement.check();
        requireOpen();
        T value = conduit.poll();
        if (value == null && conduit.isEnded()) {
            conduit.throwFailure();
            throw new ChannelEndedException(conduit);
        }
        return Optional.ofNullable(value);
    }

    /** {@return where a {@link Select} waits for a value} Closing this receiver dismisses its waiter, too. */
    SelectPlace<T> selectPlace() {
        return new SelectPlace<>(conduit.receivers, this, this::enlist, this::withdraw);
    }

    /** {@return whether it is empty and no more values can come} */
    boolean isAtEnd() {
        return conduit.isAtEnd();
    }

    /**
     * Unparks a task when the channel ends.
     *
     * @param handler the abort handler of the call in which the task waits
     * @return takes the registration back
     */
    Runnable unparkAtEnd(Task<?> task, AbortHandler handler) {
        var waiter = new Waiter<T>(conduit.onlookers, task, this, null) {
            @Override
            AbortHandler handler() {
                return handler;
            }
        };
        conduit.onlookers.enlist(waiter);
        return () -> conduit.onlookers.withdraw(waiter);
    }

    private void enlist(Waiter<T> waiter) {
        waiting++;
        conduit.receivers.enlist(waiter);
    }

    private void withdraw(Waiter<T> waiter) {
        waiting--;
        conduit.receivers.withdraw(waiter);
    }

    private void requireOpen() {
        if (closed) {
            throw new ChannelClosedException(conduit, "receiver");
        }
    }

    /**
     * {@return the values from now on; {@code hasNext} suspends until there is one or the channel has ended}
     *
     * <p><b>Cancellation:</b> as {@link #receive()}.
     */
    @Override
    public Iterator<T> iterator() {
        return LowLevel.iterator(conduit, this::receiveOrEnd);
    }

    /**
     * {@return the values from now on as a sequential stream, which suspends where it needs the next value}
     *
     * <p><b>Cancellation:</b> as {@link #receive()}. <b>Resources:</b> closing the stream closes this receiver.
     */
    public Stream<T> stream() {
        int characteristics = Spliterator.ORDERED | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator(), characteristics), false)
                .onClose(this::close);
    }

    /**
     * {@return another receiver of the same channel, which is closed on its own; each value goes to one of the two}
     *
     * <p><b>Suspends:</b> no.
     *
     * @throws ChannelClosedException if this receiver is closed
     */
    public Receiver<T> duplicate() {
        conduit.confinement.check();
        requireOpen();
        return new Receiver<>(conduit);
    }

    /**
     * Closes this receiver. Closing the last receiver breaks the channel: remaining values are dropped, and senders get
     * {@link ChannelBrokenException}.
     *
     * <p><b>Suspends:</b> no. Tasks that wait in this receiver, also in a {@link Select}, get
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
            conduit.receivers.dismissAllAt(this);
        }
        conduit.receiverClosed();
    }

    /** {@return whether this receiver is closed} */
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
