package io.gyre.loop.sync;

import io.gyre.loop.LowLevel;
import io.gyre.loop.dump.Wait;
import io.gyre.loop.spi.WaitReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The inside of a {@link ThreadChannel}: the buffer and the waiters, guarded by one lock.
 *
 * @param <T> the values
 */
final class SharedConduit<T> {
    /*
     * Design.
     *
     * As in WaitQueue, a call that can serve a waiter does everything at once: under the lock it removes the waiter
     * from its queue and fills its slot, then it wakes the waiter. So nobody overtakes. An interrupted waiter finds out
     * under the lock whether it has been served; if so, the value wins.
     *
     * Each waiter waits on its own latch and not on a condition of the lock. Waiters of a condition queue for the lock
     * when they wake, and behind a task in that queue all threads wait until its loop has time for it, forever if
     * nobody drives the loop. For the same reason tasks spin for the lock. A parked thread never holds the lock, others
     * hold it for nanoseconds, and a call that does not suspend must not let other tasks run.
     */
    private final Label label;
    private final int capacity;
    private final Object sending = new Reason("send to", this);
    private final Object receiving = new Reason("receive from", this);
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<T> buffer = new ArrayDeque<>();
    private final SequencedSet<Party<T>> senders = new LinkedHashSet<>();
    private final SequencedSet<Party<T>> receivers = new LinkedHashSet<>();

    /** Written under the lock. */
    private volatile State state = State.OPEN;

    private enum State {
        OPEN,
        /** No more values are sent; the values in the buffer can still be received. */
        ENDED,
        /** No more values are received. */
        BROKEN
    }

    /** A waiter, with the value that it brings or is handed. */
    private static final class Party<T> {
        private final CountDownLatch told = new CountDownLatch(1);
        private @Nullable T value;
        private boolean listed;
        private boolean served;

        Party(@Nullable T value) {
            this.value = value;
        }
    }

    /** The wait reason of a task. */
    private record Reason(String what, SharedConduit<?> conduit) implements WaitReason {
        /** Without the lock, as {@link SharedConduit#toString}. */
        @Override
        public Wait explain(String words) {
            return new Wait.OnQueue(words, conduit.buffer.size(), conduit.capacity);
        }

        @Override
        public String toString() {
            return what + " " + conduit;
        }
    }

    SharedConduit(Label label, int capacity) {
        this.label = label;
        this.capacity = capacity;
    }

    // ---- values

    /** Sends a value, waiting for room for a limited time. */
    boolean put(T value, long timeoutNanos) {
        Objects.requireNonNull(value);
        return LowLevel.blocking(sending, () -> {
            var sender = new Party<>(value);
            if (offer(value, sender)) {
                return true;
            }
            await(senders, sender, timeoutNanos);
            if (!sender.served) {
                requireSendable();
            }
            return sender.served;
        });
    }

    /** {@return whether there was room for a value} */
    boolean offer(T value) {
        return offer(Objects.requireNonNull(value), null);
    }

    /** {@return whether the value was taken; if not, the given sender, if any, waits from now on} */
    private boolean offer(T value, @Nullable Party<T> sender) {
        Party<T> receiver;
        boolean taken;
        lock();
        try {
            requireSendable();
            receiver = serveFirst(receivers);
            if (receiver != null) {
                receiver.value = value;
            }
            taken = receiver != null || (buffer.size() < capacity && buffer.add(value));
            if (!taken && sender != null) {
                senders.add(sender);
            }
        } finally {
            lock.unlock();
        }
        tell(receiver);
        return taken;
    }

    private void requireSendable() {
        switch (state) {
            case OPEN -> {}
            case ENDED -> throw new ChannelClosedException(this, "sending end");
            case BROKEN -> throw new ChannelBrokenException(this);
        }
    }

    /** {@return the next value, waiting for a limited time; null if the time is over or the channel has ended} */
    @Nullable
    T take(long timeoutNanos) {
        return LowLevel.<@Nullable T, RuntimeException>blocking(receiving, () -> {
            var receiver = new Party<T>(null);
            T value = poll(receiver);
            if (receiver.listed) {
                await(receivers, receiver, timeoutNanos);
                value = receiver.value;
            }
            if (value == null) {
                requireReceivable();
            }
            return value;
        });
    }

    /** {@return the next value, or null if there is none} */
    @Nullable
    T poll() {
        return poll(null);
    }

    /**
     * {@return the next value, or null; then the given receiver, if any, waits from now on, unless the channel has
     * ended}
     */
    private @Nullable T poll(@Nullable Party<T> receiver) {
        T value;
        Party<T> sender;
        lock();
        try {
            requireReceivable();
            value = buffer.poll();
            sender = serveFirst(senders);
            if (sender != null) {
                buffer.add(Objects.requireNonNull(sender.value));
            }
            if (value == null && receiver != null && state == State.OPEN) {
                receiver.listed = receivers.add(receiver);
            }
        } finally {
            lock.unlock();
        }
        tell(sender);
        return value;
    }

    private void requireReceivable() {
        if (state == State.BROKEN) {
            throw new ChannelClosedException(this, "receiving end");
        }
    }

    // ---- waiting

    private void lock() {
        if (LowLevel.inTask()) {
            while (!lock.tryLock()) {
                Thread.onSpinWait();
            }
        } else {
            lock.lock();
        }
    }

    /** Waits to be served or dismissed; an interrupt or the end of the time removes the waiter. */
    private void await(SequencedSet<Party<T>> queue, Party<T> party, long timeoutNanos) throws InterruptedException {
        try {
            if (!party.told.await(timeoutNanos, TimeUnit.NANOSECONDS)) {
                withdraw(queue, party);
            }
        } catch (InterruptedException e) {
            if (withdraw(queue, party)) {
                throw e;
            }
            Thread.currentThread().interrupt(); // the value wins; the interrupt is for the next call
        }
    }

    private boolean withdraw(SequencedSet<Party<T>> queue, Party<T> party) {
        lock();
        try {
            return queue.remove(party);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock; the served waiter must be {@linkplain #tell told} afterwards. */
    private @Nullable Party<T> serveFirst(SequencedSet<Party<T>> queue) {
        if (queue.isEmpty()) {
            return null;
        }
        Party<T> first = queue.removeFirst();
        first.served = true;
        return first;
    }

    private static void tell(@Nullable Party<?> party) {
        if (party != null) {
            party.told.countDown();
        }
    }

    // ---- ending

    /** Nothing more is sent. */
    void end() {
        end(State.ENDED);
    }

    /** No more values are received, either. */
    void breakNow() {
        end(State.BROKEN);
    }

    private void end(State end) {
        var sentAway = new ArrayList<Party<T>>();
        lock();
        try {
            if (state.compareTo(end) < 0) {
                state = end;
                sentAway.addAll(senders);
                sentAway.addAll(receivers);
                senders.clear();
                receivers.clear();
            }
            if (state == State.BROKEN) {
                buffer.clear();
            }
        } finally {
            lock.unlock();
        }
        sentAway.forEach(SharedConduit::tell);
    }

    // ---- what users see

    boolean isClosed() {
        return state != State.OPEN;
    }

    /** {@return whether it is empty and no more values can come} */
    boolean isEnded() {
        lock();
        try {
            return state != State.OPEN && buffer.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    ThreadChannel.Statistics statistics() {
        lock();
        try {
            return new ThreadChannel.Statistics(buffer.size(), capacity, senders.size(), receivers.size());
        } finally {
            lock.unlock();
        }
    }

    /** Without the lock, so that a dump never waits; the size may be out of date. */
    @Override
    public String toString() {
        return label.with(buffer.size() + "/" + capacity);
    }
}
