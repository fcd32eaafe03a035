package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The state that the ends of a channel share: the buffer, the waiters, and the number of open ends.
 *
 * @param <T> the values
 */
class Conduit<T> {
    /*
     * Design.
     *
     * As in Queue, senders and receivers never wait at the same time, because each side hands over to the other. With a
     * capacity of 0, a sender hands its value directly to a receiver.
     */
    private final Label label;
    private final int capacity;
    private final Overflow overflow;
    final Confinement confinement;
    final WaitQueue<T> senders = new WaitQueue<>("send to");
    final WaitQueue<T> receivers;

    /** Tasks that wait for the end and take no value. */
    final WaitQueue<T> onlookers = new WaitQueue<>("the end of");

    private final ArrayDeque<T> buffer = new ArrayDeque<>();
    private int openSenders;
    private int openReceivers;
    private int peak;
    private long dropped;
    private @Nullable Throwable failure;
    private boolean failureTold;

    Conduit(Label label, int capacity, Overflow overflow) {
        this(label, capacity, overflow, null, new WaitQueue<>("receive from"));
    }

    /** A conduit whose receivers wait in the given queue. */
    Conduit(Label label, int capacity, Overflow overflow, WaitQueue<T> receivers) {
        this(label, capacity, overflow, null, receivers);
    }

    /** A conduit inside another primitive. */
    Conduit(Label label, int capacity, Overflow overflow, Confinement confinement) {
        this(label, capacity, overflow, confinement, new WaitQueue<>("receive from"));
    }

    private Conduit(
            Label label, int capacity, Overflow overflow, @Nullable Confinement ofWhole, WaitQueue<T> receivers) {
        this.label = label;
        this.capacity = capacity;
        this.overflow = overflow;
        this.confinement = ofWhole == null ? new Confinement(this) : ofWhole;
        this.receivers = receivers;
    }

    // ---- values

    /** {@return whether a value would be taken without waiting} */
    final boolean hasRoom() {
        return overflow != Overflow.SUSPEND || buffer.size() < capacity || !receivers.isEmpty();
    }

    /**
     * Takes a value if that is possible without waiting.
     *
     * @return whether a receiver or the buffer has taken it
     */
    final boolean offer(T value) {
        Waiter<T> receiver = receivers.first();
        if (receiver != null) {
            receivers.serve(receiver, value);
            return true;
        }
        if (buffer.size() >= capacity && !makeRoom()) {
            return false;
        }
        buffer.add(value);
        peak = Math.max(peak, buffer.size());
        return true;
    }

    private boolean makeRoom() {
        return switch (overflow) {
            case SUSPEND -> false;
            case DROP_OLDEST -> {
                dropped++;
                buffer.poll();
                yield true;
            }
            case DROP_LATEST -> {
                dropped++;
                yield false;
            }
        };
    }

    /** {@return whether a value that {@link #offer} has refused is worth waiting for} */
    final boolean suspendsSenders() {
        return overflow == Overflow.SUSPEND;
    }

    /** {@return the next value, or null if there is none} */
    final @Nullable T poll() {
        T value = buffer.poll();
        Waiter<T> sender = senders.first();
        if (sender != null) {
            T sent = sender.value();
            senders.serve(sender);
            if (value == null) {
                return sent;
            }
            buffer.add(sent);
        }
        if (value != null) {
            roomMade();
            if (isAtEnd()) {
                onlookers.dismissAll();
            }
        }
        return value;
    }

    final int buffered() {
        return buffer.size();
    }

    /** Called when the buffer has shrunk. */
    void roomMade() {}

    // ---- ends

    final void senderOpened() {
        openSenders++;
    }

    final void receiverOpened() {
        openReceivers++;
    }

    final boolean isEnded() {
        return openSenders == 0 || failure != null;
    }

    /** {@return whether it is empty and no more values can come} */
    final boolean isAtEnd() {
        return isEnded() && buffer.isEmpty() && senders.isEmpty();
    }

    final boolean isBroken() {
        return openReceivers == 0;
    }

    /** One sender is closed. After the last one, waiting receivers learn that no more values will come. */
    final void senderClosed() {
        openSenders--;
        if (openSenders == 0) {
            receivers.dismissAll();
            onlookers.dismissAll();
        }
    }

    /** Ends it with a failure: receivers get the remaining values, then the failure. */
    final void fail(Throwable cause) {
        if (!isEnded()) {
            failure = cause;
            receivers.dismissAll();
            onlookers.dismissAll();
        }
    }

    /** Throws the failure, if there is one, to a receiver that finds the channel empty. */
    final void throwFailure() {
        if (failure != null) {
            failureTold = true;
            throw LowLevel.completionException("what sends to " + this, failure);
        }
    }

    final boolean isFailureTold() {
        return failureTold;
    }

    /** One receiver is closed. After the last one, the values are dropped and waiting senders are told. */
    final void receiverClosed() {
        openReceivers--;
        if (openReceivers == 0) {
            buffer.clear();
            senders.dismissAll();
            receiversGone();
        }
    }

    /** Called when the last receiver was closed. */
    void receiversGone() {}

    // ---- what users see

    final Channel.Statistics statistics() {
        return new Channel.Statistics(
                buffer.size(), capacity, peak, dropped, openSenders, openReceivers, senders.size(), receivers.size());
    }

    @Override
    public final String toString() {
        return label.with(capacity == Queue.UNBOUNDED ? String.valueOf(buffer.size()) : buffer.size() + "/" + capacity);
    }
}
