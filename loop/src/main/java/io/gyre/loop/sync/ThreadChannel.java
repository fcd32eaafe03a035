package io.gyre.loop.sync;

import io.gyre.loop.Async;
import io.gyre.loop.LowLevel;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A channel between threads: tasks of any loop, and threads without a loop. A task that waits suspends; any other
 * thread blocks.
 *
 * {@snippet :
 * var lines = new ThreadChannel<String>("lines", 100);
 * Thread.ofPlatform().start(() -> {
 *     try (lines) {
 *         reader.lines().forEach(lines::send);
 *     }
 * });
 * try {
 *     EventLoop.run(() -> {
 *         for (String line : lines) {
 *             handle(line);
 *         }
 *     });
 * } finally {
 *     lines.closeNow(); // if handle fails, the thread must not wait for room forever
 * }
 * }
 *
 * <p>Values come out in the order in which they went in, each to one receiver; waiters are served first come, first
 * served. All users share one sending and one receiving end. Between the tasks of one loop, a {@link Channel} does the
 * same without a lock, and each user can have its own end.
 *
 * <p>No call throws {@link InterruptedException}. In a task an interrupt is a cancellation, and an iterator cannot
 * throw checked exceptions. In other threads an interrupt becomes a {@link CancellationException}, with the interrupt
 * status set again, as in {@link LowLevel#blocking(Object, LowLevel.BlockingBody)}.
 *
 * <p><b>Confinement:</b> any thread.
 *
 * <p><b>Source:</b> {@link java.util.concurrent.ArrayBlockingQueue}, with an end as in trio's memory channels.
 *
 * @param <T> the values, not null
 */
public final class ThreadChannel<T> implements Iterable<T>, AutoCloseable {
    private final SharedConduit<T> conduit;

    /**
     * A channel at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param buffered how many values it holds
     * @param capacity the largest number that it can hold
     * @param sending how many tasks and threads wait to send
     * @param receiving how many tasks and threads wait to receive
     */
    public record Statistics(int buffered, int capacity, int sending, int receiving) {}

    /**
     * Creates a channel without a name.
     *
     * @param capacity the largest number of values that it holds, 1 or more
     */
    public ThreadChannel(int capacity) {
        this(new Label("ThreadChannel", null), capacity);
    }

    /**
     * Creates a channel.
     *
     * @param name for messages
     * @param capacity the largest number of values that it holds, 1 or more
     */
    public ThreadChannel(String name, int capacity) {
        this(new Label("ThreadChannel", name), capacity);
    }

    private ThreadChannel(Label label, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException(
                    "a channel between threads needs a capacity of 1 or more, not " + capacity);
        }
        this.conduit = new SharedConduit<>(label, capacity);
    }

    // ---- sending

    /**
     * Sends a value.
     *
     * <p><b>Suspends:</b> until there is room; outside a task it blocks. In a task always a checkpoint.
     * <b>Cancellation:</b> the value is not sent; once it has been taken, this call returns and the next checkpoint
     * raises.
     *
     * @param value what to send
     * @throws ChannelBrokenException if the receiving end is closed, also while waiting
     * @throws ChannelClosedException if the sending end is closed, also while waiting
     * @throws CancellationException if the thread is interrupted while it waits
     */
    public void send(T value) {
        boolean sent = conduit.put(value, Long.MAX_VALUE);
        assert sent;
    }

    /**
     * Sends a value if there is room within a limited time. In a task, the loop's clock measures the time.
     *
     * <p><b>Suspends:</b> as {@link #send}, but at most for {@code timeout}. <b>Cancellation:</b> as {@link #send}.
     *
     * @param value what to send
     * @param timeout how long to wait; zero or less as {@link #trySend(Object)}
     * @return whether it was sent
     * @throws ChannelBrokenException if the receiving end is closed, also while waiting
     * @throws ChannelClosedException if the sending end is closed, also while waiting
     * @throws CancellationException if the thread is interrupted while it waits
     */
    public boolean trySend(T value, Duration timeout) {
        if (!timeout.isPositive()) {
            return trySend(value);
        }
        return LowLevel.inTask()
                ? Async.moveOnAfter(timeout, () -> send(value))
                : conduit.put(value, TimeUnit.NANOSECONDS.convert(timeout));
    }

    /**
     * Sends a value if there is room. <b>Suspends:</b> no, nor does it block.
     *
     * @param value what to send
     * @return whether there was room
     * @throws ChannelBrokenException if the receiving end is closed
     * @throws ChannelClosedException if the sending end is closed
     */
    public boolean trySend(T value) {
        return conduit.offer(value);
    }

    // ---- receiving

    /**
     * Receives the next value.
     *
     * <p><b>Suspends:</b> until there is one; outside a task it blocks. In a task always a checkpoint.
     * <b>Cancellation:</b> takes no value; once a value has been handed over, this call returns it and the next
     * checkpoint raises.
     *
     * @return the value
     * @throws ChannelEndedException if the sending end is closed and the channel is empty, also while waiting
     * @throws ChannelClosedException if the receiving end is closed, also while waiting
     * @throws CancellationException if the thread is interrupted while it waits
     */
    public T receive() {
        T value = conduit.take(Long.MAX_VALUE);
        if (value == null) {
            throw new ChannelEndedException(conduit);
        }
        return value;
    }

    /**
     * Receives the next value if one comes within a limited time. In a task, the loop's clock measures the time.
     *
     * <p><b>Suspends:</b> as {@link #receive()}, but at most for {@code timeout}. <b>Cancellation:</b> as
     * {@link #receive()}.
     *
     * @param timeout how long to wait; zero or less as {@link #tryReceive()}
     * @return the value, or empty
     * @throws ChannelEndedException if the sending end is closed and the channel is empty, also while waiting
     * @throws ChannelClosedException if the receiving end is closed, also while waiting
     * @throws CancellationException if the thread is interrupted while it waits
     */
    public Optional<T> tryReceive(Duration timeout) {
        if (!timeout.isPositive()) {
            return tryReceive();
        }
        return LowLevel.inTask()
                ? Async.moveOnAfter(timeout, this::receive)
                : orEnded(conduit.take(TimeUnit.NANOSECONDS.convert(timeout)));
    }

    /**
     * Receives the next value if there is one. <b>Suspends:</b> no, nor does it block.
     *
     * @return the value, or empty
     * @throws ChannelEndedException if the sending end is closed and the channel is empty
     * @throws ChannelClosedException if the receiving end is closed
     */
    public Optional<T> tryReceive() {
        return orEnded(conduit.poll());
    }

    private Optional<T> orEnded(@Nullable T value) {
        if (value == null && conduit.isEnded()) {
            throw new ChannelEndedException(conduit);
        }
        return Optional.ofNullable(value);
    }

    /**
     * {@return the values from now on; {@code hasNext} waits until there is one or the channel has ended}
     *
     * <p><b>Cancellation:</b> as {@link #receive()}.
     */
    @Override
    public Iterator<T> iterator() {
        return LowLevel.iterator(conduit, () -> conduit.take(Long.MAX_VALUE));
    }

    // ---- ending

    /**
     * Closes the sending end: receivers get the remaining values, then {@link ChannelEndedException}.
     *
     * <p><b>Suspends:</b> no, nor does it block. Waiting senders get {@link ChannelClosedException}.
     */
    @Override
    public void close() {
        conduit.end();
    }

    /**
     * Closes both ends: remaining values are dropped, and senders get {@link ChannelBrokenException}.
     *
     * <p><b>Suspends:</b> no, nor does it block. Waiting receivers get {@link ChannelClosedException}.
     */
    public void closeNow() {
        conduit.breakNow();
    }

    // ---- what users see

    /** {@return whether an end is closed} */
    public boolean isClosed() {
        return conduit.isClosed();
    }

    /** {@return a snapshot of the contents and the number of waiters} */
    public Statistics statistics() {
        return conduit.statistics();
    }

    @Override
    public String toString() {
        return conduit.toString();
    }
}
