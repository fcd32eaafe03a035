package io.gyre.loop.sync;

import io.gyre.loop.EventLoop;
import java.util.Objects;
import java.util.concurrent.Flow;

/**
 * Converts to and from {@link Flow}, the reactive streams of the JDK, as its HTTP client and adapters of other
 * libraries use them.
 *
 * {@snippet :
 * try (Receiver<Order> orders = Flows.subscribe(database.orders(), 64)) {
 *     for (Order order : orders) {
 *         bill(order);
 *     }
 * }
 *
 * Flow.Publisher<Tick> ticks = Flows.publish(Channel.produce(0, sender -> {
 *     while (true) {
 *         sender.send(new Tick());
 *         sleep(Duration.ofSeconds(1));
 *     }
 * }));
 * }
 *
 * <p><b>Confinement:</b> tasks and callbacks of a loop; signals from the other side may come on any thread.
 *
 * <p><b>Source:</b> the <a href="https://github.com/reactive-streams/reactive-streams-jvm/blob/v1.0.4/README.md">Reactive
 * Streams specification 1.0.4</a>, whose rules are cited by number.
 */
public final class Flows {
    private Flows() {}

    /**
     * Subscribes to a publisher.
     *
     * <p>Requests as many values as there is room for, and more as room becomes free, half the capacity at a time (rule
     * 2.1). When the publisher completes, the channel ends; when it fails, {@link Receiver#receive()} and the iterator
     * throw its failure as the cause of a {@link java.util.concurrent.CompletionException}, after the values that came
     * before.
     *
     * <p><b>Suspends:</b> no. <b>Errors:</b> a publisher that sends more values than were requested (rule 1.1), or
     * whose subscription throws (rules 3.15 and 3.16), counts as failed. <b>Resources:</b> closing the receiver and all
     * its duplicates cancels the subscription (rule 2.6).
     *
     * @param <T> the values
     * @param publisher the source of the values
     * @param capacity the largest number of values to buffer, 1 or more
     * @return receives the values
     * @throws IllegalArgumentException if the capacity is less than 1
     */
    public static <T> Receiver<T> subscribe(Flow.Publisher<? extends T> publisher, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a subscription needs a capacity of 1 or more, not " + capacity);
        }
        EventLoop loop = EventLoop.current();
        Subscribed<T> subscribed = Published.isOf(loop, publisher)
                ? new Subscribed<>(loop, publisher, capacity, new WaitQueue<>(Subscribed.WAIT))
                : new Subscribed<>(loop, publisher, capacity, new OutsideWaitQueue<>(Subscribed.WAIT));
        var receiver = new Receiver<>(subscribed);
        publisher.subscribe(subscribed);
        return receiver;
    }

    /**
     * Makes a publisher of the values of an iterable: a collection, a {@link Receiver}, a {@link ThreadChannel}.
     *
     * <p>A task of the current loop serves each subscription. It begins to iterate on subscription, and takes a value
     * only when there is demand. So several subscribers of one {@code Receiver} share its values. The end arrives as
     * {@code onComplete}. A failure of the iterator arrives as {@code onError}, and the end of the loop as
     * {@code onError} with {@link io.gyre.loop.CancelledException}. A cancelled subscription cancels its task.
     *
     * <p>For collections and the like, the task looks ahead for a next value, so that it can signal the end without
     * further demand.
     *
     * <p><b>Suspends:</b> no. The publisher may be subscribed to on any thread; if the loop is closed, a subscriber gets
     * {@link io.gyre.loop.LoopClosedException} by {@code onError} (rule 1.9). <b>Errors:</b> an exception from a
     * subscriber cancels its subscription (rule 2.13) and is reported as a failure of the task.
     *
     * @param <T> the values, not null
     * @param values iterated over once for each subscription
     * @return the publisher
     */
    public static <T> Flow.Publisher<T> publish(Iterable<? extends T> values) {
        Objects.requireNonNull(values);
        return new Published<>(EventLoop.current(), delivery -> delivery.deliver(values));
    }

    /**
     * Makes a publisher that runs a generator for each subscription; otherwise like {@link #publish(Iterable)}.
     *
     * <p><b>Suspends:</b> no.
     *
     * @param <T> the values
     * @param generator run once for each subscription
     * @return the publisher
     */
    public static <T> Flow.Publisher<T> publish(Generator<? extends T> generator) {
        Objects.requireNonNull(generator);
        return new Published<>(EventLoop.current(), delivery -> generator.run(delivery::deliver));
    }
}
