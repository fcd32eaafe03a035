package io.gyre.loop.internal.poll;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for channels on one {@link Selector}.
 *
 * <p><b>Confinement:</b> the carrier of one loop, except {@link #wakeup()}, which any thread may call, and {@link #await}.
 */
public final class SelectorPoller implements AutoCloseable {
    /*
     * Design.
     *
     * select runs on the carrier, or, between two ticks, in a thread that waits in its place (await), and hands each ready key to a consumer that is created once: no selected-key
     * set, no iterator, no allocation. Selecting in a virtual thread would go through the JDK's own poller instead.
     *
     * A channel that is closed directly (channel.close() instead of close(channel) here) notifies nobody; its key is
     * just gone after the next select. So the poller keeps all registrations, and searches them for waiters to notify
     * only when the selector has fewer keys than that.
     *
     * A key that was cancelled to give its channel up stays in the selector until the next select, and the channel
     * cannot be registered again before: a select that does not wait makes room for it.
     */
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** From this length on, a wait counts as endless, so that the system needs no timer and the JDK no clock. */
    private static final long FOR_EVER_MILLIS = Integer.MAX_VALUE;

    private final Selector selector;
    private final ArrayList<Registered> registered = new ArrayList<>();
    private final Consumer<SelectionKey> dispatch = SelectorPoller::dispatch;

    /**
     * Opens the selector.
     *
     * @throws UncheckedIOException if the system refuses, usually because file descriptors have run out
     */
    public SelectorPoller() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot open a Selector; look at the limit of open files (ulimit -n) first", e);
        }
    }

    /** {@return the number of registered channels} */
    public int channels() {
        return selector.keys().size();
    }

    /** {@return the number of registrations, as of a moment ago} Any thread, also when this is closed. */
    public int registrations() {
        return registered.size();
    }

    /**
     * {@return the registration of a channel: its owner's, or an interest, which is created on first use}
     *
     * @param channel an open channel in non-blocking mode
     * @throws ClosedChannelException if the channel is closed
     */
    public Registered registered(SelectableChannel channel) throws ClosedChannelException {
        Registered present = registeredOrNull(channel);
        return present == null ? add(new Interest(newKey(channel))) : present;
    }

    /**
     * {@return the registration of a channel, or null if it has none}
     *
     * @param channel the channel
     */
    public @Nullable Registered registeredOrNull(SelectableChannel channel) {
        SelectionKey key = channel.keyFor(selector);
        return key == null || !key.isValid() ? null : registered(key);
    }

    /**
     * {@return the interest of a channel, or null if it has none}
     *
     * @param channel the channel
     */
    public @Nullable Interest interestOrNull(SelectableChannel channel) {
        return registeredOrNull(channel) instanceof Interest interest ? interest : null;
    }

    /**
     * Gives a channel to an owner. An interest of the channel ends; the caller has checked that nothing waits for it.
     *
     * @param channel an open channel in non-blocking mode that has no owner
     * @param listener is told from now on, once its owner has set the operations
     * @return the registration, without operations
     * @throws ClosedChannelException if the channel is closed
     */
    public OwnedInterest register(SelectableChannel channel, ReadinessListener listener) throws ClosedChannelException {
        Registered present = registeredOrNull(channel);
        if (present == null) {
            return add(new OwnedInterest(newKey(channel), listener));
        }
        remove(present);
        present.key.interestOps(0);
        return add(new OwnedInterest(present.key, listener));
    }

    /**
     * Gives a channel up, which stays as it is and, if it is open, may be registered again. If it is closed, this spares the
     * next poll the search for it.
     *
     * @param registration a registration; nothing happens if it has ended
     */
    public void giveUp(OwnedInterest registration) {
        if (registration.place >= 0) {
            remove(registration);
            registration.key.cancel();
        }
    }

    private <R extends Registered> R add(R registration) {
        registration.key.attach(registration);
        registration.place = registered.size();
        registered.add(registration);
        return registration;
    }

    private SelectionKey newKey(SelectableChannel channel) throws ClosedChannelException {
        if (channel.keyFor(selector) != null) {
            forgetClosed(); // a cancelled key
        }
        return channel.register(selector, 0);
    }

    /**
     * Passes all listeners to a sink, also listeners that currently wait for nothing.
     *
     * @param sink receives each listener; must not change the poller
     */
    public void forEachListener(Consumer<? super ReadinessListener> sink) {
        for (Registered registration : registered) {
            registration.forEachListener(sink);
        }
    }

    /**
     * Closes a channel and tells its listeners.
     *
     * @param channel the channel
     * @throws IOException if closing fails; the listeners have been told anyway
     */
    public void close(SelectableChannel channel) throws IOException {
        SelectionKey key = channel.keyFor(selector);
        try {
            channel.close();
        } finally {
            if (key != null) {
                unregister(registered(key));
            }
        }
    }

    /**
     * Makes the selector forget closed and given-up channels: only then does the JDK return the descriptors of the
     * closed ones to the system.
     * Channels that become ready in the meantime are still ready at the next poll.
     */
    public void forgetClosed() {
        select(SelectorPoller::leave, 0);
    }

    /**
     * Waits for readiness and passes it on.
     *
     * @param timeoutNanos the longest wait, in nanoseconds; 0 does not wait. The system waits in whole milliseconds:
     *     the time is rounded up, so that the loop never wakes before a timer and never spins towards it
     */
    public void poll(long timeoutNanos) {
        select(dispatch, timeoutNanos);
        if (selector.keys().size() < registered.size()) {
            tellListenersOfClosedChannels();
        }
    }

    /**
     * Waits for readiness and leaves it to the next {@link #poll}, which finds it again. Touches no interest: for a
     * thread that waits in place of the carrier.
     *
     * @param timeoutNanos the longest wait, in nanoseconds, as in {@link #poll}
     */
    public void await(long timeoutNanos) {
        select(SelectorPoller::leave, timeoutNanos);
    }

    private void select(Consumer<SelectionKey> action, long timeoutNanos) {
        try {
            long millis = timeoutNanos <= 0 ? 0 : (timeoutNanos - 1) / NANOS_PER_MILLI + 1;
            if (millis == 0) {
                selector.selectNow(action);
            } else if (millis < FOR_EVER_MILLIS) {
                selector.select(action, millis);
            } else {
                selector.select(action);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the Selector of this loop has failed", e);
        }
    }

    private void tellListenersOfClosedChannels() {
        for (int i = registered.size() - 1; i >= 0; i--) {
            Registered registration = registered.get(i);
            if (!registration.isValid()) {
                unregister(registration);
            }
        }
    }

    private void unregister(Registered registration) {
        if (registration.place >= 0) {
            remove(registration);
            registration.closed();
        }
    }

    private void remove(Registered registration) {
        Registered last = registered.removeLast();
        if (last != registration) {
            registered.set(registration.place, last);
            last.place = registration.place;
        }
        registration.place = -1;
    }

    /** Ends the current wait, or the next wait if there is none. Any thread. */
    public void wakeup() {
        selector.wakeup();
    }

    /** Closes the selector. The channels stay open but no longer belong to a loop; their listeners are told. */
    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the Selector of this loop", e);
        }
        tellListenersOfClosedChannels();
    }

    private static void leave(SelectionKey key) {
        // for the next poll
    }

    private static void dispatch(SelectionKey key) {
        try {
            registered(key).dispatch();
        } catch (CancelledKeyException closedMeanwhile) {
            // Closed by another thread. The next poll finds one key less and tells the listeners.
        }
    }

    private static Registered registered(SelectionKey key) {
        return (Registered) key.attachment();
    }
}
