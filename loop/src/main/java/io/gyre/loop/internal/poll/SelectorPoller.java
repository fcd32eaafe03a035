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
 * <p><b>Confinement:</b> the carrier of one loop, except {@link #wakeup()}, which any thread may call.
 */
public final class SelectorPoller implements AutoCloseable {
    /*
     * Design.
     *
     * select runs on the carrier only, and hands each ready key to a consumer that is made once: no selected-key set,
     * no iterator, nothing allocated. Selecting in a virtual thread would go through the JDK's own poller instead.
     *
     * A channel that is closed behind our back (channel.close() instead of close(channel) here) tells nobody; its key
     * is just gone after the next select. So the interests that should be there are kept, and only when the selector
     * has fewer keys than that are they searched for the waiters to be told.
     */
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** As long as this is for ever, for which the system needs no timer and the JDK no clock. */
    private static final long FOR_EVER_MILLIS = Integer.MAX_VALUE;

    private final Selector selector;
    private final ArrayList<Interest> registered = new ArrayList<>();
    private final Consumer<SelectionKey> dispatch = SelectorPoller::dispatch;

    /**
     * Opens the selector.
     *
     * @throws UncheckedIOException if the system refuses, for want of file descriptors above all
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

    /**
     * {@return the place of a channel in this poller, made when the channel is first seen}
     *
     * @param channel an open channel in non-blocking mode
     * @throws ClosedChannelException if the channel is closed
     */
    public Interest interest(SelectableChannel channel) throws ClosedChannelException {
        SelectionKey key = channel.keyFor(selector);
        if (key == null) {
            key = channel.register(selector, 0);
            var interest = new Interest(key);
            key.attach(interest);
            interest.place = registered.size();
            registered.add(interest);
        }
        if (!key.isValid()) {
            throw new ClosedChannelException();
        }
        return interest(key);
    }

    /**
     * {@return the place of a channel in this poller, or null if it has none}
     *
     * @param channel the channel
     */
    public @Nullable Interest interestOrNull(SelectableChannel channel) {
        SelectionKey key = channel.keyFor(selector);
        return key == null ? null : interest(key);
    }

    /**
     * Passes all listeners on, those who wait for nothing at present included.
     *
     * @param sink receives each listener; must not change the poller
     */
    public void forEachListener(Consumer<? super ReadinessListener> sink) {
        for (Interest interest : registered) {
            interest.forEachListener(sink);
        }
    }

    /**
     * Closes a channel and tells its listeners.
     *
     * @param channel the channel
     * @throws IOException if closing fails; the listeners have been told all the same
     */
    public void close(SelectableChannel channel) throws IOException {
        SelectionKey key = channel.keyFor(selector);
        try {
            channel.close();
        } finally {
            if (key != null) {
                unregister(interest(key));
            }
        }
    }

    /**
     * Has the selector let go of channels that are closed: only then does the JDK give their descriptors back to the system.
     * Whatever is ready meanwhile is still ready at the next poll.
     */
    public void forgetClosed() {
        try {
            selector.selectNow(SelectorPoller::leave);
        } catch (IOException e) {
            throw new UncheckedIOException("the Selector of this loop has failed", e);
        }
    }

    /**
     * Waits for readiness and passes it on.
     *
     * @param timeoutNanos how long to wait at the most, in nanoseconds; 0 only looks. The system waits in whole
     *     milliseconds: the time is rounded up, so that a timer is never met early and the loop never spins towards it
     */
    public void poll(long timeoutNanos) {
        try {
            long millis = timeoutNanos <= 0 ? 0 : (timeoutNanos - 1) / NANOS_PER_MILLI + 1;
            if (millis == 0) {
                selector.selectNow(dispatch);
            } else if (millis < FOR_EVER_MILLIS) {
                selector.select(dispatch, millis);
            } else {
                selector.select(dispatch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the Selector of this loop has failed", e);
        }
        if (selector.keys().size() < registered.size()) {
            tellListenersOfClosedChannels();
        }
    }

    private void tellListenersOfClosedChannels() {
        for (int i = registered.size() - 1; i >= 0; i--) {
            Interest interest = registered.get(i);
            if (!interest.isValid()) {
                unregister(interest);
            }
        }
    }

    private void unregister(Interest interest) {
        if (interest.place >= 0) {
            Interest last = registered.removeLast();
            if (last != interest) {
                registered.set(interest.place, last);
                last.place = interest.place;
            }
            interest.place = -1;
        }
        interest.closed();
    }

    /** Ends the present wait, or the next one if there is none. Any thread. */
    public void wakeup() {
        selector.wakeup();
    }

    /** Closes the selector. The channels stay open, but belong to no loop any more; their listeners are told. */
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
            interest(key).dispatch();
        } catch (CancelledKeyException closedMeanwhile) {
            // By another thread. The next poll finds one key less, and tells the listeners.
        }
    }

    private static Interest interest(SelectionKey key) {
        return (Interest) key.attachment();
    }
}
