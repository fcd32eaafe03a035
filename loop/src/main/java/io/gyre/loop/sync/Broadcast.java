package io.gyre.loop.sync;

import io.gyre.loop.Task;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Sends each value to all subscribers. Each subscriber has its own buffer and chooses what happens when it lags behind.
 *
 * {@snippet :
 * var news = new Broadcast<String>("news");
 * Receiver<String> reader = news.subscribe(10, Overflow.DROP_OLDEST);
 * createTask(() -> {
 *     try (reader) {
 *         reader.forEach(System.out::println);
 *     }
 * });
 * news.send("first");
 * }
 *
 * <p>A subscriber with {@link Overflow#SUSPEND} slows the senders down; with the other policies it loses values, and
 * {@link Receiver#statistics()} counts them. A value that is sent while there are no subscribers is lost.
 *
 * <p><b>Confinement:</b> one loop, see the package. <b>Resources:</b> a subscription lasts until its receiver and all
 * duplicates of it are closed.
 *
 * <p><b>Source:</b> tokio {@code broadcast} and kotlinx.coroutines {@code SharedFlow}. Differs: each subscriber chooses
 * its own lag policy.
 *
 * @param <T> the values, not null
 */
public final class Broadcast<T> implements AutoCloseable {
    /*
     * Design.
     *
     * A subscription is a channel, and this object is its only sender. A value goes to all of them or to none, so that
     * a send can be cancelled as a whole: it waits here, in one queue, until all have room. A receiver that makes room
     * lets the first sender in. So while a sender waits there is no room, and no other sender can overtake it.
     */
    private final Label label;
    private final Confinement confinement = new Confinement(this);
    private final WaitQueue<T> senders = new WaitQueue<>("send to");
    private final Set<Subscription> subscriptions = new LinkedHashSet<>();
    private boolean closed;

    /** Creates a broadcast without a name. */
    public Broadcast() {
        this(new Label("Broadcast", null));
    }

    /**
     * Creates a broadcast.
     *
     * @param name for messages
     */
    public Broadcast(String name) {
        this(new Label("Broadcast", name));
    }

    Broadcast(Label label) {
        this.label = label;
    }

    /**
     * A broadcast at one moment.
     *
     * <p><b>Confinement:</b> immutable.
     *
     * @param subscriptions the subscribers, in order of subscription
     * @param sending how many tasks wait to send
     */
    public record Statistics(List<Channel.Statistics> subscriptions, int sending) {}

    private final class Subscription extends Conduit<T> {
        Subscription(int capacity, Overflow overflow) {
            super(Broadcast.this.label, capacity, overflow, Broadcast.this.confinement);
            senderOpened();
        }

        @Override
        void roomMade() {
            admitSenders();
        }

        @Override
        void receiversGone() {
            subscriptions.remove(this);
            admitSenders();
        }
    }

    /**
     * Subscribes to all values that are sent from now on. <b>Suspends:</b> no.
     *
     * @param capacity how many values are kept for the subscriber, 1 or more
     * @param overflow what happens when the buffer is full
     * @return the subscriber's receiver; already at its end if this broadcast is closed
     */
    public Receiver<T> subscribe(int capacity, Overflow overflow) {
        return new Receiver<>(newSubscription(capacity, overflow));
    }

    /** Subscribes, as {@link #subscribe} does, with an initial value. */
    Receiver<T> subscribe(int capacity, Overflow overflow, T first) {
        Subscription subscription = newSubscription(capacity, overflow);
        subscription.offer(first);
        return new Receiver<>(subscription);
    }

    private Subscription newSubscription(int capacity, Overflow overflow) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a subscriber needs a capacity of 1 or more, not " + capacity);
        }
        confinement.check();
        var subscription = new Subscription(capacity, overflow);
        if (closed) {
            subscription.senderClosed();
        } else {
            subscriptions.add(subscription);
        }
        return subscription;
    }

    /**
     * Sends a value to all subscribers.
     *
     * <p><b>Suspends:</b> until all subscribers with {@link Overflow#SUSPEND} have room. Always a checkpoint.
     * <b>Cancellation:</b> no subscriber gets the value; once it has been taken, this call returns and the next
     * checkpoint raises.
     *
     * @param value what to send
     * @throws ChannelClosedException if this is closed, also while waiting
     */
    public void send(T value) {
        Objects.requireNonNull(value);
        Task<?> task = confinement.checkpoint();
        if (!deliver(value) && !senders.park(task, this, value).isServed()) {
            throw new ChannelClosedException(this, "sending end");
        }
    }

    /**
     * Sends a value to all subscribers if that is possible without waiting. <b>Suspends:</b> no.
     *
     * @param value what to send
     * @return false if it was not sent because a subscriber with {@link Overflow#SUSPEND} has no room
     * @throws ChannelClosedException if this is closed
     */
    public boolean trySend(T value) {
        Objects.requireNonNull(value);
        confinement.check();
        return deliver(value);
    }

    private boolean deliver(T value) {
        if (closed) {
            throw new ChannelClosedException(this, "sending end");
        }
        if (!allHaveRoom()) {
            return false;
        }
        offerToAll(value);
        return true;
    }

    private boolean allHaveRoom() {
        for (Subscription subscription : subscriptions) {
            if (!subscription.hasRoom()) {
                return false;
            }
        }
        return true;
    }

    private void offerToAll(T value) {
        for (Subscription subscription : subscriptions) {
            subscription.offer(value);
        }
    }

    private void admitSenders() {
        Waiter<T> sender = senders.first();
        while (sender != null && allHaveRoom()) {
            offerToAll(sender.value());
            senders.serve(sender);
            sender = senders.first();
        }
    }

    /**
     * Ends the broadcast: subscribers get the values in their buffers, then {@link ChannelEndedException}.
     *
     * <p><b>Suspends:</b> no. Tasks that wait to send get {@link ChannelClosedException}.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        confinement.check();
        closed = true;
        senders.dismissAll();
        for (Subscription subscription : subscriptions) {
            subscription.senderClosed();
        }
        subscriptions.clear();
    }

    /** {@return whether this is closed} */
    public boolean isClosed() {
        return closed;
    }

    /** {@return a snapshot of the subscribers and the waiting senders} */
    public Statistics statistics() {
        var each = new ArrayList<Channel.Statistics>();
        for (Subscription subscription : subscriptions) {
            each.add(subscription.statistics());
        }
        return new Statistics(List.copyOf(each), senders.size());
    }

    @Override
    public String toString() {
        return label.toString();
    }
}
