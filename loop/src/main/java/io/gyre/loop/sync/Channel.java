package io.gyre.loop.sync;

import org.jspecify.annotations.Nullable;

/**
 * Carries values from tasks that send to tasks that receive. Both ends can close it.
 *
 * {@snippet :
 * Channel<String> lines = Channel.open();
 * createTask(() -> {
 *     try (var sender = lines.sender()) {
 *         sender.send("first");
 *         sender.send("second");
 *     }
 * });
 * for (String line : lines.receiver()) {
 *     System.out.println(line);
 * }
 * }
 *
 * <p>By default a channel has no buffer: {@link Sender#send} returns once a receiver has the value, so neither side
 * runs ahead. Each value goes to one receiver. Several tasks may use one end; if they end at different times, give each
 * task its own {@linkplain Sender#duplicate() duplicate} to close.
 *
 * <p><b>Confinement:</b> one loop, see the package.
 *
 * <p><b>Source:</b> trio {@code open_memory_channel}, with the overflow policies of kotlinx.coroutines.
 *
 * @param <T> the values, not null
 * @param sender the first sender
 * @param receiver the first receiver
 */
public record Channel<T>(Sender<T> sender, Receiver<T> receiver) {
    /**
     * A channel at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param buffered how many values it holds
     * @param capacity the largest number that it can hold
     * @param peak the largest number that it has held
     * @param dropped how many values were dropped because it was full
     * @param openSenders how many senders are not closed
     * @param openReceivers how many receivers are not closed
     * @param sending how many tasks wait to send
     * @param receiving how many tasks wait to receive
     */
    public record Statistics(
            int buffered,
            int capacity,
            int peak,
            long dropped,
            int openSenders,
            int openReceivers,
            int sending,
            int receiving) {}

    /**
     * {@return a channel without a buffer: the sender hands each value directly to a receiver}
     *
     * @param <T> the values
     */
    public static <T> Channel<T> open() {
        return open(0);
    }

    /**
     * {@return a channel with a buffer; senders wait while it is full}
     *
     * @param <T> the values
     * @param capacity the largest number of values that it holds; {@link Queue#UNBOUNDED} for no bound
     */
    public static <T> Channel<T> open(int capacity) {
        return open(capacity, Overflow.SUSPEND);
    }

    /**
     * {@return a channel with a buffer}
     *
     * @param <T> the values
     * @param capacity the largest number of values that it holds; {@link Queue#UNBOUNDED} for no bound
     * @param overflow what to do when it is full
     * @throws IllegalArgumentException if the capacity is negative, or is 0 and the overflow policy drops values
     */
    public static <T> Channel<T> open(int capacity, Overflow overflow) {
        return open(null, capacity, overflow);
    }

    /**
     * {@return a channel with a name}
     *
     * @param <T> the values
     * @param name for messages, or null for none
     * @param capacity the largest number of values that it holds; {@link Queue#UNBOUNDED} for no bound
     * @param overflow what to do when it is full
     * @throws IllegalArgumentException if the capacity is negative, or is 0 and the overflow policy drops values
     */
    public static <T> Channel<T> open(@Nullable String name, int capacity, Overflow overflow) {
        requireNotNegative(capacity);
        if (capacity == 0 && overflow != Overflow.SUSPEND) {
            throw new IllegalArgumentException(
                    "a channel without a buffer has nothing to drop: " + overflow + " needs a capacity of 1 or more");
        }
        var conduit = new Conduit<T>(new Label("Channel", name), capacity, overflow);
        return new Channel<>(new Sender<>(conduit), new Receiver<>(conduit));
    }

    /**
     * {@return a channel that holds only the latest value, so senders never wait}
     *
     * @param <T> the values
     * @see Watch
     */
    public static <T> Channel<T> conflated() {
        return open(1, Overflow.DROP_OLDEST);
    }

    /**
     * {@return a generator: a producer that runs in its own task while a block receives its values}
     *
     * {@snippet :
     * Channel.<String>produce(0, sender -> {
     *             try (BufferedReader reader = open(file)) {
     *                 for (String line = reader.readLine(); line != null; line = reader.readLine()) {
     *                     sender.send(line);
     *                 }
     *             }
     *         })
     *         .run(receiver -> {
     *             for (String line : receiver) {
     *                 System.out.println(line);
     *             }
     *         });
     * }
     *
     * @param <T> the values
     * @param capacity how many values are buffered for the block; 0 for none
     * @param producer sends the values
     * @throws IllegalArgumentException if the capacity is negative
     * @see Generator
     */
    public static <T> Generator<T> produce(int capacity, Generator.Producer<T> producer) {
        return new Generator<>(requireNotNegative(capacity), producer);
    }

    private static int requireNotNegative(int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("a channel cannot have a capacity of " + capacity);
        }
        return capacity;
    }

    /** {@return a snapshot of the contents and the waiters} */
    public Statistics statistics() {
        return sender.statistics();
    }

    @Override
    public String toString() {
        return sender.toString();
    }
}
