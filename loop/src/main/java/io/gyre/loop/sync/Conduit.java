package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What the ends of a channel share: the buffer, those who wait, and how many ends are open.
 *
 * @param <T> the values
 */
class Conduit<T> {
    /*
     * Design.
     *
     * As in Queue, senders and receivers never wait at the same time, because each hands over to the other. With a
     * capacity of 0 a value goes from the hands of one into those of the other.
     */
    private final Label label;
    private final int capacity;
    private final Overflow overflow;
    final Confinement confinement;
    final WaitQueue<T> senders = new WaitQueue<>("send to");
    final WaitQueue<T> receivers;

    /** Tasks that want to know of the end and take no value. */
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

    /** A conduit whose receivers wait in a queue of another kind. */
    Conduit(Label label, int capacity, Overflow overflow, WaitQueue<T> receivers) {
        this(label, capacity, overflow, null, receivers);
    }

    /** A conduit that is part of something else. */
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
     * Takes a value as far as possible without waiting.
     *
     * @return whether it is in somebody's hands or in the buffer
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

    /** {@return the next value, or null if none is there} */
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

    /** {@return whether nothing is left and nothing more comes} */
    final boolean isAtEnd() {
        return isEnded() && buffer.isEmpty() && senders.isEmpty();
    }

    final boolean isBroken() {
        return openReceivers == 0;
    }

    /** One sender is closed; with the last one, those who wait for values learn that none will come. */
    final void senderClosed() {
        openSenders--;
        if (openSenders == 0) {
            receivers.dismissAll();
            onlookers.dismissAll();
        }
    }

    /** Ends it by a failure: receivers get what it still holds, and then that. */
    final void fail(Throwable cause) {
        if (!isEnded()) {
            failure = cause;
            receivers.dismissAll();
            onlookers.dismissAll();
        }
    }

    /** Tells somebody who receives, now that nothing is left, if that is because of a failure. */
    final void throwFailure() {
        if (failure != null) {
            failureTold = true;
            throw LowLevel.completionException("what sends to " + this, failure);
        }
    }

    final boolean isFailureTold() {
        return failureTold;
    }

    /** One receiver is closed; with the last one the values are dropped, and those who wait to send learn of it. */
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
