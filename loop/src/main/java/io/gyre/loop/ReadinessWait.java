package io.gyre.loop;

import io.gyre.loop.dump.Wait;
import io.gyre.loop.internal.poll.Direction;
import io.gyre.loop.internal.poll.Interest;
import io.gyre.loop.internal.poll.OwnedInterest;
import io.gyre.loop.internal.poll.ReadinessListener;
import io.gyre.loop.internal.text.Describe;
import io.gyre.loop.spi.ChannelOwner;
import io.gyre.loop.spi.IdleLoop;
import io.gyre.loop.spi.OutsideWait;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One channel in one direction, and its waiter: a task, or a callback that is called each time. Also the wait reason
 * and the abort handler.
 */
final class ReadinessWait implements ReadinessListener, AbortHandler, OutsideWait {
    private final Interest interest;
    private final SelectableChannel channel;
    private final Direction direction;
    private @Nullable VirtualThreadTask<?> task;
    private @Nullable Callback callback;

    /** What reads and writes the channel and knows more about it, if the waiting task has said so. */
    private @Nullable ChannelOwner owner;

    private boolean callbackQueued;
    private boolean closed;

    private ReadinessWait(Interest interest, SelectableChannel channel, Direction direction) {
        this.interest = interest;
        this.channel = channel;
        this.direction = direction;
    }

    /** Parks the current task until the channel is ready. */
    static void await(SelectableChannel channel, Direction direction, int op, @Nullable ChannelOwner owner)
            throws IOException {
        VirtualThreadTask<?> task = VirtualThreadTask.current();
        ReadinessWait wait = task.lastReadiness;
        if (wait == null || !wait.serves(channel, direction)) {
            wait = of(interest(task.loop, channel, task), channel, direction);
            task.lastReadiness = wait;
        }
        wait.requireFree(task);
        arm(wait.interest, channel, op);
        if (wait.owner != owner) {
            wait.owner = owner;
        }
        wait.task = task;
        task.park(wait, wait);
        if (wait.closed) {
            throw new AsynchronousCloseException();
        }
    }

    /** Calls back each time the channel is ready, until {@link #removeCallback}. */
    static void addCallback(LoopCore loop, SelectableChannel channel, Direction direction, int op, Runnable body)
            throws IOException {
        Interest interest = interest(loop, channel, body);
        ReadinessWait wait = of(interest, channel, direction);
        arm(interest, channel, op); // an unwanted interest is disarmed by its first event
        var callback = new Callback(loop, body, () -> wait.callBack(body));
        wait.dropCallback();
        wait.requireFree(callback);
        wait.callback = callback;
    }

    private static Interest interest(LoopCore loop, SelectableChannel channel, Object intruder)
            throws ClosedChannelException {
        return switch (loop.tick.poller.registered(channel)) {
            case Interest interest -> interest;
            case OwnedInterest owned -> throw new BusyException(channel, owned.listener(), intruder);
        };
    }

    private static void arm(Interest interest, SelectableChannel channel, int op) throws IOException {
        try {
            interest.arm(op);
        } catch (IllegalArgumentException unsupported) { // it has no message
            throw new IllegalArgumentException(Describe.object(channel) + adviceFor(channel, op), unsupported);
        }
    }

    private static String adviceFor(SelectableChannel channel, int op) {
        if (channel.validOps() == SelectionKey.OP_ACCEPT) {
            return " listens for connections and cannot be read, written or connected. Use LowLevel.awaitAcceptable or RawSockets.accept.";
        }
        if (op == SelectionKey.OP_ACCEPT) {
            return " does not listen. Use LowLevel.awaitReadable for what it receives.";
        }
        return " does not support the awaited operation: of the operations of SelectionKey it supports "
                + channel.validOps() + ", and not " + op + ".";
    }

    static boolean removeCallback(LoopCore loop, SelectableChannel channel, Direction direction) {
        Interest interest = loop.tick.poller.interestOrNull(channel);
        if (interest == null
                || !(interest.listener(direction) instanceof ReadinessWait wait)
                || wait.callback == null) {
            return false;
        }
        wait.dropCallback();
        return true;
    }

    /** Ends the wait of a task, if one waits, as if the channel were ready. */
    static void wake(LoopCore loop, SelectableChannel channel, Direction direction) {
        Interest interest = loop.tick.poller.interestOrNull(channel);
        if (interest != null && interest.listener(direction) instanceof ReadinessWait wait && wait.task != null) {
            wait.resume();
        }
    }

    private static ReadinessWait of(Interest interest, SelectableChannel channel, Direction direction) {
        if (interest.listener(direction) instanceof ReadinessWait present) {
            return present;
        }
        var wait = new ReadinessWait(interest, channel, direction);
        interest.setListener(direction, wait);
        return wait;
    }

    /** {@return whether this is the wait for this direction of a channel, and the channel is still registered} */
    private boolean serves(SelectableChannel wanted, Direction way) {
        return channel == wanted && direction == way && interest.isValid();
    }

    /** Throws if somebody waits. */
    void requireFree(Object intruder) {
        if (task != null && !task.isParkedIn(this)) {
            task = null; // its wait has ended by an error
        }
        Object holder = task == null ? callback : task;
        if (holder != null) {
            throw new BusyException(this, holder, intruder);
        }
    }

    private void dropCallback() {
        if (callback != null) {
            callback.revoke(); // it may be queued
            callback = null;
            callbackQueued = false;
        }
    }

    private void callBack(Runnable body) {
        callbackQueued = false;
        body.run();
    }

    @Override
    public boolean ready() {
        if (task != null) {
            resume();
            return true;
        }
        if (callback != null && !callbackQueued) {
            callbackQueued = true;
            callback.becomeReady();
        }
        return callback != null;
    }

    @Override
    public void closed() {
        closed = true;
        dropCallback();
        if (task != null) {
            resume();
        }
    }

    /** {@return the callback's wait, or null if no callback is registered} */
    IdleLoop.@Nullable Hold callbackHold() {
        return callback == null ? null : new IdleLoop.Hold(callback.toString(), "registered for " + this, true);
    }

    /** {@return this wait as data} Any thread. */
    Wait explain() {
        ChannelOwner known = owner;
        return new Wait.OnChannel(
                words(known == null ? Describe.object(channel) : Describe.line(known.description())),
                channel instanceof NetworkChannel socket ? address(socket::getLocalAddress) : null,
                switch (channel) {
                    case SocketChannel socket -> address(socket::getRemoteAddress);
                    case DatagramChannel socket -> address(socket::getRemoteAddress);
                    default -> null;
                },
                known == null ? -1 : known.unreadBytes(),
                known == null ? -1 : known.unsentBytes());
    }

    private interface Address {
        @Nullable
        SocketAddress get() throws IOException;
    }

    private static @Nullable String address(Address address) {
        try {
            SocketAddress known = address.get();
            return known == null ? null : Describe.object(known);
        } catch (IOException closed) {
            return null;
        }
    }

    private void resume() {
        VirtualThreadTask<?> waiting = Objects.requireNonNull(task);
        task = null;
        waiting.unpark(this);
    }

    @Override
    public boolean abort() {
        task = null;
        return true;
    }

    @Override
    public String toString() {
        return words(Describe.object(channel));
    }

    private String words(String what) {
        return (direction == Direction.READ ? "readable " : "writable ") + what;
    }
}
